//! Production, or a named environment: deployed from the spec, judged, and rolled back where that is safe.

use std::time::Instant;

use super::board::Board;
use super::context::Ctx;
use super::ending::Successor;
use super::failure::cancelled;
use super::production_plan::Work;
use super::rollout::{self, Ended, Expected};
use super::site::{Commit, Site};
use super::succession::{self, Successor as Later};
use super::{dry_run, ending, ownership, pin, redundant};
use crate::config::Target;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::live::Live;
use crate::model::report::{Change, Report, State};
use crate::model::rollback::{self, Decision, Situation};
use crate::model::rollout::Phase;
use crate::model::verdict::Verdict;
use crate::platform::{App, CauseKind, Deployment, PlatformError, Rollout};
use crate::spec::production::ProductionPlan;
use crate::spec::{Images, Replace};

/// How many earlier deployments the platform is asked about.
const WAYS_BACK: usize = 10;

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

pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Report> {
    let started = Instant::now();
    let environment = &request.environment;
    request.images.without_forced_build(request.force_build)?;
    request.replace.without_forced_build(request.force_build)?;
    let site = Site::find_with(ctx, environment, &request.commit).await?;
    let Site {
        repository,
        config,
        spec,
        head,
        app: live,
        ..
    } = &site;
    if let Some(reason) = &site.nothing_to_do {
        return skipped(ctx, environment, reason);
    }
    if let Some(app) = live.as_ref().filter(|app| app.pinned.is_some() && !request.release) {
        return skipped(ctx, environment, &pin::described(app, environment));
    }
    // What was built or agreed to for this run is a reason to deploy, whatever serves.
    let brings_more = !request.images.is_empty() || !request.replace.is_empty();
    if !brings_more && let Some(reason) = redundant::reason(ctx, &site, &request.commit).await? {
        return skipped(ctx, environment, &reason);
    }
    let (replace, second) = beside_another(ctx, &site, request).await?;
    let work = Work {
        ctx,
        site: &site,
        environment,
        images: &request.images,
        replace: (!request.force_build).then_some(&replace),
    };
    let mut plan = work.plan(live.as_ref())?;
    plan.changes.extend(second);
    ctx.console.phase("Plan");
    work.announce(&plan, None);
    if request.dry_run {
        if let Some(app) = live.as_ref().filter(|app| app.pinned.is_some()) {
            ctx.console
                .say(&format!("Would release `{}` from its rollback", app.name));
        }
        return planned(ctx, live.as_ref(), &plan, environment, head).await;
    }

    let mut report = Report::new(spec.name(), environment.clone(), State::Building);
    report.commit = Some(head.clone());
    report.url = live.as_ref().and_then(|app| app.active.as_ref().and(app.url.clone()));
    report.serving = live.as_ref().and_then(ownership::serving);
    report.changes.clone_from(&plan.changes);
    report.only_images = crate::spec::only_images(&plan.spec);
    let mut board = Board::open(ctx.board(config, repository), std::slice::from_ref(&report)).await;
    let deployed = deploy(work, request, &mut plan, &mut report, &mut board).await;
    report.duration = Some(started.elapsed());
    if let Err(error) = deployed {
        return ending::break_off(ctx, &mut board, report, Successor::Branch(&site.branch), error).await;
    }
    board.close(std::slice::from_ref(&report)).await;
    tell_the_pull_request(ctx, &report, &mut board).await;
    Ok(report)
}

/// Where an app would be created although the environment has one under another name: refused, or agreed to. The rest of
/// what was agreed to, and what is said of the second app.
async fn beside_another(ctx: &Ctx, site: &Site, request: &Request) -> anyhow::Result<(Replace, Option<Change>)> {
    if site.app.is_some() {
        return Ok((request.replace.clone(), None));
    }
    let others = ownership::all_marked(ctx, site.repository.id, &request.environment).await?;
    let mut names: Vec<&str> = others.iter().map(|app| app.name.as_str()).collect();
    names.retain(|name| *name != site.spec.name());
    let rest = request.replace.beside(&site.spec, &request.environment, &names)?;
    let second = (!names.is_empty()).then(|| Change {
        what: format!("agreed to create a second app: `{}` lives on", names.join("`, `")),
        why: "the app spec has another name (`--replace name`)".to_owned(),
    });
    Ok((rest, second))
}

