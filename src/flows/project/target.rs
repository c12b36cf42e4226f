//! One app in one environment on one platform: what a flow acts on.

use std::sync::Arc;

use crate::flows::context::Ctx;
use crate::flows::project::ownership;
use crate::github::repository::Repository;
use crate::model::app_identity::AppIdentity;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::platforms::source::SourceKind;
use crate::platforms::{App, Manifest, Platform};

#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) repository: Repository,
    pub(crate) environment: Environment,
    /// Which app of the repository.
    pub(crate) app: AppIdentity,
    pub(crate) platform: Arc<dyn Platform>,
}

impl Target {
    /// Where a manifest is deployed to: the platform that it is for.
    ///
    /// # Errors
    /// When the run has no token for that platform.
    pub(crate) fn of(
        ctx: &Ctx,
        repository: &Repository,
        environment: &Environment,
        app: AppIdentity,
        manifest: &Manifest,
    ) -> Result<Self, Failure> {
        Ok(Self {
            repository: repository.clone(),
            environment: environment.clone(),
            app,
            platform: ctx.clouds.of(manifest).platform()?.clone(),
        })
    }

    /// The environment's app, known by its marks alone, and where it is: looked for on every platform that the run has a
    /// token for.
    ///
    /// # Errors
    /// When several apps have the marks: which of them is meant is not known.
    pub(crate) async fn find_marked(
        ctx: &Ctx,
        repository: &Repository,
        environment: &Environment,
        app: &AppIdentity,
    ) -> anyhow::Result<Option<(Self, App)>> {
        let found = any_of_environment(ctx, repository, environment).await?;
        let apps: Vec<App> = found.iter().map(|(_, app)| app.clone()).collect();
        let only = ownership::only(&apps, repository.id, environment, app)?;
        let only = only.and_then(|only| found.into_iter().find(|(_, it)| it.id == only.id));
        Ok(only.map(|(platform, found)| {
            let target = Self {
                repository: repository.clone(),
                environment: environment.clone(),
                app: app.clone(),
                platform,
            };
            (target, found)
        }))
    }

    /// The environment's apps that may be this one under an earlier name or on another platform, and where they are: what
    /// carries another app's mark is not among them.
    pub(crate) async fn elsewhere(&self, ctx: &Ctx) -> anyhow::Result<Vec<(Arc<dyn Platform>, App)>> {
        let mut found = any_of_environment(ctx, &self.repository, &self.environment).await?;
        found.retain(|(_, app)| {
            app.marks
                .as_ref()
                .is_some_and(|marks| self.app.may_be(marks, &app.name))
        });
        Ok(found)
    }

    /// Whether the app is this one.
    pub(crate) fn is_marked(&self, app: &App) -> bool {
        ownership::is_marked(app, self.repository.id, &self.environment, &self.app)
    }

    /// Passes an app that carries our marks for this app and this environment.
    ///
    /// # Errors
    /// Any other app.
    pub(crate) fn require(&self, app: &App) -> Result<(), Failure> {
        ownership::require(app, self.repository.id, &self.environment, &self.app)
    }

    /// Passes an app that was found by its manifest's name, unless the name is a neighbour's and this one lives under another.
    ///
    /// # Errors
    /// What the name is held by; and where the platforms cannot be asked.
    pub(crate) async fn not_a_neighbours(&self, ctx: &Ctx, app: &App) -> anyhow::Result<()> {
        let mark = app.marks.as_ref().map(|marks| marks.app.as_deref());
        // The usual case needs no further request.
        if mark.is_none_or(|mark| mark == self.app.mark()) {
            return Ok(());
        }
        let found = any_of_environment(ctx, &self.repository, &self.environment).await?;
        let apps: Vec<App> = found.into_iter().map(|(_, app)| app).collect();
        let (repository, environment) = (self.repository.id, &self.environment);
        Ok(ownership::not_a_neighbours(
            app,
            &apps,
            repository,
            environment,
            &self.app,
        )?)
    }

    /// Passes an app that is known by its name alone and may be looked at as this one: with its marks, or without any and
    /// built from this repository.
    ///
    /// # Errors
    /// Another repository's, environment's or entry's app, whatever it is called.
    pub(crate) async fn not_anothers(&self, ctx: &Ctx, app: &App) -> anyhow::Result<()> {
        if app.marks.is_some() {
            return Ok(self.require(app)?);
        }
        ctx.resolve_names_of(&self.repository, app).await?;
        let own = ctx.own();
        let facts = app.document.facts();
        let mut built = facts.sources().filter(|source| source.kind != SourceKind::Image);
        if built.any(|source| !source.is_repository(&own)) {
            self.require(app)?;
        }
        Ok(())
    }

    /// The app that holds a name which was free a moment ago, if another run of ours made it.
    ///
    /// # Errors
    /// When it is not ours.
    pub(crate) async fn taken(&self, name: &str) -> anyhow::Result<App> {
        let app = self.platform.find(name).await?.ok_or_else(|| {
            Failure::unknown(format!(
                "the app name `{name}` is taken, but no app of that name can be seen"
            ))
            .next("run again; an app that was just deleted may hold its name for a moment")
        })?;
        self.require(&app)?;
        Ok(app)
    }

    /// An app as it is now.
    pub(crate) async fn living(&self, app: &App) -> anyhow::Result<App> {
        let now = self.platform.app(&app.id).await?;
        Ok(now.ok_or_else(|| Failure::unknown(format!("the app `{}` has disappeared", app.name)).next("run again"))?)
    }

    /// What people are going to see of it.
    pub(crate) fn report(&self, app: &str, state: State) -> Report {
        let mut report = Report::new(app, self.environment.clone(), state);
        report.pages = self.platform.pages();
        report.words = Some(self.platform.words());
        report.key.clone_from(&self.app.names.key);
        report
    }

    /// The flags that name it.
    pub(crate) fn flags(&self) -> String {
        flags(&self.environment, &self.app)
    }
}

/// The flags that name an app of an environment: `--environment production`, and `--app api` where there are several.
pub(crate) fn flags(environment: &Environment, app: &AppIdentity) -> String {
    let key = app.names.key.as_deref();
    let app = key.map(|key| format!(" --app {key}")).unwrap_or_default();
    format!("--environment {environment}{app}")
}

/// Every app of an environment, whichever of the repository's it is, on each platform that the run has a token for.
///
/// # Errors
/// When it has none.
pub(crate) async fn any_of_environment(
    ctx: &Ctx,
    repository: &Repository,
    environment: &Environment,
) -> anyhow::Result<Vec<(Arc<dyn Platform>, App)>> {
    let mut found = Vec::new();
    for platform in ctx.clouds.reachable()? {
        let mut apps = platform.list().await?;
        apps.retain(|app| ownership::is_of_environment(app, repository.id, environment));
        found.extend(apps.into_iter().map(|app| (Arc::clone(platform), app)));
    }
    Ok(found)
}
