//! Production, or a named environment: deployed from the spec, judged, and rolled back where that is safe.

use std::time::Instant;

use crate::flows::context::Ctx;
use crate::flows::failure::cancelled;
use crate::flows::inspect::dry_run;
use crate::flows::production::plan::Planner;
use crate::flows::production::serves_now::After;
use crate::flows::production::{automatic_rollback, pin, redundant, refusal, succession};
use crate::flows::project::ownership;
use crate::flows::project::revision::{Commit, NothingToDo, Revision};
use crate::flows::project::target::Target;
use crate::flows::rollout::expected::Expected;
use crate::flows::rollout::finish::Successor;
use crate::flows::rollout::{self, Ended};
use crate::flows::rollout::{finish, refused_manifest};
use crate::model::aftermath::Aftermath;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::{Change, Listing, Report, State};
use crate::model::rollback::Situation;
use crate::model::verdict::Verdict;
use crate::platforms::plan::{ProductionPlan, beside};
use crate::platforms::{App, Document, Rollout};
use crate::policy::images::Images;
use crate::policy::replace::Replace;
use crate::report::Reporter;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) environment: Environment,
    pub(crate) commit: Commit,
    /// Build anew even if an earlier build could be reused.
    pub(crate) force_build: bool,
    /// What components with an image are to run.
    pub(crate) images: Images,
    /// What may be taken from the live app.
    pub(crate) replace: Replace,
    /// Take the pin of a rollback off first.
    pub(crate) release: bool,
    pub(crate) dry_run: bool,
}

#[tracing::instrument(target = "flow", name = "deploy", skip_all, fields(environment = %request.environment))]
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Report> {
    let deployed = deployed(ctx, request).await;
    if let Err(error) = &deployed
        && cancelled(error).is_none()
        && !request.dry_run
    {
        refusal::tell(ctx, &request.commit, &request.environment, error).await;
    }
    deployed
}

async fn deployed(ctx: &Ctx, request: &Request) -> anyhow::Result<Report> {
    let started = Instant::now();
    let environment = &request.environment;
    request.images.without_forced_build(request.force_build)?;
    request.replace.without_forced_build(request.force_build)?;
    let commit = match request.commit.clone() {
        Commit::Pushed(sha) if !request.images.is_empty() => Commit::Made(sha),
        commit => commit,
    };
    let revision = Revision::find_with(ctx, environment, &commit).await?;
    let Revision {
        target,
        config,
        manifest,
        head,
        app: live,
        ..
    } = &revision;
    if let Some(reason) = &revision.nothing_to_do {
        return skipped(ctx, environment, reason);
    }
    // Whose app it is comes first: another's pin is no reason to skip.
    let pinned = live.as_ref().filter(|app| app.pinned.is_some() && !request.release);
    if let Some(app) = pinned.filter(|app| target.is_marked(app)) {
        return skipped(ctx, environment, &pin::described(app, environment));
    }
    // What was built or agreed to for this run is a reason to deploy, whatever serves.
    let brings_more = !request.images.is_empty() || !request.replace.is_empty();
    if !brings_more && let Some(reason) = redundant::reason(ctx, &revision, &request.commit).await? {
        return skipped(ctx, environment, &reason);
    }
    let (replace, second) = beside_another(&revision, request).await?;
    if let (true, Some(app)) = (request.force_build, live) {
        same_commit(ctx, app, head, &revision.branch)?;
    }
    let planner = Planner {
        ctx,
        revision: &revision,
        environment,
        commit: &commit,
        images: &request.images,
        replace: (!request.force_build).then_some(&replace),
    };
    let mut plan = planner.plan(live.as_ref())?;
    plan.changes.extend(second);
    ctx.console.phase("Plan");
    planner.announce(&plan, None);
    if request.dry_run {
        if let Some(app) = live.as_ref().filter(|app| app.pinned.is_some()) {
            ctx.console
                .say(&format!("Would release `{}` from its rollback", app.name));
        }
        return planned(ctx, target, live.as_ref(), &plan, head, &revision.branch)
            .await
            .map_err(|error| refused_manifest::in_its_file(ctx, error, manifest, &plan.document));
    }

    let mut report = target.report(manifest.name(), State::Building);
    report.commit = Some(head.clone());
    report.url = live.as_ref().and_then(|app| app.active.as_ref().and(app.url.clone()));
    report.serving = live.as_ref().and_then(|app| ownership::serving(ctx, app));
    report.changes.clone_from(&plan.changes);
    report.built_elsewhere = plan.document.facts().is_built_elsewhere(&ctx.own());
    let mut reporter = Reporter::open(ctx.reporter(config, &target.repository), std::slice::from_ref(&report)).await;
    let deployed = deploy(planner, &mut plan, &mut report, &mut reporter).await;
    report.duration = Some(started.elapsed());
    if let Some(NothingToDo(reason)) = deployed.as_ref().err().and_then(|error| error.downcast_ref()) {
        ctx.console.notice(&format!("Not deployed to {environment}: {reason}"));
        report.state = State::Skipped;
        report.changes.clear();
        report.notes = vec![format!("Not deployed: {reason}")];
        reporter.close(std::slice::from_ref(&report)).await;
        return Ok(report);
    }
    if let Err(error) = deployed {
        return finish::break_off(
            ctx,
            target.platform.as_ref(),
            &mut reporter,
            report,
            Successor::Branch(&revision.branch),
            error,
        )
        .await;
    }
    reporter.close(std::slice::from_ref(&report)).await;
    tell_the_pull_request(ctx, &report, &revision.branch, &mut reporter).await;
    Ok(report)
}

