//! What GitHub would not take, said once for each thing that cannot be shown there.

use super::{Reporter, unwritten};
use crate::github::is_read_only;
use crate::net::error::ApiError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Complaint {
    ReadOnly,
    Comment,
    /// The one of the pull request whose merge production deployed.
    Merged,
    Deployment,
    Overtaken,
}

impl Reporter {
    pub(super) fn complain(&mut self, about: Complaint, error: &ApiError) {
        // The end says so itself.
        if error.is_cancelled() {
            return;
        }
        if is_read_only(error) {
            return self.say_once(
                Complaint::ReadOnly,
                "the GitHub token may only read here, as on pull requests of forks and Dependabot: what the comment \
                 would say is in the job summary; elsewhere give the job `pull-requests: write` and \
                 `deployments: write`",
            );
        }
        if self.complaints.contains(&about) {
            return;
        }
        self.complaints.push(about);
        let what = match about {
            Complaint::Deployment => "the GitHub deployment could not be written",
            Complaint::Merged => "the merged pull request's comment could not be written",
            _ => "the comment could not be written",
        };
        unwritten::note(&self.deps, what, error);
        // A locked conversation takes no comment from a token, whatever its rights.
        let next = if error.message().contains("locked") {
            "unlock the conversation to get one".to_owned()
        } else {
            error.next()
        };
        self.deps.console.warn(&format!("{what}: {error}; {next}"));
    }

    pub(super) fn say_once(&mut self, about: Complaint, text: &str) {
        if !self.complaints.contains(&about) {
            self.complaints.push(about);
            self.deps.console.notice(text);
        }
    }
}
