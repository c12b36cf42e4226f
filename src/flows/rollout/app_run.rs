//! The apps that one run deploys: each waits for those before it, and its report says how it ended.

use std::time::Instant;

use futures_util::future::join_all;
use tokio::sync::Mutex;

use super::finish::{self, Successor};
use super::order::{Outcome, held_back, in_the_way, turns};
use crate::flows::context::Ctx;
use crate::flows::project::target::Target;
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::report::{AppReporter, Reporter};
use crate::wait::Cancelled;

/// One app of the environment, and what the run does about it.
pub(crate) struct AppRun<W> {
    /// The run's, with a log that names the app where there are several.
    pub(crate) ctx: Ctx,
    /// Its name under `[apps]`.
    pub(crate) key: Option<String>,
    /// The places of those that are deployed before it.
    pub(crate) needs: Vec<usize>,
    /// `None`: this run does not deploy it, and its report says why.
    pub(crate) work: Option<W>,
    pub(crate) report: Report,
    pub(crate) end: End,
}

/// How the run's work on an app ended.
#[derive(Debug)]
pub(crate) enum End {
    /// The report says it.
    Reported,
    /// The report says why the run ended before the deployment did.
    BrokenOff,
    /// Something else changed the app or what it is made from first: what.
    Overtaken(String),
    /// It has to be taken back.
    NoPlace,
    Cancelled(Cancelled),
}

/// What a run does about an app.
pub(crate) trait Work: Sized {
    fn target(&self) -> &Target;

    /// Whose newer commit takes the place of a run that is cancelled.
    fn successor(&self) -> Successor<'_>;

    /// Sends the app and follows it to its end. `before`: how those ended that are deployed before it.
    ///
    /// # Errors
    /// Why the run ends before the deployment does.
    async fn deploy(app: &mut AppRun<Self>, before: &[Outcome], reporter: AppReporter<'_>) -> anyhow::Result<End>;
}

/// Deploys every app, each once those before it serve, and has the reporter say how each ended. `started`: when the run was.
pub(crate) async fn deploy_all<W: Work>(apps: &mut [AppRun<W>], reporter: &Mutex<Reporter>, started: Instant) {
    let turns = turns(apps.iter().map(|app| app.needs.as_slice()));
    let deployments = apps
        .iter_mut()
        .zip(turns)
        .enumerate()
        .map(|(index, (app, mut turn))| async move {
            let reporter = AppReporter::new(reporter, index);
            let before = turn.comes().await;
            if app.work.is_some() {
                // Waiting for the others is not its own time.
                let started = if before.is_empty() { started } else { Instant::now() };
                app.end = match app.deploy_after(&before, reporter).await {
                    Ok(end) => end,
                    Err(error) => app.break_off(&error).await,
                };
                app.report.duration = app.has_begun().then(|| started.elapsed());
                if let End::Reported | End::BrokenOff = app.end {
                    reporter.end(&app.report).await;
                }
            }
            turn.ends(app.key.as_deref(), &app.report);
        });
    join_all(deployments).await;
}

impl<W: Work> AppRun<W> {
    /// Deploys the app unless one of those before it stands in the way.
    async fn deploy_after(&mut self, before: &[Outcome], reporter: AppReporter<'_>) -> anyhow::Result<End> {
        if let Some(other) = in_the_way(before) {
            self.ctx.wait.check()?;
            tracing::debug!(target: "decision", "`{}` is not deployed because `{}` was not ready", self.report.app, other.key);
            let why = held_back(&mut self.report, other);
            self.ctx.console.notice(&why);
            return Ok(End::Reported);
        }
        W::deploy(self, before, reporter).await
    }

    /// Whether anything was sent, or was going to be.
    fn has_begun(&self) -> bool {
        self.report.state != State::Skipped
    }

    /// Writes into the report that the run ends before the deployment does.
    pub(crate) async fn break_off(&mut self, error: &anyhow::Error) -> End {
        let Self { ctx, work, report, .. } = self;
        let Some(work) = work else { return End::Reported };
        let platform = work.target().platform.as_ref();
        match finish::break_off(ctx, platform, report, work.successor(), error).await {
            Some(signal) => End::Cancelled(signal),
            None => End::BrokenOff,
        }
    }
}

impl<W> AppRun<W> {
    /// Ends one of several apps before anything of it is touched.
    pub(crate) fn refuse(&mut self, failure: Failure) {
        self.ctx.console.warn(&failure.to_string());
        self.report.state = State::Failed;
        self.report.failure = Some(failure);
        self.work = None;
    }

    fn signal(&self) -> Option<Cancelled> {
        match self.end {
            End::Cancelled(signal) => Some(signal),
            _ => None,
        }
    }
}

/// The signal that cut a run short.
pub(crate) fn signal_of<W>(apps: &[AppRun<W>]) -> Option<Cancelled> {
    apps.iter().find_map(AppRun::signal)
}

pub(crate) fn reports_of<W>(apps: Vec<AppRun<W>>) -> Vec<Report> {
    apps.into_iter().map(|app| app.report).collect()
}
