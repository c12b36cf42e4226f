//! What an app is to become, and what was made of it.

use super::deployment::Rollout;
use super::document::Document;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) document: &'a Document,
    /// Where a new app is put, by name or id. `None`: where the platform puts it.
    pub(crate) project: Option<&'a str>,
    /// Where the account does not let apps sleep, it is sent without that.
    pub(crate) may_stay_awake: bool,
    /// A deployment of this very document that is under way may be gone on with: an earlier attempt of the run started it.
    pub(crate) may_be_under_way: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Applied {
    pub(crate) rollout: Rollout,
    /// What was sent.
    pub(crate) document: Document,
    /// It was to sleep, and the account does not let it.
    pub(crate) stays_awake: bool,
}
