//! What stands at the head of an environment's branch, and the app that it is deployed to: read before anything is touched.

use crate::config::{Config, EnvironmentConfig};
use crate::flows::context::Ctx;
use crate::flows::failure::{cancelled, failure_of};
use crate::flows::project::source::Source;
use crate::flows::project::target::Target;
use crate::flows::project::{own, unmerged};
use crate::github::repository::{Comparison, Repository};
use crate::model::app_identity::AppIdentity;
use crate::model::commit::Sha;
use crate::model::environment::{Environment, PRODUCTION};
use crate::model::failure::{Failure, Kind};
use crate::model::own::OwnRepository;
use crate::platforms::App;
use crate::platforms::Manifest;
use crate::platforms::plan::Neighbour;

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

/// All that a deployment of an environment starts from.
pub(crate) struct Revision {
    pub(crate) target: Target,
    pub(crate) config: Config,
    pub(crate) manifest: Manifest,
    pub(crate) branch: String,
    /// The commit at the branch's head.
    pub(crate) head: Sha,
    pub(crate) app: Option<App>,
    /// The other environments, where the app could be one of theirs.
    pub(crate) neighbours: Vec<Neighbour>,
    /// Why the commit expected is none to deploy any more.
    pub(crate) nothing_to_do: Option<String>,
}

impl Revision {
    /// To look at it; nothing that is read is sent to the platform.
    pub(crate) async fn find(ctx: &Ctx, environment: &Environment) -> anyhow::Result<Self> {
        Self::read(ctx, environment, &Commit::Head, false).await
    }

    /// To deploy it.
    pub(crate) async fn find_with(ctx: &Ctx, environment: &Environment, expected: &Commit) -> anyhow::Result<Self> {
        Self::read(ctx, environment, expected, true).await
    }

    #[tracing::instrument(target = "phase", name = "plan", skip_all)]
    async fn read(ctx: &Ctx, environment: &Environment, expected: &Commit, deploys: bool) -> anyhow::Result<Self> {
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
            None if has_moved_on => bad_head(ctx, &head, &branch, environment).await?,
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
        let settings = self::settings(&config, environment)?;
        let manifest = files.manifest(config.spec_of(settings)).await?;
        let target = Target::of(
            ctx,
            &repository,
            environment,
            AppIdentity::only(manifest.name()),
            &manifest,
        )?;
        let app = target.platform.find(manifest.name()).await?;
        let living = app.iter().flat_map(own::documents_of);
        ctx.resolve_names(&repository, std::iter::once(manifest.document()).chain(living))
            .await?;
        if settings.branch.is_empty() {
            same_branch(&manifest, &ctx.own(), &branch, environment)?;
        }
        let is_unmarked = app.as_ref().is_some_and(|app| app.marks.is_none());
        let neighbours = match deploys && is_unmarked && !environment.is_production() {
            true => neighbours(ctx, &config, environment, &repository).await?,
            false => Vec::new(),
        };
        Ok(Self {
            target,
            manifest,
            branch,
            head,
            app,
            neighbours,
            nothing_to_do,
            config,
        })
    }

    /// Passes while the branch is where it was when the revision was read.
    ///
    /// # Errors
    /// A `NothingToDo` where the commit that came since has a run of its own, else what a person has to do.
    pub(crate) async fn still_at_head(&self, ctx: &Ctx, expected: &Commit) -> anyhow::Result<()> {
        let (branch, before) = (&self.branch, &self.head);
        let head = branch_head(ctx, &self.target.repository, branch).await?;
        if head.is(before) {
            return Ok(());
        }
        if let (Commit::Asked(_) | Commit::Tested(_) | Commit::Made(_), Some(reason)) =
            (expected, unexpected_head(ctx, expected, &head, branch).await?)
        {
            return Err(NothingToDo(reason).into());
        }
        let moved = format!(
            "`{branch}` moved on to `{}` before `{}` could be sent",
            head.short(),
            before.short()
        );
        Err(match expected {
            Commit::Pushed(_) => NothingToDo(format!("{moved}; that push has a run of its own")).into(),
            _ => Failure::unknown(moved)
                .why("the platform builds the head of the branch, which this run did not plan for")
                .next("run again; nothing was sent")
                .into(),
        })
    }