async fn deploy(
    work: Work<'_>,
    request: &Request,
    plan: &mut ProductionPlan,
    report: &mut Report,
    board: &mut Board,
) -> anyhow::Result<()> {
    let Work { ctx, site, .. } = work;
    let platform = ctx.platform()?;
    let target = site.target();
    ctx.wait.check()?;
    let app = match &site.app {
        Some(app) if app.pinned.is_some() => Some(pin::release(ctx, app).await?),
        app => app.clone(),
    };
    ctx.console.phase("Build");
    let rollout = match &app {
        Some(app) if request.force_build => {
            ctx.console.say(&format!(
                "Deploying `{}` again from a fresh build; its spec stays as it is",
                app.name
            ));
            platform.redeploy(app, true).await?
        }
        Some(app) => {
            ctx.console.say(&format!("Updating `{}`", app.name));
            if !target.project.is_empty() {
                ctx.console
                    .say("`project` only counts when an app is created: this one stays where it is");
            }
            let planned_for = site.app.as_ref().map(|app| &app.spec);
            work.update(app, planned_for, plan).await?
        }
        None => {
            ctx.console.say(&format!("Creating `{}`", report.app));
            let project = Some(target.project.as_str()).filter(|project| !project.is_empty());
            match platform.create(&plan.spec, project).await {
                // Another run of this environment was quicker: its app is ours as well.
                Err(PlatformError::NameTaken { .. }) => {
                    let app = ownership::taken(ctx, &report.app, site.repository.id, &report.environment).await?;
                    work.update(&app, None, plan).await?
                }
                created => created?,
            }
        }
    };
    for warning in &rollout.warnings {
        ctx.console.warn(warning);
    }
    report.changes.clone_from(&plan.changes);
    report.app_id = Some(rollout.app_id.clone());
    report.deployment_id.clone_from(&rollout.deployment);
    report.cost = platform.cost(&plan.spec, Some(&rollout.app_id)).await.ok();
    let deadline = ctx.deadline(target.timeout);
    let (commit, environment) = (report.commit.clone(), report.environment.clone());
    let expected = Expected {
        environment: &environment,
        commit: commit.as_ref(),
        spec: &plan.spec,
        health: &site.config.health,
        redactor: &ctx.redactor_of(&plan.spec, &site.config),
        deadline,
    };
    let ended = rollout::follow(ctx, &rollout, &expected, board).await?;
    rollout::heard_to_the_end(ctx, &ended)?;
    settle(ctx, target, plan, &rollout, ended, report).await
}

/// Writes how it ended into the report; rolls back where that is safe; says what serves now.
async fn settle(
    ctx: &Ctx,
    target: &Target,
    plan: &ProductionPlan,
    rollout: &Rollout,
    mut ended: Ended,
    report: &mut Report,
) -> anyhow::Result<()> {
    let situation = Situation {
        configured_check_failed: ended.configured_check_failed,
        database_changed: crate::spec::migrates(&plan.spec),
        has_previous: rollout.previous.is_some(),
    };
    match succession::successor(ctx, &rollout.app_id, &ended).await {
        Ok(Some(successor)) => succession::reconsider(&mut ended, &successor),
        Ok(None) => {}
        Err(error) => note(ctx, "Whether it still serves could not be found out", error, report)?,
    }
    let bad = ended
        .judged
        .clone()
        .filter(|_| matches!(ended.verdict, Verdict::Bad(_)));
    let never_live = !ended.became_active;
    ending::conclude(report, ended);
    // A development database goes with the update, whatever becomes of the deployment.
    let is_done = |it: &&String| report.state == State::Ready || it.starts_with("Destroyed ");
    let taken: Vec<String> = plan.taken.iter().filter(is_done).cloned().collect();
    report.notes.extend(taken);
    if report.state == State::Ready {
        return Ok(());
    }
    // The verdict stands. What cannot be found out or done after it is a note, and only a signal ends the run.
    if let Some(bad) = &bad
        && let Err(error) = roll_back(ctx, target, rollout, bad, situation, report).await
    {
        note(ctx, "Not rolled back", error, report)?;
    }
    match say_what_serves(ctx, rollout, bad.as_ref(), never_live, report).await {
        Ok(()) => Ok(()),
        Err(error) => note(ctx, "What serves now could not be found out", error, report),
    }
}

fn note(ctx: &Ctx, what: &str, error: anyhow::Error, report: &mut Report) -> anyhow::Result<()> {
    if cancelled(&error).is_some() {
        return Err(error);
    }
    ctx.wait.check()?;
    report.notes.push(format!("{what}: {error:#}"));
    Ok(())
}

