//! A deployment, and the statuses that say how it went.

use jiff::Timestamp;
use serde_json::Value;

use super::user::User;

#[derive(Clone, Debug)]
pub(crate) struct Deployment {
    pub(crate) id: u64,
    pub(crate) sha: String,
    /// As it was asked for: branch, tag or commit.
    pub(crate) reference: String,
    pub(crate) task: String,
    pub(crate) payload: Value,
    /// The environment it was made for.
    pub(crate) original_environment: String,
    /// The environment that its latest status names.
    pub(crate) environment: String,
    pub(crate) description: Option<String>,
    pub(crate) creator: User,
    pub(crate) transient: bool,
    pub(crate) production: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Oldest first.
    pub(crate) statuses: Vec<Status>,
}

#[derive(Clone, Debug)]
pub(crate) struct Status {
    pub(crate) id: u64,
    pub(crate) state: String,
    pub(crate) creator: User,
    pub(crate) description: String,
    pub(crate) environment: String,
    pub(crate) environment_url: String,
    pub(crate) log_url: String,
    pub(crate) created_at: Timestamp,
}

impl Deployment {
    pub(crate) fn state(&self) -> Option<&str> {
        self.statuses.last().map(|status| status.state.as_str())
    }
}
