//! A header without which an edge lets no request through to the app.

use crate::redact::Secret;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SecureHeader {
    pub(crate) name: String,
    /// `None`: the spec does not show it.
    pub(crate) value: Option<Secret>,
}
