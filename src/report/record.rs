//! The GitHub deployment of one app: begun, ended, and its predecessors put aside.

use crate::actions::run::Run;
use crate::github::GitHub;
use crate::github::deployments::{Deployment, DeploymentState, NewDeployment, Past, Payload, Status};
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::report::{Report, State};
use crate::model::stamp::Stamp;
use crate::net::error::ApiError;
use crate::wait::humanize;

/// A deployment that GitHub shows for an app.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) id: u64,
    /// Under which login our token writes.
    pub(super) by: Option<String>,
    /// Whether GitHub shows how it ended.
    pub(super) has_ended: bool,
    payload: Payload,
}

/// What a deployment on GitHub says of the app that it is about.
pub(super) fn payload_of(report: &Report) -> Payload {
    Payload {
        pr: report.environment.pull_request(),
        app: report.spec_name().to_owned(),
    }
}

impl Record {
    /// Begins a deployment, once, even where the answer to its creation got lost.
    pub(super) async fn begin(
        github: &GitHub,
        report: &Report,
        run: &Run,
        default_branch: &str,
    ) -> Result<Self, ApiError> {
        let payload = payload_of(report);
        let environment = report.environment.on_github();
        let description = run
            .stamp()
            .map_or_else(|| "by hand".to_owned(), |run| format!("{BY_RUN}{run}"));
        let new = NewDeployment {
            git_ref: report.commit.as_ref().map_or(default_branch, |commit| commit.as_str()),
            environment,
            description: &description,
            transient: payload.pr.is_some(),
            production: report.environment.is_production(),
            payload: payload.clone(),
            key: report.key.as_deref(),
        };
        let made = match github.create_deployment(&new).await {
            Err(error) if error.may_have_happened() => {
                let is_it = |known: &Deployment| {
                    run.id.is_some()
                        && known.description.as_deref() == Some(&*description)
                        && known.payload().as_ref() == Some(&payload)
                };
                match github.deployments(environment).await?.into_iter().find(is_it) {
                    Some(known) => known,
                    None => github.create_deployment(&new).await?,
                }
            }
            other => other?,
        };
        let record = Self {
            id: made.id,
            by: made.creator.map(|creator| creator.login),
            has_ended: false,
            payload,
        };
        record.set(github, report, run).await?;
        Ok(record)
    }

    /// Says what the report says.
    pub(super) async fn set(&self, github: &GitHub, report: &Report, run: &Run) -> Result<(), ApiError> {
        let (state, log_url) = (state_of(report.state), run.run_url());
        let lives = matches!(state, DeploymentState::Success | DeploymentState::InProgress);
        let status = Status {
            state,
            description: &describe(report),
            environment_url: report.url.as_deref().filter(|_| lives),
            log_url: log_url.as_deref(),
            leaves_earlier: ends_its_own(report, state),
        };
        github.set_deployment_status(self.id, &status).await
    }

    /// Whether it is about the app that another deployment's payload names.
    pub(super) fn is_of(&self, payload: &Payload) -> bool {
        self.payload == *payload
    }

    pub(super) fn is_about(&self, report: &Report) -> bool {
        self.payload == payload_of(report)
    }
}

const REPLACED: &str = "A newer deployment took its place";
const REMOVED: &str = "The preview was removed";
const BROKEN_OFF: &str = "Its run ended before it did";
const SKIPPED: &str = "Skipped";

/// Whether no deployment before one with this status is live: those whose place was taken, and those of what was removed,
/// are ended from the oldest to the newest. One that came to nothing leaves what served before it as it is.
fn is_last_of_all(status: &Past) -> bool {
    status.state == "inactive" && ![Some(BROKEN_OFF), Some(SKIPPED)].contains(&status.description.as_deref())
}

pub(super) fn is_under_way(status: Option<&Past>) -> bool {
    status.is_none_or(|status| matches!(&*status.state, "in_progress" | "queued" | "pending"))
}

