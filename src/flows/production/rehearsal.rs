//! What a dry run says of a deployment to an environment.

use crate::flows::context::Ctx;
use crate::flows::inspect::dry_run;
use crate::flows::project::app_revision::AppRevision;
use crate::flows::rollout::refused_manifest;
use crate::model::report::{Report, State};
use crate::platforms::plan::ProductionPlan;

/// What would be deployed to the app, and what that would change.
///
/// # Errors
/// What the platform refuses of the manifest, at its place in the file.
pub(crate) async fn planned(ctx: &Ctx, revision: &AppRevision, plan: &ProductionPlan) -> anyhow::Result<Report> {
    let AppRevision {
        target,
        manifest,
        head,
        branch,
        app: live,
        ..
    } = revision;
    if let Some(app) = live.as_ref().filter(|app| app.pinned.is_some()) {
        ctx.console
            .say(&format!("Would release `{}` from its rollback", app.name));
    }
    // The only app's summary is about the environment.
    let name = target.app.names.key.as_ref().map_or("", |_| manifest.name());
    let mut planned = target.report(name, State::Skipped);
    planned.commit = Some(head.clone());
    planned.changes.clone_from(&plan.changes);
    if !plan.document.facts().is_built_elsewhere(&ctx.own()) {
        let commit = format!("It would deploy `{}`, the head of `{branch}`", head.short());
        dry_run::note(ctx, &mut planned, commit);
    }
    planned.notes.extend(plan.warnings.iter().cloned());
    dry_run::show(ctx, target, live.as_ref(), &plan.document, &mut planned)
        .await
        .map_err(|error| refused_manifest::in_its_file(ctx, error, manifest, &plan.document))?;
    Ok(planned)
}