/// Goes back from the deployment that was found bad, unless something else has come after it by then.
async fn roll_back(
    ctx: &Ctx,
    target: &Target,
    rollout: &Rollout,
    bad: &Deployment,
    situation: Situation,
    report: &mut Report,
) -> anyhow::Result<()> {
    if rollout.previous.is_none() {
        return Ok(());
    }
    let platform = ctx.platform()?;
    let ways_back = succession::earlier(ctx, &rollout.app_id, bad).await?;
    let situation = Situation {
        has_previous: !ways_back.is_empty(),
        ..situation
    };
    if let Decision::LeaveTo(reason) = rollback::decide(target.rollback, situation) {
        let command = ways_back.first().map(|previous| {
            format!(
                "; to go back yourself: `do-deploy rollback --environment {} --to {previous}`",
                report.environment
            )
        });
        report
            .notes
            .push(format!("Not rolled back: {reason}{}", command.unwrap_or_default()));
        return Ok(());
    }
    ctx.wait.check()?;
    // Of its own: the deployment's may be over.
    let deadline = ctx.deadline(target.timeout);
    let mut objection = None;
    let mut way_back = None;
    for id in ways_back.into_iter().take(WAYS_BACK) {
        let validation = platform.validate_rollback(&rollout.app_id, &id, true).await?;
        if validation.valid {
            way_back = Some((id, validation.warnings));
            break;
        }
        objection = objection.or(validation.error.map(|error| error.message));
    }
    let Some((previous, warnings)) = way_back else {
        let why = objection.unwrap_or_else(|| "the platform gives no reason".to_owned());
        report.notes.push(format!("Not rolled back: {why}"));
        return Ok(());
    };
    // Read right before, because a rollback takes away what somebody else has deployed meanwhile.
    let app = platform.app(&rollout.app_id).await?;
    if let Some(successor) = app.as_ref().and_then(|app| Later::of(app, bad)) {
        report.notes.push(format!("Not rolled back: {}", successor.sentence()));
        return Ok(());
    }
    for warning in &warnings {
        ctx.console.warn(&warning.message);
    }
    ctx.console.phase("Rollback");
    ctx.console.say(&format!("Rolling back to deployment {previous}"));
    let back = platform.rollback(&rollout.app_id, &previous, true).await?;
    let ended = platform.wait(&back, deadline, &mut |_| {}).await?;
    if let (Some(live), Phase::Active) = (&mut report.was_live, &ended.phase) {
        live.until = Some(ended.phase_since.unwrap_or_else(|| platform.now()));
    }
    report.notes.push(match ended.phase {
        Phase::Active => format!("Rolled back to deployment {previous}"),
        Phase::Superseded => format!("Another deployment took the place of the rollback to deployment {previous}"),
        _ => format!("The rollback to deployment {previous} failed as well"),
    });
    Ok(())
}

/// After a bad end: which commit serves now, and since when the one that was found bad does not.
async fn say_what_serves(
    ctx: &Ctx,
    rollout: &Rollout,
    bad: Option<&Deployment>,
    never_live: bool,
    report: &mut Report,
) -> anyhow::Result<()> {
    let app = ctx.platform()?.app(&rollout.app_id).await?;
    report.serving = app.as_ref().and_then(ownership::serving);
    let active = app.as_ref().and_then(|app| app.active.as_ref());
    let replaced = active.zip(bad).is_some_and(|(active, bad)| active.id != bad.id);
    if let (true, Some(live @ Live { until: None, .. })) = (replaced, &mut report.was_live) {
        live.until = active.and_then(|active| active.phase_since);
    }
    // Only a rollback, ours or the platform's own, raises the question of the data.
    let is_new = active.is_some_and(|active| rollout.previous.as_ref() != Some(&active.id));
    let by_a_rollback =
        active.is_some_and(|active| matches!(active.cause.kind, CauseKind::Rollback | CauseKind::AutoRollback));
    let went_back = is_new && by_a_rollback && (replaced || never_live);
    let data = if went_back { "; data was not rolled back" } else { "" };
    report.notes.push(match (&report.serving, active) {
        // That it could not be confirmed is the headline.
        (_, Some(_)) if report.state == State::Unknown => return Ok(()),
        (Some(sha), _) if never_live && !is_new => format!("`{}` still serves", sha.short()),
        (Some(sha), _) => format!("`{}` serves now{data}", sha.short()),
        (None, None) => "Nothing serves: there is no earlier deployment".to_owned(),
        (None, Some(active)) if replaced || never_live => format!("Deployment {} serves now{data}", active.id),
        (None, Some(_)) => return Ok(()),
    });
    Ok(())
}

/// One line on the comment of the merged pull request that the commit came from. Production's end does not depend on it.
async fn tell_the_pull_request(ctx: &Ctx, report: &Report, board: &mut Board) {
    let (Some(commit), Ok(github)) = (&report.commit, ctx.github()) else {
        return;
    };
    match github.merged_pull_of(commit).await {
        Ok(Some(pull)) => board.tell_merged(pull.number).await,
        Ok(None) => {}
        Err(error) => ctx
            .console
            .warn(&format!("The merged pull request could not be found: {error}")),
    }
}

async fn planned(
    ctx: &Ctx,
    live: Option<&App>,
    plan: &ProductionPlan,
    environment: &Environment,
    head: &Sha,
) -> anyhow::Result<Report> {
    dry_run::show(ctx, live, &plan.spec).await?;
    let mut report = skipped(ctx, environment, "a dry run: nothing was touched")?;
    report.commit = Some(head.clone());
    Ok(report)
}

/// Says that nothing was done, in log, summary and outputs.
fn skipped(ctx: &Ctx, environment: &Environment, reason: &str) -> anyhow::Result<Report> {
    ctx.console.notice(&format!("Not deployed to {environment}: {reason}"));
    let mut report = Report::new("", environment.clone(), State::Skipped);
    report.notes.push(format!("Not deployed: {reason}"));
    ctx.record(&report);
    Ok(report)
}
