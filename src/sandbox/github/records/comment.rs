//! A comment in the conversation of a pull request.

use jiff::Timestamp;

use super::reaction::Reaction;
use super::user::User;

#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    /// Of the pull request.
    pub(crate) number: u64,
    pub(crate) author: User,
    pub(crate) body: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) reactions: Vec<Reaction>,
}
