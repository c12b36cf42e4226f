//! One app of an environment: its manifest at the head of the environment's branch, and the app that it is deployed to.

use crate::config::{AppConfig, Config, EnvironmentConfig};
use crate::flows::context::Ctx;
use crate::flows::failure::{cancelled, failure_of};
use crate::flows::project::apps::{self, RepositoryApp, of_its_app};
use crate::flows::project::own;
use crate::flows::project::ownership::several;
use crate::flows::project::revision::{
    Commit, NothingToDo, Revision, bad_head, branch_head, settings, unexpected_head,
};
use crate::flows::project::source::Source;
use crate::flows::project::target::Target;
use crate::github::repository::Repository;
use crate::model::app_identity::AppIdentity;
use crate::model::commit::Sha;
use crate::model::environment::{Environment, PRODUCTION};
use crate::model::failure::{Failure, Kind};
use crate::model::own::OwnRepository;
use crate::platforms::App;
use crate::platforms::Manifest;
use crate::platforms::plan::Neighbour;

/// One app of the environment.
pub(crate) struct EnvironmentApp {
    /// The run's, with a log that names the app where there are several.
    pub(crate) ctx: Ctx,
    pub(crate) entry: AppConfig,
    pub(crate) identity: AppIdentity,
    /// What is wrong with the files of one of several is the end of that app alone.
    pub(crate) revision: anyhow::Result<AppRevision>,
}

/// All that a deployment of an app starts from.
pub(crate) struct AppRevision {
    pub(crate) target: Target,
    pub(crate) config: Config,
    pub(crate) manifest: Manifest,
    pub(crate) branch: String,
    /// The commit at the branch's head.
    pub(crate) head: Sha,
    pub(crate) app: Option<App>,
    /// The other environments, where the app could be one of theirs.
    pub(crate) neighbours: Vec<Neighbour>,
    /// Why the head is not deployed to this one of several apps.
    pub(crate) nothing_to_do: Option<String>,
}

impl EnvironmentApp {
    /// The one that the run is about: named by `--app`, or the only one.
    ///
    /// # Errors
    /// When the environment has several, and the run names none of them.
    pub(crate) fn only(ctx: &Ctx, environment: &Environment, apps: Vec<Self>) -> Result<Self, Failure> {
        let keys: Vec<String> = apps.iter().filter_map(|app| app.entry.key.clone()).collect();
        let mut about = apps.into_iter().filter(|app| ctx.is_about(&app.entry));
        match (about.next(), about.next()) {
            (Some(app), None) => Ok(app),
            _ => Err(several(environment, keys.iter().map(String::as_str))),
        }
    }
}

/// That the environment, or one of its several apps, is not deployed.
pub(crate) fn not_deployed(environment: &Environment, key: Option<&str>) -> Failure {
    match key {
        Some(key) => Failure::input(format!("app `{key}` is not deployed to {environment}")),
        None => Failure::input(format!("`{environment}` is not deployed")),
    }
}

impl Revision<'_> {
    /// The environment's apps, in the order of the configuration.
    ///
    /// # Errors
    /// What is wrong with the files of the only app, or with the apps together; `--app` that names none of them; and an
    /// environment that has none.
    #[tracing::instrument(target = "phase", name = "plan", skip_all)]
    pub(crate) async fn apps(&self) -> anyhow::Result<Vec<EnvironmentApp>> {
        let (ctx, environment) = (self.ctx, &self.environment);
        let entries = self.config.apps();
        ctx.accept_apps(&entries)?;
        if !entries
            .iter()
            .any(|entry| entry.is_in(environment) && ctx.is_about(entry))
        {
            return Err(self.no_app().into());
        }
        let mut found = Vec::new();
        for app in apps::read(&self.files, entries, environment).await? {
            let RepositoryApp {
                entry,
                identity,
                manifest,
            } = app;
            let ctx = ctx.of_entry(&entry);
            let revision = match manifest {
                Ok(manifest) => AppRevision::read(self, &ctx, &entry, &identity, manifest).await,
                Err(error) => Err(error),
            };
            let revision = of_its_app(entry.key.as_deref(), revision)?;
            found.push(EnvironmentApp {
                ctx,
                entry,
                identity,
                revision,
            });
        }
        Ok(found)
    }

    fn no_app(&self) -> Failure {
        let environment = &self.environment;
        match &self.ctx.app {
            Some(app) => Failure::input(format!("app `{app}` is not deployed to {environment}"))
                .next(format!("give it a `spec` in `[apps.{app}.environments.{environment}]`")),
            None => Failure::input(format!("no app is deployed to {environment}")).next(format!(
                "give an app a `spec` for it, in `[apps.NAME.environments.{environment}]`"
            )),
        }
    }
}

impl AppRevision {
    async fn read(
        revision: &Revision<'_>,
        ctx: &Ctx,
        entry: &AppConfig,
        identity: &AppIdentity,
        manifest: Manifest,
    ) -> anyhow::Result<Self> {
        let Revision {
            repository,
            environment,
            branch,
            head,
            deploys,
            ..
        } = revision;
        let config = &entry.config;
        let target = Target::of(ctx, repository, environment, identity.clone(), &manifest)?;
        let app = target.platform.find(manifest.name()).await?;
        if let Some(app) = &app {
            target.not_a_neighbours(ctx, app).await?;
        }
        let living = app.iter().flat_map(own::documents_of);
        ctx.resolve_names(repository, std::iter::once(manifest.document()).chain(living))
            .await?;
        if settings(config, environment)?.branch.is_empty() {
            same_branch(&manifest, &ctx.own(), branch, environment)?;
        }
        let is_unmarked = app.as_ref().is_some_and(|app| app.marks.is_none());
        let neighbours = match *deploys && is_unmarked && !environment.is_production() {
            true => neighbours(ctx, config, environment, repository).await?,
            false => Vec::new(),
        };
        let recorded_as = identity.recorded_as();
        let nothing_to_do = match revision.has_moved_on && recorded_as.is_some() {
            true => bad_head(ctx, head, branch, environment, recorded_as).await?,
            false => None,
        };
        Ok(Self {
            config: config.clone(),
            target,
            manifest,
            branch: branch.clone(),
            head: head.clone(),
            app,
            neighbours,
            nothing_to_do,
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

/// Where no branch is configured, a spec that builds another one than the default would deploy what was not pushed.
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
