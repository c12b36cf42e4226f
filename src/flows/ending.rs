//! How a deployment's end is written into its report, also when the run breaks off before.

use std::time::Duration;

use super::board::Board;
use super::context::Ctx;
use super::failure::{cancelled, failure_of};
use super::ownership;
use super::rollout::Ended;
use crate::model::failure::Kind;
use crate::model::report::{Report, State};
use crate::model::verdict::Verdict;

/// Writes how the deployment ended into the report.
pub(super) fn conclude(report: &mut Report, ended: Ended) {
    report.notes.extend(ended.notes);
    if ended.became_active {
        report.url = ended.url.or(report.url.take());
        report.serving = ended.built;
    }
    (report.state, report.failure) = match ended.verdict {
        Verdict::Good => (State::Ready, None),
        Verdict::Bad(failure) => (State::Failed, Some(failure)),
        Verdict::Unknown(failure) => (State::Unknown, Some(failure)),
    };
}

/// Nobody waits for the deployment of a run that was told to stop: the next run makes its own.
pub(super) async fn cancel_deployment(ctx: &Ctx, report: &mut Report) {
    let (Ok(platform), Some(app), Some(deployment)) = (ctx.platform(), &report.app_id, &report.deployment_id) else {
        return;
    };
    let platform = platform.to_the_end();
    let done = tokio::time::timeout(LAST_WORDS / 2, platform.cancel(app, deployment)).await;
    if matches!(done, Ok(Ok(()))) {
        return;
    }
    // Too late, or not allowed: what serves now is what the board has to say.
    if let Ok(Ok(Some(app))) = tokio::time::timeout(LAST_WORDS / 2, platform.app(app)).await {
        report.serving = ownership::serving(&app);
        ctx.console
            .say("The deployment on the platform was not cancelled: it had ended, or goes on by itself");
    }
}

/// A run that was told to stop has ten seconds before it is killed: half of them for the board, and less for the platform.
const LAST_WORDS: Duration = Duration::from_secs(4);

/// Says on the board that the run ends before the deployment does. What went wrong is in the report; only a signal
/// stays an error.
pub(super) async fn break_off(board: &mut Board, report: Report, error: anyhow::Error) -> anyhow::Result<Report> {
    let report = broken_off(report, &error);
    let closing = board.close(std::slice::from_ref(&report));
    if cancelled(&error).is_some() {
        // The time is short: an outcome that could not be written is found by the next run.
        let _ = tokio::time::timeout(LAST_WORDS, closing).await;
        return Err(error);
    }
    closing.await?;
    Ok(report)
}

fn broken_off(mut report: Report, error: &anyhow::Error) -> Report {
    if cancelled(error).is_some() {
        report.state = State::Cancelled;
        return report;
    }
    let mut failure = failure_of(error);
    if report.deployment_id.is_some() && failure.kind == Kind::Input {
        // What goes wrong while a deployment is under way says nothing about the app.
        failure.kind = Kind::Unknown;
    }
    report.state = if failure.kind == Kind::Unknown {
        State::Unknown
    } else {
        State::Failed
    };
    report.failure = Some(failure);
    report
}