/// A forced build takes the branch's head with the spec that the app has: another commit's spec, if it is another commit.
fn same_commit(ctx: &Ctx, app: &App, head: &Sha, branch: &str) -> Result<(), Failure> {
    match ownership::serving(ctx, app).filter(|serving| !serving.is(head)) {
        None => Ok(()),
        Some(serving) => Err(Failure::input(format!(
            "`{branch}` is at `{}`, and `{}` runs `{}`",
            head.short(),
            app.name,
            serving.short()
        ))
        .why(format!(
            "a forced build builds the head of the branch, with the {} of the commit that serves",
            app.document.words().manifest
        ))
        .next("deploy without `--force-build`: another commit is built anyway")),
    }
}

/// Where an app would be created although the environment has one under another name: refused, or agreed to. The rest of
/// what was agreed to, and what is said of the second app.
async fn beside_another(revision: &Revision, request: &Request) -> anyhow::Result<(Replace, Option<Change>)> {
    if revision.app.is_some() {
        return Ok((request.replace.clone(), None));
    }
    let others = revision.target.all_marked().await?;
    let mut names: Vec<&str> = others.iter().map(|app| app.name.as_str()).collect();
    names.retain(|name| *name != revision.manifest.name());
    let rest = beside(&request.replace, &revision.manifest, &request.environment, &names)?;
    let second = (!names.is_empty()).then(|| Change {
        what: format!("agreed to create a second app: `{}` lives on", names.join("`, `")),
        why: format!(
            "the {} has another name (`--replace name`)",
            revision.manifest.words().manifest
        ),
    });
    Ok((rest, second))
}

#[tracing::instrument(target = "target", name = "target", skip_all, fields(app = %plan.name, environment = %planner.environment))]
async fn deploy(
    planner: Planner<'_>,
    plan: &mut ProductionPlan,
    report: &mut Report,
    reporter: &mut Reporter,
) -> anyhow::Result<()> {
    let Planner { ctx, revision, .. } = planner;
    let (target, settings) = (&revision.target, revision.settings());
    ctx.wait.check()?;
    let app = match &revision.app {
        Some(app) if app.pinned.is_some() => Some(pin::release(ctx, target, app).await?),
        app => app.clone(),
    };
    ctx.console.phase("Build");
    let sent = planner.send(plan, app.as_ref()).await;
    let sent = sent.map_err(|error| refused_manifest::in_its_file(ctx, error, &revision.manifest, &plan.document));
    let rollout = match &revision.app {
        Some(app) if app.pinned.is_some() => sent.map_err(|error| pin::is_off(error, app))?,
        _ => sent?,
    };
    finish::taken(ctx, &rollout, report);
    report.changes.clone_from(&plan.changes);
    report.cost = target.platform.cost(&plan.document, Some(&rollout.app_id)).await.ok();
    let deadline = ctx.deadline(settings.timeout);
    let commit = report.commit.clone();
    let expected = Expected {
        target,
        commit: commit.as_ref(),
        document: &plan.document,
        health: &revision.config.health,
        redactor: &ctx.redactor_of(&plan.document, &revision.config),
        deadline,
    };
    // For a run that is cancelled from here on.
    report.aftermath = Aftermath::of(lost(plan));
    let ended = rollout::follow(ctx, &rollout, &expected, reporter).await?;
    rollout::not_cut_short(ctx, &ended)?;
    report.listing = difference(ctx, app.as_ref(), ended.document.as_ref());
    settle(ctx, revision, plan, &rollout, ended, report).await
}

