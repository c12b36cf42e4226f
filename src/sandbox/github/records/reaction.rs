//! A reaction to a comment.

use jiff::Timestamp;

use super::user::User;

#[derive(Clone, Debug)]
pub(crate) struct Reaction {
    pub(crate) id: u64,
    pub(crate) user: User,
    pub(crate) content: String,
    pub(crate) created_at: Timestamp,
}
