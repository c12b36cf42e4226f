//! What stands at the head of an environment's branch, for all of its apps: read before anything is touched.

use crate::config::{Config, EnvironmentConfig};
use crate::flows::context::Ctx;
use crate::flows::failure::{cancelled, failure_of};
use crate::flows::project::source::Source;
use crate::flows::project::unmerged;
use crate::github::repository::{Comparison, Repository};
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::{Failure, Kind};

/// In the message of a push's head commit: that push is not deployed. Both ways round, as GitHub reads `[skip ci]`.
const SKIP: [&str; 2] = ["[skip deploy]", "[deploy skip]"];

pub(crate) fn says_skip(message: &str) -> bool {
    let message = message.to_lowercase();
    SKIP.iter().any(|words| message.contains(words))
}

/// Which commit is expected at the branch's head.
#[derive(Clone, Debug)]
pub(crate) enum Commit {
    /// Whatever is there.
    Head,
    /// A person named it: another head is an error.
    Asked(Sha),
    /// A push named it: a descendant is as good, anything else has a run of its own.
    Pushed(Sha),
    /// Another workflow tested it: any other head is untested.
    Tested(Sha),
    /// An image was made from it: any other head has an image of its own.
    Made(Sha),
}

/// Ends a run that finds, before it has sent anything, that another one deploys what it was to deploy.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NothingToDo(pub(crate) String);

/// The commit that an environment is deployed from, and what its files say.
pub(crate) struct Revision<'a> {
    pub(super) ctx: &'a Ctx,
    pub(crate) repository: Repository,
    pub(crate) environment: Environment,
    /// Policy, with the shape that the branch gives to it.
    pub(crate) config: Config,
    pub(crate) branch: String,
    /// The commit at the branch's head.
    pub(crate) head: Sha,
    /// Why the commit expected is none to deploy any more.
    pub(crate) nothing_to_do: Option<String>,
    /// The head is another commit than the one that was pushed.
    pub(super) has_moved_on: bool,
    pub(super) files: Source<'a>,
    /// What is read is sent to the platform.
    pub(super) deploys: bool,
}

impl<'a> Revision<'a> {
    /// To look at it; nothing that is read is sent to the platform.
    pub(crate) async fn find(ctx: &'a Ctx, environment: &Environment) -> anyhow::Result<Self> {
        Self::read(ctx, environment, &Commit::Head, false).await
    }

    /// To deploy it.
    pub(crate) async fn find_with(ctx: &'a Ctx, environment: &Environment, expected: &Commit) -> anyhow::Result<Self> {
        Self::read(ctx, environment, expected, true).await
    }

    #[tracing::instrument(target = "phase", name = "plan", skip_all)]
    async fn read(ctx: &'a Ctx, environment: &Environment, expected: &Commit, deploys: bool) -> anyhow::Result<Self> {
        let github = ctx.github()?;
        ctx.clouds.reachable()?;
        let repository = github.repository().await?;
        let default = branch_head(ctx, &repository, &repository.default_branch).await?;
        let source = async |commit: &Sha| match deploys {
            true => Source::deployed(ctx, commit).await,
            false => Source::at(ctx, commit).await,
        };
        let mut files = source(&default).await;
        let mut config = files.config().await?;
        let settings = settings(&config, environment)?;
        let (branch, head) = match settings.branch.as_str() {
            "" => (repository.default_branch.clone(), default),
            branch if branch == repository.default_branch => (branch.to_owned(), default),
            branch => {
                let head = branch_head(ctx, &repository, branch).await?;
                files = source(&head).await;
                (branch.to_owned(), head)
            }
        };
        let has_moved_on = matches!(expected, Commit::Pushed(sha) if !head.is(sha));
        let unapproved = match deploys {
            true => unapproved(ctx, settings, expected, &head, &branch, environment).await?,
            false => None,
        };
        let nothing_to_do = match unexpected_head(ctx, expected, &head, &branch).await? {
            None if unapproved.is_some() => unapproved,
            // Of several apps each has a deployment of its own that may have failed.
            None if has_moved_on && !config.has_apps() => bad_head(ctx, &head, &branch, environment, None).await?,
            reason => reason,
        };
        if has_moved_on && nothing_to_do.is_none() {
            let head = head.short();
            ctx.console.say(&format!("`{branch}` has moved on: deploying `{head}`"));
        }
        if branch != repository.default_branch {
            let of_branch = files.config().await?;
            let differs = unmerged::branch_differs(&config, &of_branch, &branch, &repository.default_branch);
            differs
                .filter(|_| deploys)
                .iter()
                .for_each(|differs| ctx.console.warn(differs));
            config = config.with_environment_of(&of_branch, &environment.to_string());
        }
        Ok(Self {
            ctx,
            repository,
            environment: environment.clone(),
            config,
            branch,
            head,
            nothing_to_do,
            has_moved_on,
            files,
            deploys,
        })
    }
}

