//! One app in one environment on one platform: what a flow acts on.

use std::sync::Arc;

use crate::flows::context::Ctx;
use crate::flows::project::ownership;
use crate::flows::project::ownership::{among, only, require};
use crate::github::repository::Repository;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::platforms::{App, Manifest, Platform, PlatformError};

#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) repository: Repository,
    pub(crate) environment: Environment,
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
        manifest: &Manifest,
    ) -> Result<Self, Failure> {
        Ok(Self {
            repository: repository.clone(),
            environment: environment.clone(),
            platform: ctx.clouds.of(manifest).platform()?.clone(),
        })
    }

    /// Every place where the environment may be: each platform that the run has a token for.
    ///
    /// # Errors
    /// When it has none.
    pub(crate) fn everywhere(
        ctx: &Ctx,
        repository: &Repository,
        environment: &Environment,
    ) -> Result<Vec<Self>, Failure> {
        let on = |platform: &Arc<dyn Platform>| Self {
            repository: repository.clone(),
            environment: environment.clone(),
            platform: platform.clone(),
        };
        Ok(ctx.clouds.reachable()?.into_iter().map(on).collect())
    }

    /// The environment's app, known by its marks alone, and where it is.
    ///
    /// # Errors
    /// When several apps have the marks: which of them is meant is not known.
    pub(crate) async fn find_marked(
        ctx: &Ctx,
        repository: &Repository,
        environment: &Environment,
    ) -> anyhow::Result<Option<(Self, App)>> {
        let mut found = Vec::new();
        for target in Self::everywhere(ctx, repository, environment)? {
            let apps = target.platform.list().await?;
            found.extend(target.own(&apps).map(|app| (target.clone(), app.clone())));
        }
        let apps: Vec<App> = found.iter().map(|(_, app)| app.clone()).collect();
        only(&apps, repository.id, environment)?;
        Ok(found.pop())
    }

    /// Those of some apps that carry our marks for the environment.
    fn own<'a>(&'a self, apps: &'a [App]) -> impl Iterator<Item = &'a App> {
        among(apps, self.repository.id, &self.environment)
    }

    /// Whether the app is that of the environment.
    pub(crate) fn is_marked(&self, app: &App) -> bool {
        ownership::is_marked(app, self.repository.id, &self.environment)
    }

    /// Passes an app that carries our marks for the environment.
    ///
    /// # Errors
    /// Any other app.
    pub(crate) fn require(&self, app: &App) -> Result<(), Failure> {
        require(app, self.repository.id, &self.environment)
    }

    /// Every app that carries our marks for the environment, whatever it is called. There is one, unless a copied app spec has made a second.
    pub(crate) async fn all_marked(&self) -> Result<Vec<App>, PlatformError> {
        let apps = self.platform.list().await?;
        Ok(self.own(&apps).cloned().collect())
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
        report
    }
}
