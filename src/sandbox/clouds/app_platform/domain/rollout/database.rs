//! Development databases: provisioned once for an app, kept over its deployments.

use std::sync::Arc;
use std::time::Instant;

use super::{Failed, Rollout};
use crate::clouds::app_platform::document::spec::Database;
use crate::processes::plan::StepError;
use crate::processes::postgres::Postgres;

impl Rollout {
    pub(super) async fn provision_databases(&self) -> Result<(), Failed> {
        let began = Instant::now();
        for database in &self.spec.databases {
            let step = ["deploy", "components", database.name.as_str(), "provision"];
            self.start_step(&step)?;
            if let Err(error) = self.provision(database).await? {
                return Err(self.fail_step(&step, &error));
            }
            self.succeed_step(&step, None)?;
        }
        self.remove_databases()?;
        if !self.spec.databases.is_empty() {
            let seconds = began.elapsed().as_secs_f64();
            self.change(|deployment| deployment.timing.database_seconds = Some(seconds))?;
        }
        Ok(())
    }

    async fn provision(&self, database: &Database) -> Result<Result<(), StepError>, Failed> {
        if database.production {
            return Ok(Err(StepError {
                code: "DatabaseNotFound",
                message: format!(
                    "database cluster \"{}\" does not exist: the sandbox has no managed clusters yet",
                    database.cluster_name
                ),
            }));
        }
        let version = (!database.version.is_empty()).then_some(database.version.as_str());
        // The spec upgrades nothing: with another version the old server goes with its data.
        let gone = self.platform.change_app(&self.app, |app| {
            let known = app.databases.get(&database.name)?;
            let (known, any) = (known.version.as_deref(), version.is_none());
            match any || known.is_none() || known == version {
                true => Some(None),
                false => Some(app.databases.remove(&database.name)),
            }
        })?;
        match gone {
            Some(None) => return Ok(Ok(())),
            Some(Some(server)) => self.platform.in_background(async move { server.destroy().await }),
            None => {}
        }
        match Postgres::start(&self.platform.runner, &database.name, version).await {
            Ok(server) => {
                let server = Arc::new(server);
                let kept = Arc::clone(&server);
                let name = database.name.clone();
                let stored = self
                    .platform
                    .change_app(&self.app, move |app| app.databases.insert(name, kept));
                if stored.is_err() {
                    // The app was deleted meanwhile.
                    server.destroy().await;
                }
                Ok(Ok(()))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    /// A database that the spec no longer has goes with its data.
    fn remove_databases(&self) -> Result<(), Failed> {
        let gone: Vec<_> = self.platform.change_app(&self.app, |app| {
            let kept = |name: &str| self.spec.databases.iter().any(|database| database.name == name);
            let names: Vec<_> = app.databases.keys().filter(|name| !kept(name)).cloned().collect();
            names.iter().filter_map(|name| app.databases.remove(name)).collect()
        })?;
        for database in gone {
            self.platform.in_background(async move { database.destroy().await });
        }
        Ok(())
    }
}
