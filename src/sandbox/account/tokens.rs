//! The tokens that a sandbox hands out when it starts, and how two tokens are compared.

use sha2::{Digest, Sha256};

use crate::ids;

/// Random for each sandbox, in the shapes that the vendors give theirs.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    /// For the sandbox's own calls and its pages.
    pub(crate) sandbox: String,
    pub(crate) digitalocean: String,
    pub(crate) fly: String,
    pub(crate) github: String,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            sandbox: format!("sandbox_{}", ids::hex(64)),
            digitalocean: format!("dop_v1_{}", ids::hex(64)),
            fly: format!("fo1_{}", ids::hex(43)),
            github: format!("ghs_{}", ids::hex(36)),
        }
    }
}

/// By their digests: how long it takes says nothing about where two tokens differ.
pub(crate) fn same(one: &str, other: &str) -> bool {
    Sha256::digest(one) == Sha256::digest(other)
}
