//! The apps of an environment that a flow only looks at: by their files where those can be read, else by their marks.

use crate::config::{AppConfig, Config, Health};
use crate::flows::context::Ctx;
use crate::flows::preview::plan;
use crate::flows::project::app_revision::{EnvironmentApp, not_deployed};
use crate::flows::project::apps::{identities, of_its_app};
use crate::flows::project::ownership::several;
use crate::flows::project::pull;
use crate::flows::project::revision::Revision;
use crate::flows::project::source::Source;
use crate::flows::project::target::Target;
use crate::github::repository::Repository;
use crate::model::app_identity::{AppIdentity, AppNames};
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::platforms::App;
use crate::platforms::Offline;
use crate::redact::TargetRedactor;

/// An app of an environment.
pub(crate) struct Found {
    /// Its name under `[apps]`.
    pub(crate) key: Option<String>,
    pub(crate) target: Target,
    pub(crate) app: App,
    /// How its health is asked for.
    pub(crate) health: Health,
    /// What opens its logs.
    pub(crate) redactor: TargetRedactor,
    /// What its file says of serving.
    pub(crate) wished: Option<Offline>,
}

/// The one app that the run is about.
///
/// # Errors
/// When it is not deployed; and where there are several and the run names none of them.
pub(crate) async fn app_of(ctx: &Ctx, environment: &Environment) -> anyhow::Result<Found> {
    if let Environment::Named(_) = environment {
        let revision = Revision::find(ctx, environment).await?;
        let app = EnvironmentApp::only(ctx, environment, revision.apps().await?)?;
        return Found::of(ctx, &revision.repository, environment, app).await;
    }
    let mut apps = apps_of(ctx, environment).await?;
    if apps.len() > 1 {
        let keys = apps.iter().filter_map(|app| app.key.as_deref());
        return Err(several(environment, keys).into());
    }
    Ok(apps.remove(0))
}

/// The apps that the run is about, at least one.
///
/// # Errors
/// When one of them is not deployed; of a preview, which may lack some, when none is.
pub(crate) async fn apps_of(ctx: &Ctx, environment: &Environment) -> anyhow::Result<Vec<Found>> {
    let mut found = Vec::new();
    match environment {
        Environment::Named(_) => {
            let revision = Revision::find(ctx, environment).await?;
            for app in revision.apps().await? {
                if ctx.is_about(&app.entry) {
                    found.push(Found::of(ctx, &revision.repository, environment, app).await?);
                }
            }
        }
        Environment::Preview(number) => found.extend(previews_of(ctx, *number, environment).await?),
    }
    Ok(found)
}

impl Found {
    async fn of(
        ctx: &Ctx,
        repository: &Repository,
        environment: &Environment,
        app: EnvironmentApp,
    ) -> anyhow::Result<Self> {
        let EnvironmentApp {
            entry,
            identity,
            revision,
            ..
        } = app;
        let (name, wished, found) = match revision {
            Ok(revision) => {
                let wished = revision.manifest.document().facts().offline;
                let found = revision.app.map(|app| (revision.target, app));
                (revision.manifest.name().to_owned(), wished, found)
            }
            // A commit whose files are broken does not hide what an older one deployed.
            Err(error) => match Target::find_marked(ctx, repository, environment, &identity).await? {
                None => return Err(error),
                Some((target, app)) => (app.name.clone(), None, Some((target, app))),
            },
        };
        if let Some((target, app)) = &found {
            target.not_anothers(ctx, app).await?;
        }
        let (target, app) = found.ok_or_else(|| missing(environment, entry.key.as_deref(), &name))?;
        Ok(Self::new(ctx, entry.key, target, app, entry.config, wished))
    }

    fn new(ctx: &Ctx, key: Option<String>, target: Target, app: App, config: Config, wished: Option<Offline>) -> Self {
        let redactor = ctx.redactor_of(&app.document, &config);
        Self {
            key,
            target,
            app,
            health: config.health,
            redactor,
            wished,
        }
    }
}

