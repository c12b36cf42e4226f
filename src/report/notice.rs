//! A short comment of its own, for people who wait: GitHub sends no mail about an edit. One of each kind is all that a
//! pull request gets, because anyone who closes and reopens it would mail every participant.

use super::conversation::{Conversation, Found, Missing};
use super::{Reporter, unwritten};
use crate::config::Notify;
use crate::model::report::{Report, State};
use crate::render::body::notice_marker;
use crate::render::{page, production};

impl Reporter {
    /// That the pull request's preview serves for the first time.
    pub(super) async fn notice_ready(&mut self) {
        let is_good = |report: &Report| matches!(report.state, State::Ready | State::Skipped);
        if self.has_served || !self.reports.iter().all(is_good) {
            return;
        }
        let Some(report) = self.reports.iter().find(|report| report.state == State::Ready) else {
            return;
        };
        let Some(pull) = report.environment.pull_request() else {
            return;
        };
        if self.deps.comment.notify == Notify::Ready && self.has_written {
            self.write_notice(pull, "ready", &page::ready_notice(report)).await;
        }
    }

    /// That production's deployment of the merged pull request failed.
    pub(super) async fn notice_failed(&self, pull: u64, report: &Report) {
        if self.deps.comment.notify == Notify::Failed && report.state == State::Failed {
            let failure = report.failure.as_ref().or(self.refusal.as_ref());
            self.write_notice(
                pull,
                "failed",
                &production::failed_notice(failure, report.key.as_deref(), &self.render_context()),
            )
            .await;
        }
    }

    /// Not written again where one of its kind is there.
    async fn write_notice(&self, pull: u64, kind: &str, text: &str) {
        let github = self.deps.github.as_ref().filter(|_| self.deps.wait.check().is_ok());
        let (Some(github), Some(repository)) = (github, &self.deps.repository) else {
            return;
        };
        let text = self.deps.redactor.clean(text);
        let run = self.deps.run.stamp();
        let mut conversation = Conversation::new(github.clone(), pull, notice_marker(repository.id, pull, kind));
        if let Some(login) = self.records.first().and_then(|record| record.by.as_deref()) {
            conversation.is_written_by(login);
        }
        let once = |Found { mut body, .. }: Found| {
            if body.text.is_empty() {
                body.write(run, &text);
            }
            body
        };
        if let Err(error) = conversation.write(Missing::Create, once).await {
            unwritten::note(
                &self.deps,
                "the short comment of `[comment] notify` could not be written",
                &error,
            );
        }
    }
}
