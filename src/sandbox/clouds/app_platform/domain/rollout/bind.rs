//! What the bindable variables of this deployment stand for.

use std::sync::Arc;

use super::{Failed, Rollout};
use crate::clouds::app_platform::document::component::Kind;
use crate::clouds::app_platform::document::envs::Bindings;
use crate::edge::Edge;
use crate::processes::postgres::Connection;

impl Rollout {
    /// All of them, for run time. Databases and private addresses exist from here on.
    pub(super) async fn bind(&self) -> Result<Bindings, Failed> {
        let mut bindings = self.static_bindings()?;
        for (kind, component) in self.spec.components() {
            if kind != Kind::Service {
                continue;
            }
            let url = self.private_url(&component.name).await?;
            let authority = url.trim_start_matches("http://");
            let (domain, port) = authority.split_once(':').unwrap_or((authority, "80"));
            bindings.bind(&component.name, "PRIVATE_DOMAIN", domain);
            bindings.bind(&component.name, "PRIVATE_PORT", port);
            bindings.bind(&component.name, "PRIVATE_URL", &url);
        }
        let databases = self.platform.with_app(&self.app, |app| app.databases.clone())?;
        for (name, database) in &databases {
            bind_database(&mut bindings, name, database.connection());
        }
        Ok(bindings)
    }

    /// Those that are known before anything is built.
    pub(super) fn static_bindings(&self) -> Result<Bindings, Failed> {
        let mut bindings = Bindings::default();
        let url = self.platform.with_app(&self.app, |app| app.edge.url())?;
        let commits = self.change(|deployment| deployment.commits.clone())?;
        bindings.bind("", "APP_URL", &url);
        bindings.bind("", "APP_DOMAIN", url.trim_start_matches("http://"));
        bindings.bind("", "APP_ID", &self.app);
        for (kind, component) in self.spec.components() {
            let name = &component.name;
            bindings.bind(name, "COMMIT_HASH", commits.get(name).cloned().unwrap_or_default());
            if matches!(kind, Kind::Worker | Kind::Job) {
                continue;
            }
            let mut rules = self.spec.ingress.rules.iter();
            let rule = rules.find(|rule| rule.component.as_ref().is_some_and(|target| target.name == *name));
            if let Some(rule) = rule {
                let prefix = if rule.matches.path.prefix.is_empty() {
                    "/"
                } else {
                    &rule.matches.path.prefix
                };
                bindings.bind(name, "PUBLIC_ROUTE_PATH", prefix);
                bindings.bind(name, "PUBLIC_URL", format!("{url}{}", prefix.trim_end_matches('/')));
            }
        }
        Ok(bindings)
    }

    /// A service's address for its neighbours, the same over all deployments.
    async fn private_url(&self, service: &str) -> Result<String, Failed> {
        let known = self
            .platform
            .with_app(&self.app, |app| app.private.get(service).map(|edge| edge.url()))?;
        if let Some(url) = known {
            return Ok(url);
        }
        let edge = Arc::new(Edge::inside().await.map_err(|_| Failed)?);
        let url = edge.url();
        self.platform
            .change_app(&self.app, |app| app.private.insert(service.to_owned(), edge))?;
        Ok(url)
    }
}

fn bind_database(bindings: &mut Bindings, name: &str, connection: &Connection) {
    let Connection {
        host,
        port,
        username,
        password,
        database,
    } = connection;
    // The local server speaks no TLS, and drivers differ in what they do when they only prefer it.
    let url = format!("postgresql://{username}:{password}@{host}:{port}/{database}?sslmode=disable");
    let jdbc =
        format!("jdbc:postgresql://{host}:{port}/{database}?user={username}&password={password}&sslmode=disable");
    for (variable, value) in [
        ("HOSTNAME", host.clone()),
        ("PORT", port.to_string()),
        ("USERNAME", username.clone()),
        ("PASSWORD", password.clone()),
        ("DATABASE", database.clone()),
        ("DATABASE_URL", url),
        ("JDBC_DATABASE_URL", jdbc),
        ("CA_CERT", String::new()),
    ] {
        bindings.bind(name, variable, value);
    }
}