fn missing(environment: &Environment, key: Option<&str>, name: &str) -> Failure {
    not_deployed(environment, key)
        .why(format!("there is no app `{name}`"))
        .next("deploy it first")
}

/// A preview's apps, each with the configuration that the commit shapes.
async fn previews_of(ctx: &Ctx, number: u64, environment: &Environment) -> anyhow::Result<Vec<Found>> {
    let github = ctx.github()?;
    ctx.clouds.reachable()?;
    let repository = github.repository().await?;
    let pull = pull::pull(ctx, number).await?;
    let policy = Source::of_branch(ctx, &repository.default_branch)
        .await
        .config()
        .await?;
    let source = Source::at(ctx, &pull.head.sha).await;
    // A newer commit whose files are broken does not hide the preview that an older one made.
    let config = match source.config().await {
        Ok(commit) => policy.shaped_by(&commit),
        Err(_) => policy.clone(),
    };
    let entries = config.apps();
    ctx.accept_apps(&entries)?;
    if let [AppConfig { key: None, .. }] = entries.as_slice() {
        return Ok(vec![
            preview_of(ctx, &repository, &source, number, environment, config).await?,
        ]);
    }
    let mut found = Vec::new();
    for (entry, identity) in preview_identities(ctx, &repository, &source, entries).await? {
        if ctx.is_about(&entry)
            && let Some((target, app)) = Target::find_marked(ctx, &repository, environment, &identity).await?
        {
            found.push(Found::new(ctx, entry.key, target, app, entry.config, None));
        }
    }
    match found.is_empty() {
        true => Err(not_deployed(environment, ctx.app.as_deref())
            .next("deploy it first")
            .into()),
        false => Ok(found),
    }
}

/// Each of several apps with what its preview is known by. `source`: the pull request's head, whose files may be broken; so
/// may those of the default branch, after which previews are named.
pub(crate) async fn preview_identities(
    ctx: &Ctx,
    repository: &Repository,
    source: &Source<'_>,
    apps: Vec<AppConfig>,
) -> anyhow::Result<Vec<(AppConfig, AppIdentity)>> {
    let mut names = Vec::new();
    for AppConfig { key, config, .. } in &apps {
        let manifest = of_its_app(key.as_deref(), source.manifest(config.preview_spec()).await)?;
        let allowed = of_its_app(key.as_deref(), plan::allowed(ctx, config, repository).await)?;
        let named = manifest.and_then(|manifest| Ok(allowed?.name(&manifest).to_owned()));
        names.push(AppNames {
            key: key.clone(),
            manifest: named.ok(),
        });
    }
    let identities = identities(&names);
    Ok(apps.into_iter().zip(identities).collect())
}

/// The preview of the only app.
async fn preview_of(
    ctx: &Ctx,
    repository: &Repository,
    source: &Source<'_>,
    number: u64,
    environment: &Environment,
    config: Config,
) -> anyhow::Result<Found> {
    let spec = source.manifest(config.preview_spec()).await;
    let allowed = plan::allowed(ctx, &config, repository).await?;
    let name = spec.and_then(|spec| {
        let name = allowed.name(&spec);
        let target = Target::of(ctx, repository, environment, AppIdentity::only(name), &spec)?;
        Ok((plan::preview_name(&allowed, &spec, number, repository), target))
    });
    let named = match &name {
        Ok((name, target)) => target.platform.find(name).await?.map(|app| (target.clone(), app)),
        Err(_) => None,
    };
    let found = match named {
        Some((target, app)) => {
            target.require(&app)?;
            Some((target, app))
        }
        None => Target::find_marked(ctx, repository, environment, &AppIdentity::only_by_marks()).await?,
    };
    let Some((target, app)) = found else {
        return Err(missing(environment, None, &name?.0).into());
    };
    target.not_anothers(ctx, &app).await?;
    Ok(Found::new(ctx, None, target, app, config, None))
}
