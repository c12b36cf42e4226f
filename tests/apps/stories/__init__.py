"""What happens to the two services, and the world in which it happens."""
