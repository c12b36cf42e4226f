//! Comments, deployments and pull requests over GitHub's REST API.
