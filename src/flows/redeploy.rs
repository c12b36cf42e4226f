//! Deploys an environment again, also when nothing has changed.

use crate::flows::context::Ctx;
use crate::flows::flags::Flags;
use crate::flows::preview;
use crate::flows::production::deploy;
use crate::flows::project::app_revision::{EnvironmentApp, not_deployed};
use crate::flows::project::revision::Revision;
use crate::flows::project::target::flags as flags_of;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::Report;

/// `flags.environment`: what is deployed again, production where it is not named.
#[tracing::instrument(target = "flow", name = "redeploy", skip_all, fields(environment = %flags.environment()))]
pub(crate) async fn run(ctx: &Ctx, flags: Flags) -> anyhow::Result<Vec<Report>> {
    let environment = flags.environment();
    match environment {
        Environment::Preview(_) if !flags.replace.is_empty() => Err(Failure::input(format!(
            "`{environment}` is a preview, of which nothing has to be agreed to"
        ))
        .next("leave `--replace` out")
        .into()),
        Environment::Preview(pull_request) => preview::run(ctx, &flags.preview(pull_request, true)).await,
        Environment::Named(_) => {
            // A preview that is gone comes back with its pull request; production is not created by accident.
            let apps = Revision::find(ctx, &environment).await?.apps().await?;
            let about = apps.iter().filter(|app| ctx.is_about(&app.entry));
            let missing = |app: &&EnvironmentApp| app.revision.as_ref().is_ok_and(|revision| revision.app.is_none());
            if let Some(missing) = about.into_iter().find(missing) {
                return Err(not_deployed(&environment, missing.entry.key.as_deref())
                    .next(format!(
                        "deploy it first: `do-deploy deploy {}`",
                        flags_of(&environment, &missing.identity)
                    ))
                    .into());
            }
            deploy::run(ctx, &flags.deploy()).await
        }
    }
}