/// Why `exact` keeps the run from deploying the head: it began with another commit, which is what a reviewer saw, also where
/// it is run again later. Every other commit that a run names is held to the head anyway.
async fn unapproved(
    ctx: &Ctx,
    settings: &EnvironmentConfig,
    expected: &Commit,
    head: &Sha,
    branch: &str,
    environment: &Environment,
) -> anyhow::Result<Option<String>> {
    let began = match expected {
        Commit::Pushed(sha) => Some(sha.clone()),
        Commit::Head => ctx.run.head_of(branch).map(Sha::new),
        Commit::Tested(_) | Commit::Made(_) | Commit::Asked(_) => None,
    };
    let Some(began) = began.filter(|began| !head.is(began)) else {
        return Ok(None);
    };
    if !settings.exact && !is_exact_at(ctx, &began, environment).await? {
        return Ok(None);
    }
    Ok(Some(format!(
        "this run is about `{}`, and `{branch}` is at `{}` by now, which has a run of its own (`exact = true`)",
        began.short(),
        head.short()
    )))
}

/// What the approved commit itself says: a later one, which was not approved, cannot take it back.
async fn is_exact_at(ctx: &Ctx, commit: &Sha, environment: &Environment) -> anyhow::Result<bool> {
    let config = Source::at(ctx, commit).await.config().await;
    match config {
        Ok(config) => Ok(settings(&config, environment).is_ok_and(|settings| settings.exact)),
        // A broken file says nothing.
        Err(error) if cancelled(&error).is_none() && failure_of(&error).kind == Kind::Input => Ok(false),
        Err(error) => Err(error),
    }
}

pub(super) async fn branch_head(ctx: &Ctx, repository: &Repository, branch: &str) -> anyhow::Result<Sha> {
    let head = ctx.github()?.branch_head(branch).await?;
    Ok(head.ok_or_else(|| {
        Failure::input(format!("`{}` has no branch `{branch}`", repository.full_name)).next(format!(
            "push the branch, or correct `branch` in `do-deploy.toml` or in the {}",
            ctx.clouds.manifest()
        ))
    })?)
}

/// Passes an environment that is deployed from a branch.
///
/// # Errors
/// The preview of a pull request.
pub(crate) fn refuse_preview(environment: &Environment) -> Result<(), Failure> {
    match environment {
        Environment::Named(_) => Ok(()),
        Environment::Preview(_) => {
            Err(Failure::input(format!("`{environment}` is a preview")).next("use `do-deploy preview --pr N`"))
        }
    }
}

/// What the configuration says of an environment.
pub(crate) fn settings<'a>(config: &'a Config, environment: &Environment) -> Result<&'a EnvironmentConfig, Failure> {
    refuse_preview(environment)?;
    let name = &environment.to_string();
    config.environment(name).ok_or_else(|| {
        Failure::input(format!("there is no environment `{name}`"))
            .next(format!("write `[environments.{name}]` into `do-deploy.toml`"))
    })
}

/// Compares the branch's head with what was expected. `Some`: there is nothing to do, and why.
pub(super) async fn unexpected_head(
    ctx: &Ctx,
    expected: &Commit,
    head: &Sha,
    branch: &str,
) -> anyhow::Result<Option<String>> {
    match expected {
        Commit::Asked(sha) if !head.is(sha) => Err(Failure::input(format!(
            "the head of `{branch}` is `{}`, not `{}`",
            head.short(),
            sha.short()
        ))
        .why("the platform builds the head of the branch")
        .next("leave `--commit` out to deploy the head; a commit that was deployed before is reached by a rollback")
        .into()),
        Commit::Tested(sha) if !head.is(sha) => Ok(Some(format!(
            "`{}` was tested, but `{branch}` is at `{}` by now, whose own tests deploy it",
            sha.short(),
            head.short()
        ))),
        Commit::Made(sha) if !head.is(sha) => Ok(Some(format!(
            "the image is the one of `{}`, but `{branch}` is at `{}` by now, which has a run of its own",
            sha.short(),
            head.short()
        ))),
        Commit::Pushed(sha) if !head.is(sha) => {
            let comparison = ctx.github()?.compare(sha.as_str(), head.as_str()).await?;
            if comparison.as_ref().is_some_and(Comparison::head_contains_base) {
                let commit = ctx.github()?.commit(head).await?;
                if commit.is_some_and(|commit| says_skip(&commit.message)) {
                    return Ok(Some(format!(
                        "the head commit of `{branch}` says `[skip deploy]` by now; the next push without it deploys everything"
                    )));
                }
                return Ok(None);
            }
            Ok(Some(format!(
                "`{branch}` was rewritten: it is at `{}` now, which has a run of its own",
                head.short()
            )))
        }
        _ => Ok(None),
    }
}

/// Why a push's run does not deploy a head that is not its own commit: that was deployed before, and found bad or not
/// found good. A person who runs the head's own run again, or names it, has decided to deploy it. `app`: what GitHub's
/// records call it, where the repository has several.
pub(super) async fn bad_head(
    ctx: &Ctx,
    head: &Sha,
    branch: &str,
    environment: &Environment,
    app: Option<&str>,
) -> anyhow::Result<Option<String>> {
    let ended = match ctx.github()?.last_end(environment.on_github(), app, head).await {
        Ok(ended) => ended,
        // A token that may not read deployments deploys, as it does without this rule.
        Err(error) => {
            ctx.wait.check()?;
            ctx.console.say(&format!(
                "Could not read whether `{}` was deployed before: {error}",
                head.short()
            ));
            None
        }
    };
    let ended = match ended.as_deref() {
        Some("failure") => "failed",
        Some("error") => "ended without a result",
        _ => return Ok(None),
    };
    Ok(Some(format!(
        "`{branch}` is at `{}`, whose deployment {ended}; run its own run again, or `do-deploy redeploy --environment {environment}`, to deploy it anyway",
        head.short()
    )))
}
