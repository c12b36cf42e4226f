//! One request on its way to an instance: where it came from, where it goes, and that it is not over yet.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;

use super::service::Shared;

/// Requests that are being answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct InFlight {
    pub(super) public: usize,
    pub(super) internal: usize,
}

impl InFlight {
    pub(super) fn of(&mut self, origin: Origin) -> &mut usize {
        match origin {
            Origin::Public => &mut self.public,
            Origin::Inside => &mut self.internal,
        }
    }
}

/// Where a request comes from. Traffic between components neither wakes a service nor keeps it awake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Public,
    Inside,
}

/// Where to send one request. Draining waits for it, and a public one keeps the service awake, until it is dropped.
#[derive(Debug)]
pub(crate) struct Upstream {
    address: SocketAddr,
    origin: Origin,
    shared: Arc<Shared>,
}

impl Upstream {
    pub(super) fn new(address: SocketAddr, origin: Origin, shared: Arc<Shared>) -> Self {
        Self {
            address,
            origin,
            shared,
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
        self.shared.answered(self.origin);
    }
}
