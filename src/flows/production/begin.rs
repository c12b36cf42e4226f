//! What a deployment of an environment begins with: whether there is anything to deploy, and what, before anything is touched.

use crate::flows::context::Ctx;
use crate::flows::inspect::dry_run;
use crate::flows::production::app::ProductionApp;
use crate::flows::production::plan::Planner;
use crate::flows::production::request::Request;
use crate::flows::production::{pin, redundant};
use crate::flows::project::ownership;
use crate::flows::project::revision::{Commit, Revision};
use crate::flows::project::target::Target;
use crate::flows::rollout::refused_manifest;
use crate::model::commit::Sha;
use crate::model::failure::Failure;
use crate::model::report::{Change, Report, State};
use crate::platforms::App;
use crate::platforms::plan::{Beside, ProductionPlan, beside};
use crate::policy::replace::Replace;

/// What is known before anything is touched.
pub(crate) enum Begun<'a> {
    /// There is nothing to deploy, or it is a dry run: the report says which.
    NotDeployed(Box<Report>),
    Ready(Box<ProductionApp<'a>>),
}

pub(crate) async fn begin<'a>(ctx: &Ctx, request: &'a Request) -> anyhow::Result<Begun<'a>> {
    let environment = &request.environment;
    let skipped = |reason: &str| {
        let report = Report::new("", environment.clone(), State::Skipped);
        Ok(Begun::NotDeployed(Box::new(not_deployed(ctx, report, reason))))
    };
    let commit = match request.commit.clone() {
        Commit::Pushed(sha) if !request.images.is_empty() => Commit::Made(sha),
        commit => commit,
    };
    let revision = Revision::find_with(ctx, environment, &commit).await?;
    let Revision {
        target,
        manifest,
        head,
        app: live,
        ..
    } = &revision;
    if let Some(reason) = &revision.nothing_to_do {
        return skipped(reason);
    }
    // Whose app it is comes first: another's pin is no reason to skip.
    let pinned = live.as_ref().filter(|app| app.pinned.is_some() && !request.release);
    if let Some(app) = pinned.filter(|app| target.is_marked(app)) {
        return skipped(&pin::described(app, environment));
    }
    // What was built or agreed to for this run is a reason to deploy, whatever serves.
    let brings_more = !request.images.is_empty() || !request.replace.is_empty();
    if !brings_more && let Some(reason) = redundant::reason(ctx, &revision, &request.commit).await? {
        return skipped(&reason);
    }
    let (replace, second) = beside_another(ctx, &revision, request).await?;
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
        let planned = planned(ctx, target, live.as_ref(), &plan, head, &revision.branch)
            .await
            .map_err(|error| refused_manifest::in_its_file(ctx, error, manifest, &plan.document))?;
        return Ok(Begun::NotDeployed(Box::new(planned)));
    }
    let mut report = target.report(manifest.name(), State::Building);
    report.commit = Some(head.clone());
    report.url = live.as_ref().and_then(|app| app.active.as_ref().and(app.url.clone()));
    report.serving = live.as_ref().and_then(|app| ownership::serving(ctx, app));
    report.changes.clone_from(&plan.changes);
    report.built_elsewhere = plan.document.facts().is_built_elsewhere(&ctx.own());
    Ok(Begun::Ready(Box::new(ProductionApp {
        ctx: ctx.clone(),
        request,
        commit,
        revision,
        replace,
        plan,
        report,
        has_broken_off: false,
    })))
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

/// Where an app would be created although the environment has one under another name or on another platform: refused, or
/// agreed to. The rest of what was agreed to, and what is said of the second app.
async fn beside_another(
    ctx: &Ctx,
    revision: &Revision,
    request: &Request,
) -> anyhow::Result<(Replace, Option<Change>)> {
    if revision.app.is_some() {
        return Ok((request.replace.clone(), None));
    }
    let (target, manifest) = (&revision.target, &revision.manifest);
    let mut others = Vec::new();
    for (platform, app) in target.elsewhere(ctx).await? {
        let is_here = std::ptr::eq(platform.words(), target.platform.words());
        // Another run may have made it a moment ago.
        if !is_here || app.name != manifest.name() {
            others.push(Beside {
                name: app.name,
                vendor: (!is_here).then(|| platform.words().vendor),
            });
        }
    }
    let rest = beside(&request.replace, manifest, &request.environment, &others)?;
    let differs = match others.iter().any(|other| other.vendor.is_none()) {
        true => "has another name",
        false => "is for another platform",
    };
    let names: Vec<String> = others.iter().map(Beside::to_string).collect();
    let second = (!names.is_empty()).then(|| Change {
        what: format!("agreed to create a second app: {} lives on", names.join(", ")),
        why: format!("the {} {differs} (`--replace name`)", manifest.words().manifest),
    });
    Ok((rest, second))
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

fn not_deployed(ctx: &Ctx, mut report: Report, reason: &str) -> Report {
    tracing::debug!(target: "decision", "not deployed because {reason}");
    ctx.console
        .notice(&format!("Not deployed to {}: {reason}", report.environment));
    report.notes.insert(0, format!("Not deployed: {reason}"));
    report
}
