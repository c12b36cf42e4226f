//! Follows one deployment to its end and runs the checks.

pub(crate) mod aftermath;
pub(crate) mod app_run;
pub(crate) mod checks;
pub(crate) mod diagnose;
pub(crate) mod disappeared;
pub(crate) mod expected;
pub(crate) mod finish;
pub(crate) mod http_checks;
pub(crate) mod order;
pub(crate) mod outside;
pub(crate) mod place;
mod platform_phase;
mod platform_rollback;
pub(crate) mod refused_manifest;
pub(crate) mod resumed;

use jiff::Timestamp;
use tokio::sync::watch;
use tracing::Instrument as _;

use self::checks::{Health, ask_for_the_commit, ask_from_outside, ask_the_platform, ask_the_platform_again};
use self::expected::Expected;
use self::platform_phase::PlatformPhase;
use crate::actions::fold::Fold;
use crate::actions::progress::Progress;
use crate::flows::context::Ctx;
use crate::flows::inspect::logs::named;
use crate::model::commit::Sha;
use crate::model::failure::Failure;
use crate::model::rollout::Phase;
use crate::model::verdict::{CheckResult, Checks, Verdict, verdict};
use crate::model::words::Words;
use crate::platforms::Offline;
use crate::platforms::{Deployment, Document, LogKind, Outcome, PlatformError, Rollout};
use crate::report::{AppReporter, busy_with};
use crate::wait::{Cancelled, Deadline, humanize};

/// The end of a build log tells what went wrong; the rest is on the platform.
const BUILD_LOG_LINES: usize = 1_000;

/// How a deployment ended, as far as could be found out.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) verdict: Verdict,
    /// It took traffic, whatever was found afterwards.
    pub(crate) became_active: bool,
    /// The deployment that took traffic and was judged.
    pub(crate) judged: Option<Deployment>,
    /// Since when it has.
    pub(crate) live_since: Option<Timestamp>,
    pub(crate) url: Option<String>,
    /// The commit that was built, where that can be proven.
    pub(crate) built: Option<Sha>,
    /// The check that failed is one that somebody configured.
    pub(crate) configured_check_failed: bool,
    pub(crate) notes: Vec<String>,
    /// What the platform made of the document that was sent; `None`: nothing was, or the deployment could not be read.
    pub(crate) document: Option<Document>,
}

/// Waits for the deployment that the rollout names, telling the reporter of every change, then judges it.
pub(crate) async fn follow(
    ctx: &Ctx,
    rollout: &Rollout,
    expected: &Expected<'_>,
    reporter: AppReporter<'_>,
) -> anyhow::Result<Ended> {
    let platform = &expected.target.platform;
    let Some(deployment) = rollout.deployment.as_deref() else {
        ctx.console.say("Nothing to deploy: the platform found no change");
        return judge_active(ctx, rollout, None, expected).await;
    };
    // The first look comes only when a build may have begun.
    let page = platform
        .pages()
        .map(|pages| (pages.url)(&rollout.app_id, Some(deployment)));
    let page = page.map(|page| format!(": {page}")).unwrap_or_default();
    ctx.console.say(&format!("Deployment {deployment} has begun{page}"));
    let waited = {
        let (busy, changes) = watch::channel(None);
        let progress = Progress::new(ctx.console.clone());
        let waiting = async {
            let mut of_platform = PlatformPhase::begin();
            let mut on_change = |deployment: &Deployment| {
                of_platform.see(&deployment.steps);
                progress.update(&deployment.steps);
                busy.send_if_modified(|busy| {
                    let before = std::mem::replace(busy, busy_with(&deployment.steps));
                    *busy != before
                });
            };
            let phase = tracing::debug_span!(target: "phase", "wait");
            let waited = platform.follow(rollout, expected.deadline, &mut on_change);
            let waited = waited.instrument(phase).await;
            drop(busy);
            waited
        };
        tokio::join!(waiting, reporter.write_steps(changes)).0
    };
    let outcome = match waited {
        Ok(outcome) => {
            show_build_log(ctx, rollout, outcome.deployment(), expected).await?;
            outcome
        }
        Err(PlatformError::Cancelled(cancelled)) => return Err(Cancelled::into(cancelled)),
        // There is nothing left to judge.
        Err(gone @ PlatformError::Gone { .. }) => return Err(gone.into()),
        Err(error) => {
            let why = match error {
                PlatformError::Deadline { .. } => {
                    format!("it was still under way after {}", humanize(expected.deadline.total()))
                }
                other => other.to_string(),
            };
            return Ok(Ended::with_phase(CheckResult::Inconclusive(format!(
                "deployment {deployment}: {why}"
            ))));
        }
    };
    let document = outcome.deployment().document.clone();
    let ended = match outcome {
        Outcome::Active(deployment) => judge_active(ctx, rollout, Some(&deployment), expected).await,
        Outcome::Superseded { by, .. } => superseded(ctx, rollout, by.as_deref(), expected).await,
        Outcome::Failed { deployment, rollback } => failed(ctx, rollout, &deployment, rollback, expected).await,
    };
    Ok(Ended { document, ..ended? })
}