/// In a deployment's description, before the run that made it.
const BY_RUN: &str = "run ";

impl Deployment {
    /// The run that made it, as it says. `None`: a person at a terminal.
    pub(super) fn run(&self) -> Option<Stamp> {
        Stamp::parse(self.description.as_deref()?.strip_prefix(BY_RUN)?)
    }
}

/// Whether GitHub has made a later deployment than this one of the same app, of a commit in the same environment.
pub(super) async fn is_repeated(
    github: &GitHub,
    record: &Record,
    environment: &str,
    commit: &Sha,
) -> Result<bool, ApiError> {
    let later = github.deployments_until(environment, |it| it.id <= record.id).await?;
    let is_its = |it: &Deployment| it.payload().as_ref() == Some(&record.payload);
    Ok(later.iter().any(|it| commit.as_str() == it.sha && is_its(it)))
}

/// The run behind the pull request's last deployment, where that failed. `None` also where a person made it by hand.
pub(super) async fn failed_run(github: &GitHub, pull: u64) -> Result<Option<Stamp>, ApiError> {
    let environment = Environment::Preview(pull);
    let all = github.deployments(environment.on_github()).await?;
    let is_of_pull = |it: &&Deployment| it.payload().is_some_and(|payload| payload.pr == Some(pull));
    let Some(last) = all.iter().find(is_of_pull) else {
        return Ok(None);
    };
    let run = last.run();
    Ok(match run {
        Some(_) if github.has_failed(last.id).await? => run,
        _ => None,
    })
}

/// How far back the deployment that served before is looked for: failed ones lie between.
const LOOKED_THROUGH: usize = 50;

/// How far back a run that was killed is looked for, by one whose deployment does not serve.
const LOOKED_THROUGH_FOR_KILLED: usize = 5;

impl Record {
    /// Ends the records of the app's earlier deployments: those of runs that were killed before they could, which GitHub
    /// would show in progress for ever, and once this one serves, those that do not any more. GitHub itself ends none of
    /// production's and of a preview's. <https://docs.github.com/rest/deployments/statuses#create-a-deployment-status>
    pub(super) async fn end_earlier(
        &self,
        github: &GitHub,
        environment: &str,
        run: &Run,
        serves: bool,
    ) -> Result<(), ApiError> {
        let all = github.deployments(environment).await?;
        let earlier = all
            .iter()
            .filter(|it| it.id < self.id && it.payload().as_ref() == Some(&self.payload));
        let looked_through = if serves {
            LOOKED_THROUGH
        } else {
            LOOKED_THROUGH_FOR_KILLED
        };
        // A preview's failures are of no interest once a later commit serves, and production's stay to be read.
        let is_preview = self.payload.pr.is_some();
        let mut ended = Vec::new();
        for earlier in earlier.take(looked_through) {
            let last = github.last_status(earlier.id).await?;
            let why = match &last {
                last if is_under_way(last.as_ref()) => BROKEN_OFF,
                Some(last) if is_last_of_all(last) => break,
                Some(last) if serves && (last.state == "success" || is_preview && last.state != "inactive") => REPLACED,
                _ => continue,
            };
            ended.push((earlier.id, why));
        }
        for (id, why) in ended.into_iter().rev() {
            put_aside(github, id, why, run).await?;
        }
        Ok(())
    }
}

/// A deployment that GitHub does not show as inactive.
pub(super) struct Shown {
    id: u64,
    pub(super) payload: Payload,
    pub(super) is_success: bool,
}