/// Writes how it ended into the report; rolls back where that is safe; says what serves now.
async fn settle(
    ctx: &Ctx,
    revision: &Revision,
    plan: &ProductionPlan,
    rollout: &Rollout,
    mut ended: Ended,
    report: &mut Report,
) -> anyhow::Result<()> {
    let target = &revision.target;
    let situation = Situation {
        configured_check_failed: ended.configured_check_failed,
        database_changed: plan.document.facts().migrates,
        has_previous: rollout.previous.is_some(),
    };
    match succession::successor(target.platform.as_ref(), &rollout.app_id, &ended).await {
        Ok(Some(successor)) => succession::reconsider(ctx, target.platform.words(), &mut ended, &successor),
        Ok(None) => {}
        Err(error) => note(ctx, "Could not determine whether it still serves", error, report)?,
    }
    let bad = ended
        .judged
        .clone()
        .filter(|_| matches!(ended.verdict, Verdict::Bad(_)));
    let never_live = !ended.became_active;
    if never_live && rollout.previous.is_some() {
        tracing::debug!(target: "decision", "not rolled back because the new deployment never took traffic");
    }
    report.aftermath = None;
    finish::conclude(report, ended);
    let is_ready = report.state == State::Ready;
    let done = plan.taken.iter().filter(|it| is_ready || it.with_update);
    report.notes.extend(done.map(|it| it.done.clone()));
    if report.state == State::Ready {
        return Ok(());
    }
    // The verdict stands. What cannot be found out or done after it is a note, and only a signal ends the run.
    if let Some(bad) = &bad
        && let Err(error) =
            automatic_rollback::run(ctx, target, revision.settings(), rollout, bad, situation, report).await
    {
        note(ctx, "Not rolled back", error, report)?;
    }
    let after = After {
        target,
        rollout,
        bad: bad.as_ref(),
        never_live,
        lost: lost(plan),
        health: &revision.config.health,
    };
    match after.say_what_serves(ctx, report).await {
        Ok(()) => Ok(()),
        Err(error) => note(ctx, "Could not determine what serves now", error, report),
    }
}

/// How what was sent differs from what was live, as the platform keeps both. `None`: it does not, or nothing was.
fn difference(ctx: &Ctx, before: Option<&App>, after: Option<&Document>) -> Option<Listing> {
    let (app, after) = (before?, after?);
    // What only the live app holds is hidden, too.
    ctx.register_secrets(&app.document);
    let active = app.active.as_ref().and_then(|active| active.document.as_ref());
    // The commit is another one in every deployment, and stands above.
    let difference = active.unwrap_or(&app.document).difference_but_commit(after);
    let title = format!(
        "How the {} of {} differs from what was live before",
        after.words().document,
        app.name
    );
    (!difference.is_empty()).then(|| Listing::difference(title, &difference))
}

/// What the version before lacks once the update is sent.
fn lost(plan: &ProductionPlan) -> Vec<String> {
    plan.taken.iter().map(|it| it.lost.clone()).collect()
}

fn note(ctx: &Ctx, what: &str, error: anyhow::Error, report: &mut Report) -> anyhow::Result<()> {
    if cancelled(&error).is_some() {
        return Err(error);
    }
    ctx.wait.check()?;
    report.notes.push(format!("{what}: {error:#}"));
    Ok(())
}

/// One line on the comment of the merged pull request that the commit came from. Production's end does not depend on it.
async fn tell_the_pull_request(ctx: &Ctx, report: &Report, branch: &str, reporter: &mut Reporter) {
    let (Some(commit), Ok(github)) = (&report.commit, ctx.github()) else {
        return;
    };
    match github.impatient().merged_pull_of(commit, branch).await {
        Ok(Some(pull)) => reporter.tell_merged(pull.number).await,
        Ok(None) => {}
        Err(error) => reporter.missed_merged(&error),
    }
}

async fn planned(
    ctx: &Ctx,
    target: &Target,
    live: Option<&App>,
    plan: &ProductionPlan,
    head: &Sha,
    branch: &str,
) -> anyhow::Result<Report> {
    let mut planned = target.report("", State::Skipped);
    planned.commit = Some(head.clone());
    planned.changes.clone_from(&plan.changes);
    if !plan.document.facts().is_built_elsewhere(&ctx.own()) {
        let commit = format!("It would deploy `{}`, the head of `{branch}`", head.short());
        dry_run::note(ctx, &mut planned, commit);
    }
    planned.notes.extend(plan.warnings.iter().cloned());
    dry_run::show(ctx, target, live, &plan.document, &mut planned).await?;
    Ok(not_deployed(ctx, planned, "this is a dry run, and nothing was touched"))
}

/// Says that nothing was done, in log, summary and outputs.
fn skipped(ctx: &Ctx, environment: &Environment, reason: &str) -> anyhow::Result<Report> {
    let report = Report::new("", environment.clone(), State::Skipped);
    Ok(not_deployed(ctx, report, reason))
}

fn not_deployed(ctx: &Ctx, mut report: Report, reason: &str) -> Report {
    tracing::debug!(target: "decision", "not deployed because {reason}");
    ctx.console
        .notice(&format!("Not deployed to {}: {reason}", report.environment));
    report.notes.insert(0, format!("Not deployed: {reason}"));
    ctx.record(&report);
    report
}
