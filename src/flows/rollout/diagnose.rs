//! Why a deployment failed, in plain words with the log lines that matter.

use crate::flows::context::Ctx;
use crate::model::excerpt::{left_out, lines_that_matter};
use crate::model::failure::{Excerpt, Failure, Shown};
use crate::model::rollout::{Phase, Stage};
use crate::platforms::facts::Component;
use crate::platforms::{Deployment, Diagnosis, Document, Platform, PlatformError, StepFailure};
use crate::redact::{TargetRedactor, Untrusted};

/// Lines fetched of a log; the excerpt is chosen from them.
const FETCHED_LINES: usize = 400;

pub(crate) async fn failure(
    ctx: &Ctx,
    platform: &dyn Platform,
    app_id: &str,
    deployment: &Deployment,
    redactor: &TargetRedactor,
) -> anyhow::Result<Failure> {
    if deployment.phase == Phase::Cancelled {
        return Ok(Failure::bad("the deployment was cancelled").next("deploy again when you are ready"));
    }
    let Some(step) = deployment.failures.first() else {
        return Ok(Failure::bad("the deployment failed")
            .why("the platform gives no reason")
            .next("look at the deployment on the platform, then deploy again"));
    };
    let facts = deployment.document.as_ref().map(Document::facts).unwrap_or_default();
    let component = step.component.as_deref().and_then(|name| facts.component(name));
    let is_job = component.is_some_and(|component| component.is_job);
    let words = step.diagnosis.clone().unwrap_or_else(|| Diagnosis {
        why: redactor.line(&step.message).to_string(),
        next: "look at the deployment on the platform".to_owned(),
    });
    let name = step.component.as_deref().map(|name| format!("`{name}`"));
    let what = match (step.stage, is_job, &name) {
        (Stage::Build, _, Some(name)) => format!("the build of {name} failed"),
        (Stage::Deploy, true, Some(name)) => format!("the job {name} failed"),
        (Stage::Deploy, false, Some(name)) => format!("{name} did not start"),
        (Stage::Build, _, None) => "the build failed".to_owned(),
        (Stage::Deploy, _, None) => "the deployment failed".to_owned(),
    };
    let mut failure = Failure::bad(what).why(words.why).next(words.next);
    failure.code = Some(step.code.clone());
    failure.component.clone_from(&step.component);
    failure.log = excerpt(ctx, platform, app_id, deployment, step, component, redactor).await?;
    let in_migration = failure.log.as_ref().is_some_and(|log| log.kind == Shown::Migration);
    if let (Some(name), true, false) = (name, in_migration, is_job) {
        failure.what = format!("the migration that runs before {name} failed");
        failure.next =
            Some("correct the migration, or give previews another command with `[preview] prepare`".to_owned());
    }
    Ok(failure)
}

/// The first of the logs that explains it, the most relevant first. A log that cannot be read is no reason to leave out
/// the rest.
async fn excerpt(
    ctx: &Ctx,
    platform: &dyn Platform,
    app_id: &str,
    deployment: &Deployment,
    step: &StepFailure,
    component: Option<&Component>,
    redactor: &TargetRedactor,
) -> anyhow::Result<Option<Excerpt>> {
    let is_job = component.is_some_and(|component| component.is_job);
    let shown_as = match step.stage {
        Stage::Build => Shown::Build,
        Stage::Deploy if is_job => Shown::Migration,
        Stage::Deploy => Shown::Run,
    };
    let announcement = component.and_then(|component| component.announcement.as_ref());
    for kind in deployment.telling_logs {
        let lines = platform
            .logs(
                app_id,
                Some(&deployment.id),
                step.component.as_deref(),
                *kind,
                FETCHED_LINES,
            )
            .await;
        let lines = match lines {
            // Cleaned before lines are chosen: what gives a secret away may stand in another line.
            Ok(lines) => redactor.lines(lines.unwrap_or_default().iter().map(|line| &line.text)),
            Err(PlatformError::Cancelled(cancelled)) => return Err(cancelled.into()),
            Err(error) => {
                ctx.console.warn(&format!("The log could not be read: {error}"));
                continue;
            }
        };
        let migration = announcement.and_then(|it| it.failed_migration(&lines));
        let (shown_as, lines) = match migration {
            Some(migration) if shown_as == Shown::Run => (Shown::Migration, migration),
            _ => {
                let own = announcement.map(|it| it.service_lines(&lines).to_vec());
                (shown_as, own.unwrap_or(lines))
            }
        };
        let lines = lines_that_matter(&lines, |count| redactor.line(&Untrusted::new(left_out(count))));
        if !lines.is_empty() {
            return Ok(Some(Excerpt { kind: shown_as, lines }));
        }
    }
    Ok(None)
}