/// What a signal left unknown is not an ending of its own.
pub(crate) fn not_cut_short(ctx: &Ctx, ended: &Ended) -> Result<(), Cancelled> {
    match ended.verdict {
        Verdict::Unknown(_) => ctx.wait.check(),
        Verdict::Good | Verdict::Bad(_) => Ok(()),
    }
}

/// In a CI log, where nobody can ask for it later without leaving the page: what the build printed, folded.
async fn show_build_log(
    ctx: &Ctx,
    rollout: &Rollout,
    deployment: &Deployment,
    expected: &Expected<'_>,
) -> anyhow::Result<()> {
    if !ctx.run.is_ci {
        return Ok(());
    }
    let platform = &expected.target.platform;
    let document = deployment.document.as_ref().unwrap_or(expected.document);
    let (redactor, facts) = (expected.redactor, document.facts());
    if deployment.phase == Phase::Active && platform.has_met_a_limit() {
        ctx.console
            .say("The build log is left out to spare the rate limit: `do-deploy logs --kind build` shows it");
        return Ok(());
    }
    match platform
        .logs(
            &rollout.app_id,
            Some(&deployment.id),
            None,
            LogKind::Build,
            BUILD_LOG_LINES,
        )
        .await
    {
        Ok(lines) => {
            let lines = lines.unwrap_or_default();
            if !lines.is_empty() {
                let texts = redactor.lines(lines.iter().map(|line| &line.text));
                let lines = lines.iter().zip(&texts);
                let lines = lines.map(|(line, text)| named(&facts, line.component.as_deref(), text));
                ctx.console.group("Build log", &lines.collect::<Vec<_>>());
            }
        }
        Err(PlatformError::Cancelled(cancelled)) => return Err(cancelled.into()),
        Err(error) => ctx.console.say(&format!("The build log could not be read: {error}")),
    }
    Ok(())
}

#[tracing::instrument(target = "phase", name = "checks", skip_all)]
async fn judge_active(
    ctx: &Ctx,
    rollout: &Rollout,
    deployment: Option<&Deployment>,
    expected: &Expected<'_>,
) -> anyhow::Result<Ended> {
    let platform = &expected.target.platform;
    let active = match deployment {
        Some(_) => None,
        None => match platform.app(&rollout.app_id).await {
            Ok(app) => app.and_then(|app| app.active),
            Err(PlatformError::Cancelled(cancelled)) => return Err(cancelled.into()),
            Err(error) => return Ok(Ended::with_phase(CheckResult::Inconclusive(error.to_string()))),
        },
    };
    let Some(deployment) = deployment.or(active.as_ref()) else {
        return Ok(Ended::with_phase(CheckResult::Failed(
            Failure::bad("the app has no active deployment")
                .next("deploy again; if that does not help, look at the app on the platform"),
        )));
    };
    let mut notes = Vec::new();
    ctx.console.phase(Fold::Checks);
    let document = deployment.document.as_ref().unwrap_or(expected.document);
    if let Some(state) = document.facts().offline {
        return Ok(Ended {
            judged: Some(deployment.clone()),
            ..as_asked_for(ctx, rollout, state, document.words())
        });
    }
    ctx.console
        .say("Checking the built commit, the platform's health check and a request from outside");
    let (built, built_sha) = ask_for_the_commit(ctx, deployment, expected, &mut notes).await;
    let settling = Deadline::after(expected.health.timeout);
    let Health { result, idle } = ask_the_platform(ctx, rollout, expected.target, settling).await?;
    let mut health = result;
    notes.extend(
        idle.iter().map(|component| {
            format!("`{component}` is meant to run without an instance, and was not asked from outside")
        }),
    );
    let (outside, url) = ask_from_outside(ctx, rollout, deployment, expected, settling, &idle, &mut notes).await?;
    if matches!(outside.result, CheckResult::Obstructed(_)) && health == CheckResult::Passed {
        health = ask_the_platform_again(ctx, rollout, expected).await?;
    }
    let checks = Checks {
        phase: CheckResult::Passed,
        built,
        health,
        probe: outside.result,
    };
    tracing::debug!(target: "decision", "the verdict follows from the checks: {checks}");
    let verdict = verdict(checks).asked_again_with(&format!("do-deploy verify {}", expected.target.flags()));
    Ok(Ended {
        verdict,
        became_active: true,
        judged: Some(deployment.clone()),
        live_since: Some(deployment.phase_since.unwrap_or_else(|| platform.now())),
        url,
        built: built_sha,
        configured_check_failed: outside.configured_check_failed,
        notes,
        document: None,
    })
}

