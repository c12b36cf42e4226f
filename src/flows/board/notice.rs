//! A short comment of its own, for people who wait: GitHub sends no mail about an edit.

use super::{Board, unwritten};
use crate::config::Notify;
use crate::model::report::{Report, State};
use crate::render::{page, production};

impl Board {
    /// That the pull request's preview serves for the first time.
    pub(super) async fn notice_ready(&mut self) {
        let first = self.reports.first().filter(|report| report.state == State::Ready);
        let Some(report) = first.filter(|_| !self.has_served) else {
            return;
        };
        let Some(pull) = report.environment.pull_request() else {
            return;
        };
        if self.deps.comment.notify == Notify::Ready && self.has_written {
            self.write_notice(pull, &page::ready_notice(report)).await;
        }
    }

    /// That production's deployment of the merged pull request failed.
    pub(super) async fn notice_failed(&self, pull: u64, report: &Report) {
        if self.deps.comment.notify == Notify::Failed && report.state == State::Failed {
            let failure = report.failure.as_ref().or(self.refusal.as_ref());
            self.write_notice(pull, &production::failed_notice(failure, &self.scene()))
                .await;
        }
    }

    /// Sent once. Where it is not known whether it arrived, it is not sent again: a second mail would be noise.
    async fn write_notice(&self, pull: u64, text: &str) {
        let Some(github) = self.deps.github.as_ref().filter(|_| self.deps.wait.check().is_ok()) else {
            return;
        };
        let text = self.deps.redactor.clean(text);
        if let Err(error) = github.create_comment(pull, &text).await {
            unwritten::note(
                &self.deps,
                "the short comment of `[comment] notify` could not be written",
                &error,
            );
        }
    }
}
