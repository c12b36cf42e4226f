//! Tests of sandbox_digitalocean.