/// Those among some deployments, the newest first, that GitHub does not show as inactive.
pub(super) async fn shown(github: &GitHub, deployments: &[Deployment]) -> Result<Vec<Shown>, ApiError> {
    let (mut shown, mut looked_through) = (Vec::new(), Vec::new());
    for deployment in deployments {
        let Some(payload) = deployment.payload() else { continue };
        if looked_through.contains(&payload) {
            continue;
        }
        let last = github.last_status(deployment.id).await?;
        match &last {
            Some(last) if is_last_of_all(last) => looked_through.push(payload),
            Some(last) if last.state == "inactive" => {}
            last => shown.push(Shown {
                id: deployment.id,
                payload,
                is_success: last.as_ref().is_some_and(|last| last.state == "success"),
            }),
        }
    }
    Ok(shown)
}

/// What GitHub still shows of a pull request's deployments.
pub(super) async fn shown_of(github: &GitHub, environment: &str, pull: u64) -> Result<Vec<Shown>, ApiError> {
    let mut all = github.deployments(environment).await?;
    all.retain(|it| it.payload().is_some_and(|payload| payload.pr == Some(pull)));
    shown(github, &all).await
}

/// Makes the deployments that are meant inactive: those of a pull request, or of one of its apps.
pub(super) async fn put_all_aside(
    github: &GitHub,
    environment: &str,
    is_meant: impl Fn(&Deployment, &Payload) -> bool,
    run: &Run,
) -> Result<(), ApiError> {
    let mut all = github.deployments(environment).await?;
    all.retain(|it| it.payload().is_some_and(|payload| is_meant(it, &payload)));
    for deployment in shown(github, &all).await?.into_iter().rev() {
        put_aside(github, deployment.id, REMOVED, run).await?;
    }
    Ok(())
}

async fn put_aside(github: &GitHub, deployment: u64, why: &str, run: &Run) -> Result<(), ApiError> {
    let log_url = run.run_url();
    let status = Status {
        state: DeploymentState::Inactive,
        description: why,
        environment_url: None,
        log_url: log_url.as_deref(),
        leaves_earlier: false,
    };
    github.set_deployment_status(deployment, &status).await
}

/// One of several apps of an environment that stays ends the records of its own earlier deployments, and no others. In
/// production and for previews GitHub ends none.
fn ends_its_own(report: &Report, state: DeploymentState) -> bool {
    let stays = report.environment.pull_request().is_none() && !report.environment.is_production();
    report.key.is_some() && stays && matches!(state, DeploymentState::Success)
}

fn state_of(state: State) -> DeploymentState {
    match state {
        State::Building => DeploymentState::InProgress,
        State::Ready => DeploymentState::Success,
        State::Failed => DeploymentState::Failure,
        State::Unknown | State::Cancelled => DeploymentState::Error,
        State::Skipped | State::Removed => DeploymentState::Inactive,
    }
}

/// The version that is live lacks what the update took, and is not known to work.
fn without_something(report: &Report) -> bool {
    let aftermath = report.aftermath.as_ref();
    aftermath.is_some_and(|aftermath| aftermath.works() != Some(true))
}

fn describe(report: &Report) -> String {
    let what = report.failure.as_ref().map(|failure| failure.what.as_str());
    let time = |word: &str| match report.duration {
        Some(duration) => format!("{word} in {}", humanize(duration)),
        None => word.to_owned(),
    };
    match report.state {
        State::Building => "Building".to_owned(),
        State::Ready => time("Ready"),
        // First, because GitHub cuts a long description.
        State::Failed if without_something(report) => format!(
            "{} may not work: {}",
            report.serving.as_ref().map_or("What is live", |sha| sha.short()),
            what.unwrap_or("Failed")
        ),
        State::Failed => match &report.was_live {
            Some(live) => format!("Live {live}, then found bad: {}", what.unwrap_or("it failed")),
            None => what.unwrap_or("Failed").to_owned(),
        },
        State::Unknown => what.unwrap_or("The result is unknown").to_owned(),
        State::Cancelled => match &report.superseded_by {
            Some(newer) => format!("Superseded by {}", newer.short()),
            None => "Cancelled".to_owned(),
        },
        State::Skipped => SKIPPED.to_owned(),
        State::Removed => REMOVED.to_owned(),
    }
}