/// An app that is not meant to serve: the platform has said that the deployment is active, and there is nothing to ask.
fn as_asked_for(ctx: &Ctx, rollout: &Rollout, state: Offline, words: &Words) -> Ended {
    let says = state.sentence(&rollout.app_name, words);
    ctx.console.say(&says);
    Ended {
        verdict: Verdict::Good,
        became_active: true,
        notes: vec![says],
        ..Ended::with_phase(CheckResult::Passed)
    }
}

/// Two runs of the same commit at once: whichever deployment the platform keeps, what was asked for serves.
async fn superseded(
    ctx: &Ctx,
    rollout: &Rollout,
    by: Option<&Deployment>,
    expected: &Expected<'_>,
) -> anyhow::Result<Ended> {
    let platform = &expected.target.platform;
    if let Some(current) = by {
        let its = Rollout {
            deployment: Some(current.id.clone()),
            ..rollout.clone()
        };
        ctx.console.say(&format!(
            "Deployment {} took the place of this one: waiting for what it built",
            current.id
        ));
        match platform.follow(&its, expected.deadline, &mut |_| {}).await {
            Ok(Outcome::Active(ended)) if is_expected(ctx, &ended, expected) => {
                return judge_active(ctx, &its, Some(&ended), expected).await;
            }
            Err(PlatformError::Cancelled(cancelled)) => return Err(cancelled.into()),
            _ => {}
        }
    }
    let who = by.map_or_else(
        || "another deployment".to_owned(),
        |by| format!("deployment {} ({})", by.id, by.cause.text),
    );
    let failure = Failure::unknown(format!("{who} took the place of this one"))
        .why("two deployments of one app were started at almost the same time")
        .next(format!(
            "look at the newer run; if there is none, someone deployed by hand or `{}` is on",
            platform.words().push_trigger
        ));
    Ok(Ended {
        verdict: Verdict::Unknown(failure),
        ..Ended::with_phase(CheckResult::NotApplicable)
    })
}

fn is_expected(ctx: &Ctx, deployment: &Deployment, expected: &Expected<'_>) -> bool {
    let (built, wanted) = (ctx.commit_of(deployment), expected.commit);
    built.zip(wanted).is_some_and(|(built, wanted)| built.is(wanted))
}

async fn failed(
    ctx: &Ctx,
    rollout: &Rollout,
    deployment: &Deployment,
    rollback: Option<Rollout>,
    expected: &Expected<'_>,
) -> anyhow::Result<Ended> {
    let failure = diagnose::failure(
        ctx,
        expected.target.platform.as_ref(),
        &rollout.app_id,
        deployment,
        expected.redactor,
    )
    .await?;
    let mut ended = Ended::with_phase(CheckResult::Failed(failure));
    if let Some(back) = rollback {
        ended.notes.push(platform_rollback::follow(ctx, &back, expected).await?);
    }
    Ok(ended)
}

impl Ended {
    /// One that never became active, with what its phase says.
    fn with_phase(phase: CheckResult) -> Self {
        let checks = Checks {
            phase,
            built: CheckResult::NotApplicable,
            health: CheckResult::NotApplicable,
            probe: CheckResult::NotApplicable,
        };
        Self {
            verdict: verdict(checks),
            became_active: false,
            judged: None,
            live_since: None,
            url: None,
            built: None,
            configured_check_failed: false,
            notes: Vec::new(),
            document: None,
        }
    }
}
