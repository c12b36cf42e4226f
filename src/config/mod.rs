//! `do-deploy.toml`: strict, every default in one place.