    /// What the configuration says of the environment.
    pub(crate) fn settings(&self) -> &EnvironmentConfig {
        settings(&self.config, &self.target.environment).expect("read before the revision was")
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

/// What the approved commit itself says: a later one that nobody approved cannot take it back.
async fn is_exact_at(ctx: &Ctx, commit: &Sha, environment: &Environment) -> anyhow::Result<bool> {
    let config = Source::at(ctx, commit).await.config().await;
    match config {
        Ok(config) => Ok(settings(&config, environment).is_ok_and(|settings| settings.exact)),
        // A broken file says nothing.
        Err(error) if cancelled(&error).is_none() && failure_of(&error).kind == Kind::Input => Ok(false),
        Err(error) => Err(error),
    }
}

/// The environments beside this one: which branch each deploys, and what its app is called.
async fn neighbours(
    ctx: &Ctx,
    config: &Config,
    environment: &Environment,
    repository: &Repository,
) -> anyhow::Result<Vec<Neighbour>> {
    let mut neighbours = Vec::new();
    for (name, target) in config.targets() {
        // Without a spec of its own a named environment is never deployed.
        if name == environment.to_string() || (name != PRODUCTION && target.spec.is_empty()) {
            continue;
        }
        let branch = target.branch_or(&repository.default_branch);
        let source = Source::of_branch(ctx, branch).await;
        let app = match source.configured_manifest(config.spec_of(target)).await {
            Ok(manifest) => Some(manifest.name().to_owned()),
            Err(error) if cancelled(&error).is_none() && failure_of(&error).kind == Kind::Input => None,
            Err(error) => return Err(error),
        };
        neighbours.push(Neighbour {
            environment: Environment::Named(name.to_owned()),
            app,
            branch: branch.to_owned(),
        });
    }
    Ok(neighbours)
}

/// Where nobody configured a branch, a spec that builds another one than the default would deploy what nobody pushed.
fn same_branch(
    manifest: &Manifest,
    repository: &OwnRepository,
    branch: &str,
    environment: &Environment,
) -> Result<(), Failure> {
    let facts = manifest.document().facts();
    let ours = facts.sources().filter(|source| source.is_repository(repository));
    let Some((component, other)) = ours
        .filter_map(|source| Some((&source.component, source.branch.as_deref()?)))
        .find(|(_, other)| *other != branch)
    else {
        return Ok(());
    };
    let table = if environment.is_production() {
        "[production]".to_owned()
    } else {
        format!("[environments.{environment}]")
    };
    Err(Failure::input(format!(
        "`{component}` is built from `{other}`, but {environment} is deployed from `{branch}`"
    ))
    .why(format!(
        "`{branch}` is the repository's default branch, and `do-deploy.toml` names no other"
    ))
    .next(format!(
        "set `branch = \"{other}\"` under `{table}` in `do-deploy.toml`, or correct the {}",
        manifest.words().manifest
    )))
}

async fn branch_head(ctx: &Ctx, repository: &Repository, branch: &str) -> anyhow::Result<Sha> {
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
async fn unexpected_head(ctx: &Ctx, expected: &Commit, head: &Sha, branch: &str) -> anyhow::Result<Option<String>> {
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
/// found good. A person who runs the head's own run again, or names it, has decided to deploy it.
async fn bad_head(ctx: &Ctx, head: &Sha, branch: &str, environment: &Environment) -> anyhow::Result<Option<String>> {
    let ended = match ctx.github()?.last_end(environment.on_github(), head).await {
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
