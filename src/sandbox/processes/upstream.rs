//! One request on its way to an instance: where it came from, where it goes, and that it is not over yet.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;

use super::scaling::Scaling;
use super::traffic::Origin;

/// Where to send one request. Draining waits for it, and a public one keeps the service awake, until it is dropped.
#[derive(Debug)]
pub(crate) struct Upstream {
    address: SocketAddr,
    origin: Origin,
    scaling: Arc<Scaling>,
}

impl Upstream {
    pub(super) fn new(address: SocketAddr, origin: Origin, scaling: Arc<Scaling>) -> Self {
        Self {
            address,
            origin,
            scaling,
        }
    }
}

impl Deref for Upstream {
    type Target = SocketAddr;

    fn deref(&self) -> &SocketAddr {
        &self.address
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.scaling.answered(self.origin);
    }
}
