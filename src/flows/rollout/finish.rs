//! How a deployment's end is written into its report, also when the run breaks off before.

use std::time::Duration;

use url::Url;

use crate::flows::context::Ctx;
use crate::flows::failure::{cancelled, failure_of};
use crate::flows::rollout::Ended;
use crate::model::commit::Sha;
use crate::model::failure::Kind;
use crate::model::live::Live;
use crate::model::report::{Report, Route, State};
use crate::model::verdict::Verdict;
use crate::platforms::{Deployment, Platform, PlatformError, Rollout};
use crate::report::Reporter;
use crate::wait::Cancelled;

/// Writes into the report what the platform's reply to the one request that deploys has named.
pub(crate) fn taken(ctx: &Ctx, rollout: &Rollout, report: &mut Report) {
    for warning in &rollout.warnings {
        ctx.console.warn(warning);
    }
    report.app_id = Some(rollout.app_id.clone());
    report.deployment_id.clone_from(&rollout.deployment);
}

/// Writes how the deployment ended into the report.
pub(crate) fn conclude(report: &mut Report, ended: Ended) {
    report.notes.extend(ended.notes);
    if ended.became_active {
        report.url = ended.url.or(report.url.take());
        report.routes = routes(report.url.as_deref(), ended.judged.as_ref());
        report.serving = ended.built;
        report.nothing_serves = false;
        report.was_live = ended
            .live_since
            .filter(|_| matches!(ended.verdict, Verdict::Bad(_)))
            .map(|from| Live { from, until: None });
    }
    (report.state, report.failure) = match ended.verdict {
        Verdict::Good => (State::Ready, None),
        Verdict::Bad(failure) => (State::Failed, Some(failure)),
        Verdict::Unknown(failure) => (State::Unknown, Some(failure)),
    };
}

/// Where each public component of the app at `url` is, as the platform deployed it.
fn routes(url: Option<&str>, deployment: Option<&Deployment>) -> Vec<Route> {
    let document = deployment.and_then(|deployment| deployment.document.as_ref());
    let (Some(base), Some(document)) = (url.and_then(|url| Url::parse(url).ok()), document) else {
        return Vec::new();
    };
    let mut components = document.public_components(base.host_str().unwrap_or_default());
    // People open the first link: of a front end with an API, the front end.
    components.sort_by_key(|(_, path)| path != "/");
    components
        .into_iter()
        .map(|(component, path)| {
            let mut url = base.clone();
            url.set_path(&path);
            let url = url.to_string();
            Route { component, url }
        })
        .collect()
}

/// Whose newer commit may have taken the place of a run that was cancelled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Successor<'a> {
    Pull(u64),
    Branch(&'a str),
    /// A person asked for this very deployment.
    NoOther,
}

/// A run that was cancelled has seven and a half seconds before the second signal: most of them for the reporter.
/// <https://docs.github.com/en/actions/reference/workflow-cancellation-reference>
const LOOK_AROUND: Duration = Duration::from_millis(1_000);

/// Writes into the report that the run ends before the deployment does, and why. Returns the signal that ended it.
pub(crate) async fn break_off(
    ctx: &Ctx,
    platform: &dyn Platform,
    report: &mut Report,
    successor: Successor<'_>,
    error: &anyhow::Error,
) -> Option<Cancelled> {
    let Some(signal) = cancelled(error).or_else(|| ctx.wait.check().err()) else {
        broken_off(report, error);
        return None;
    };
    let is_preview = report.environment.pull_request().is_some();
    // Both at once: the time until the second signal belongs to the reporter.
    let (goes_on, newer) = tokio::join!(
        async { !is_preview || !cancel_deployment(ctx, platform, report).await },
        newer_commit(ctx, report, successor),
    );
    report.state = State::Cancelled;
    report.superseded_by = newer;
    if let Some(newer) = &report.superseded_by {
        ctx.console.say(&format!(
            "Superseded by `{}`, which has a run of its own",
            newer.short()
        ));
    }
    if let Some(failure) = &report.failure {
        report.notes.push(format!("Before that: {failure}"));
    }
    if let (Some(deployment), true) = (&report.deployment_id, goes_on) {
        // It may have taken over by now.
        if is_preview {
            report.serving = None;
        }
        report.notes.push(format!(
            "Deployment {deployment} continues on the platform; this run did not see how it ends"
        ));
    }
    Some(signal)
}

