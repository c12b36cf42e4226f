//! A pull request that was asked for a preview of.

use crate::config::Preview;
use crate::flows::context::Ctx;
use crate::flows::preview::eligibility::{Commit, Skip, skip_reason};
use crate::flows::preview::request::Request;
use crate::github::repository::Repository;
use crate::model::environment::Environment;
use crate::model::pull_request::PullRequest;

/// A pull request that was asked for a preview of.
#[derive(Clone, Copy)]
pub(crate) struct Candidate<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) request: &'a Request,
    pub(crate) repository: &'a Repository,
    pub(crate) pull: &'a PullRequest,
}

impl Candidate<'_> {
    pub(crate) fn environment(&self) -> Environment {
        Environment::Preview(self.pull.number)
    }

    /// A maintainer's comment asked for it, whose answer says how it went.
    pub(crate) fn is_commanded(&self) -> bool {
        matches!(self.request.commit, Commit::Commanded(_))
    }

    pub(crate) fn skip_reason(&self, policy: &Preview) -> Option<Skip> {
        skip_reason(policy, self.pull, &self.repository.full_name, self.request.insisted)
    }
}
