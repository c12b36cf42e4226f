//! One app's part of a reporter: several apps are deployed at the same time, and each has a row of the one comment.

use tokio::sync::{Mutex, MutexGuard};

use super::Reporter;
use crate::model::report::{Report, State};

/// Writes about one of the reporter's apps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AppReporter<'a> {
    shared: &'a Mutex<Reporter>,
    /// Which of its reports is the app's.
    pub(super) index: usize,
}

impl<'a> AppReporter<'a> {
    pub(crate) fn new(shared: &'a Mutex<Reporter>, index: usize) -> Self {
        Self { shared, index }
    }

    pub(super) async fn reporter(&self) -> MutexGuard<'a, Reporter> {
        self.shared.lock().await
    }

    /// Says how the app's deployment ended while others are still under way. What the last one has to say is left to
    /// [`Reporter::close`].
    pub(crate) async fn end(&self, report: &Report) {
        let mut reporter = self.reporter().await;
        reporter.replace(self.index, report);
        let others_are_under_way = reporter.reports.iter().any(|report| report.state == State::Building);
        if others_are_under_way && reporter.deps.wait.check().is_ok() {
            reporter.write_news().await;
            reporter.end_deployment_of(self.index).await;
        }
    }
}
