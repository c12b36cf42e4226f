//! The sandbox as GitHub's own clients see it, over a real repository.

mod comments;
mod deployments;
mod pulls;
mod reading;
mod runs;
mod token;

pub(crate) const REPO: &str = "/repos/org/shop";
