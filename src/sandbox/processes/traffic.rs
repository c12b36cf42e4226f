//! Requests to a service: where they come from, and how many are being answered.

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
