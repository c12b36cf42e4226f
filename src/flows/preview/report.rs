//! What people are told of a preview before anything of it is deployed.

use crate::flows::context::Ctx;
use crate::flows::project::ownership;
use crate::flows::project::target::Target;
use crate::model::pull_request::PullRequest;
use crate::model::report::{Report, State};
use crate::platforms::App;
use crate::platforms::plan::PreviewPlan;

/// Says what the preview is and lacks, before anything is created.
pub(crate) fn announce(ctx: &Ctx, plan: &PreviewPlan, loss: Option<&str>) {
    let database = plan.database.mode.map_or("absent".to_owned(), |mode| mode.to_string());
    tracing::debug!(target: "decision", "the preview's database is {database} because {}", plan.database.why);
    for change in &plan.changes {
        tracing::debug!(target: "decision", "{} because {}", change.what, change.why);
    }
    if let Some(database) = plan.database.mode {
        ctx.console
            .say(&format!("The preview's database: {database} ({})", plan.database.why));
    }
    if let Some(unset) = unset(plan) {
        ctx.console.say(&unset);
    }
    for warning in plan.warnings.iter().map(String::as_str).chain(loss) {
        ctx.console.warn(warning);
    }
}

/// Which secrets previews do not get. `None`: they get all that they need.
fn unset(plan: &PreviewPlan) -> Option<String> {
    let names: Vec<String> = plan.unset.iter().map(|name| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| {
        format!(
            "Not set in previews: {} (set under `[preview] env` in `do-deploy.toml`: previews get none of production's secrets and credentials)",
            names.join(", ")
        )
    })
}

pub(crate) fn opening_report(
    ctx: &Ctx,
    target: &Target,
    spec_name: &str,
    plan: &PreviewPlan,
    pull: &PullRequest,
    live: Option<&App>,
) -> Report {
    let mut report = target.report(&plan.name, State::Building);
    report.preview_of = Some(spec_name.to_owned());
    report.commit = Some(pull.head.sha.clone());
    add_what_serves(&mut report, ctx, live);
    report.underway.last_took = live.and_then(|app| app.active.as_ref()?.took());
    report.sleep = Some(plan.sleep.clone());
    report.database = plan.database.mode;
    report.changes.clone_from(&plan.changes);
    report.built_elsewhere = plan.document.facts().is_built_elsewhere(&ctx.own());
    report.notes.extend(notes(plan));
    report
}

/// What there is of the app before the run changes anything.
pub(crate) fn add_what_serves(report: &mut Report, ctx: &Ctx, live: Option<&App>) {
    report.url = live.and_then(App::serving_url);
    report.serving = live.and_then(|app| ownership::serving(ctx, app));
    report.nothing_serves = live.is_some_and(|app| app.active.is_none());
    report.app_id = live.map(|app| app.id.clone());
}

fn notes(plan: &PreviewPlan) -> Vec<String> {
    unset(plan).into_iter().chain(plan.warnings.iter().cloned()).collect()
}

/// Where an earlier commit still serves, what this one would have slept, cost, stored and lacked is not the app's.
pub(crate) fn leave_out_the_plan(report: &mut Report, plan: &PreviewPlan) {
    if report.commit.is_some() && report.serving == report.commit {
        return;
    }
    (report.sleep, report.cost, report.database) = (None, None, None);
    let planned = notes(plan);
    report.notes.retain(|note| !planned.contains(note));
}

/// Data that the update was to cost are gone, or, where the commit did not come up, still there.
pub(crate) fn say_what_was_lost(report: &mut Report, plan: &PreviewPlan, became_active: bool) {
    let Some(loss) = &plan.loss else { return };
    let Some(at) = report.notes.iter().position(|note| *note == loss.before) else {
        return;
    };
    if became_active || loss.with_update.is_some() {
        report.notes[at].clone_from(&loss.after);
    } else {
        report.notes.remove(at);
    }
}