/// Says on the reporter that the run ends before the deployment does. What went wrong is in the report; only a signal
/// stays an error.
pub(crate) async fn close_early(
    ctx: &Ctx,
    platform: &dyn Platform,
    reporter: &mut Reporter,
    mut report: Report,
    successor: Successor<'_>,
    error: anyhow::Error,
) -> anyhow::Result<Report> {
    let signal = break_off(ctx, platform, &mut report, successor, &error).await;
    reporter.close(std::slice::from_ref(&report)).await;
    match signal {
        Some(signal) => Err(signal.into()),
        None => Ok(report),
    }
}

/// The preview's deployment has no use any more: the next run makes its own. Returns whether it is cancelled.
async fn cancel_deployment(ctx: &Ctx, platform: &dyn Platform, report: &Report) -> bool {
    let (Some(app), Some(deployment)) = (&report.app_id, &report.deployment_id) else {
        return true;
    };
    let platform = platform.uncancellable();
    let done = tokio::time::timeout(LOOK_AROUND, platform.cancel(app, deployment)).await;
    let is_cancelled = matches!(done, Ok(Ok(())));
    if !is_cancelled {
        ctx.console
            .say("The deployment on the platform was not cancelled: it had already ended, or continues there");
    }
    is_cancelled
}

/// The commit that stands where this run's stood, if it is another one by now. One look: if it fails, the run counts as
/// cancelled.
async fn newer_commit(ctx: &Ctx, report: &Report, successor: Successor<'_>) -> Option<Sha> {
    let github = ctx.github().ok()?.uncancellable();
    let looking = async {
        match successor {
            Successor::Pull(number) => github.pull(number).await.ok().map(|pull| pull.head.sha),
            Successor::Branch(branch) => github.branch_head(branch).await.ok().flatten(),
            Successor::NoOther => None,
        }
    };
    let head = tokio::time::timeout(LOOK_AROUND, looking).await.ok().flatten()?;
    let own = report.commit.as_ref()?;
    (!head.is(own)).then_some(head)
}

/// The run sent nothing: what it had planned was no longer right when the platform would have taken it.
pub(crate) fn not_sent(ctx: &Ctx, report: &mut Report, by: &str) {
    let why = format!("Not deployed: {by} before the platform took the request; that has a run of its own");
    ctx.console.notice(&why);
    report.state = State::Skipped;
    report.changes.clear();
    report.notes = vec![why];
}

fn broken_off(report: &mut Report, error: &anyhow::Error) {
    let mut failure = failure_of(error);
    if let Some(PlatformError::Gone { .. }) = error.downcast_ref() {
        (report.app_id, report.deployment_id, report.url) = (None, None, None);
        report.nothing_serves = true;
    }
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
}

#[cfg(test)]
mod tests {
    use super::broken_off;
    use crate::model::environment::Environment;
    use crate::model::failure::Failure;
    use crate::model::report::{Report, State};

    #[test]
    fn what_goes_wrong_while_a_deployment_is_under_way_says_nothing_about_the_app() {
        let error = anyhow::Error::from(Failure::input("the token may not read logs"));
        for (deployment, state) in [(None, State::Failed), (Some("d-1"), State::Unknown)] {
            let mut report = Report::new("shop", Environment::production(), State::Building);
            report.deployment_id = deployment.map(str::to_owned);
            broken_off(&mut report, &error);
            let kind = report.failure.map(|failure| failure.kind.exit_code());
            let exit_code = if state == State::Failed { 2 } else { 3 };
            assert_eq!((report.state, kind), (state, Some(exit_code)));
        }
    }
}
