"""Many previews at once on the sandbox, with DigitalOcean's rate limits on."""
