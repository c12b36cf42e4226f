//! Deploys an environment again, also when nothing has changed.

use super::context::Ctx;
use crate::flows::preview;
use crate::flows::preview::eligibility;
use crate::flows::production::deploy;
use crate::flows::project::revision;
use crate::flows::project::revision::Revision;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::Report;
use crate::policy::images::Images;
use crate::policy::replace::Replace;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) environment: Environment,
    /// The commit expected at the branch's head.
    pub(crate) commit: Option<Sha>,
    pub(crate) force_build: bool,
    pub(crate) images: Images,
    /// What may be taken from the live app.
    pub(crate) replace: Replace,
    pub(crate) dry_run: bool,
}

pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Report> {
    let Request {
        environment,
        commit,
        force_build,
        images,
        replace,
        dry_run,
    } = request.clone();
    match environment {
        Environment::Preview(_) if !replace.is_empty() => Err(Failure::input(format!(
            "`{environment}` is a preview, of which nothing has to be agreed to"
        ))
        .next("leave `--replace` out")
        .into()),
        Environment::Preview(pull_request) => {
            let commit = commit.map_or(eligibility::Commit::Head, eligibility::Commit::Asked);
            preview::run(
                ctx,
                &preview::Request {
                    pull_request,
                    commit,
                    insisted: true,
                    force_build,
                    images,
                    dry_run,
                },
            )
            .await
        }
        Environment::Named(_) => {
            // A preview that is gone comes back with its pull request; production is not created by accident.
            if Revision::find(ctx, &environment).await?.app.is_none() {
                return Err(Failure::input(format!("`{environment}` is not deployed"))
                    .next(format!(
                        "deploy it first: `do-deploy deploy --environment {environment}`"
                    ))
                    .into());
            }
            let commit = commit.map_or(revision::Commit::Head, revision::Commit::Asked);
            deploy::run(
                ctx,
                &deploy::Request {
                    environment,
                    commit,
                    force_build,
                    images,
                    replace,
                    release: false,
                    dry_run,
                },
            )
            .await
        }
    }
}
