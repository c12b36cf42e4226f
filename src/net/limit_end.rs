//! When a service that has refused a request because of a limit takes it again.

use std::time::Duration;

use jiff::Timestamp;

/// What a refusal says about when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LimitEnd {
    /// Not before so long. Trying earlier is pointless, or makes it worse.
    After(Duration),
    /// When the hourly window has room, which may not be the limit that was reached.
    Perhaps(Duration),
    /// GitHub's secondary limit, which says only that it was reached.
    Secondary,
    Unsaid,
}

impl LimitEnd {
    /// When the limit lets requests in again, where the server says so for certain.
    pub(super) fn ends(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::After(asked) => now.checked_add(asked).ok(),
            Self::Perhaps(_) | Self::Secondary | Self::Unsaid => None,
        }
    }
}
