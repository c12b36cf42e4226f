//! App Platform's development database: PostgreSQL of the preview's own, in place of production's.

use serde_json::Value;

use super::super::component::{self, Kind};
use super::super::document::database;
use super::super::{env, env_set};
use super::Notes;
use super::decision::{Decision, Development};
use crate::model::failure::Failure;
use crate::platforms::manifest::Manifest;
use crate::policy::datastores::role::Role;
use crate::policy::datastores::schemes::Connection;
use crate::policy::datastores::stores::{Access, Store, Stores};
use crate::policy::datastores::{engine, file, schemes};
use crate::policy::env::Env;
use crate::policy::env_values::EnvValues;

/// Versions that can still be created; another one is left to the platform.
const VERSIONS: [&str; 3] = ["15", "16", "17"];

/// Finds the place for a development database. Fails where the app speaks something else than PostgreSQL.
pub(super) fn choose(
    spec: &Manifest,
    stores: &Stores,
    policy: &EnvValues,
    obstacle: Option<&str>,
) -> Result<Development, Failure> {
    let databases = component::of(spec.value(), Kind::Database);
    let mut bound = Vec::new();
    for env in all_envs(spec.value()) {
        let leads = matches!(stores.of_env(&env_set::env(env)), Some(Store::Database { .. }));
        if !leads || policy.given.contains_key(env::key(env)) {
            continue;
        }
        let value = env::value(env).unwrap_or_default();
        let other = engine::other_engine(env::key(env), value)
            .or_else(|| driver(spec.value()))
            .or_else(|| {
                let names = env::bindings(value);
                let engines = databases
                    .iter()
                    .filter(|database| names.iter().any(|it| it.component == database.name));
                engines
                    .filter_map(|database| database.engine())
                    .find(|engine| *engine != "PG" && *engine != "UNSET")
                    .map(str::to_owned)
            });
        if let Some(other) = other {
            let why = format!(
                "development databases are PostgreSQL, while `{}` leads to {other}",
                env::key(env)
            );
            return Err(
                Failure::input(format!("a preview of `{}` has no database that fits", spec.name()))
                    .why(match obstacle {
                        Some(obstacle) => format!("SQLite cannot work because {obstacle}, and {why}"),
                        None => why,
                    })
                    .next(
                        "set `[preview] database = \"none\"` and the envs it needs, or name a preview spec of your own",
                    ),
            );
        }
        bound.extend(env::bindings(value).iter().map(|binding| binding.component.to_owned()));
    }
    let taken = databases
        .iter()
        .find(|database| bound.iter().any(|name| name == database.name))
        .or_else(|| {
            databases
                .iter()
                .find(|database| matches!(database.engine(), None | Some("PG" | "UNSET")))
        });
    Ok(match taken {
        Some(database) => Development {
            name: database.name.to_owned(),
            version: database
                .version()
                .filter(|version| VERSIONS.contains(version))
                .map(str::to_owned),
        },
        None => Development {
            name: free_name(spec.value()),
            version: None,
        },
    })
}

/// The engine that an env such as `DB_CONNECTION` chooses, unless it is PostgreSQL.
fn driver(spec: &Value) -> Option<String> {
    let drivers = all_envs(spec).filter(|it| engine::is_driver(env::key(it)));
    drivers
        .filter_map(|it| engine::other_engine(env::key(it), env::value(it).unwrap_or_default()))
        .next()
}

fn free_name(spec: &Value) -> String {
    let components = component::components(spec);
    let is_free = |name: &str| components.iter().all(|component| component.name != name);
    ["db", "preview-db"]
        .into_iter()
        .find(|name| is_free(name))
        .unwrap_or("do-deploy-db")
        .to_owned()
}

fn all_envs(spec: &Value) -> impl Iterator<Item = &Value> {
    let components = component::components(spec);
    let owners = std::iter::once(spec).chain(components.into_iter().map(|component| component.value));
    owners.flat_map(env::list)
}

impl Development {
    /// What an env that leads to production's database becomes.
    pub(super) fn rebind(&self, stores: &Stores, env: &Env<'_>, by: Access) -> String {
        let (key, name) = (env.key, &self.name);
        let value = Some(env.value)
            .filter(|value| !env::is_encrypted(value))
            .unwrap_or_default();
        let variable = |variable: &str| format!("${{{name}.{variable}}}");
        if let Some(scheme) = schemes::scheme(value) {
            if !scheme.contains('+') || scheme.starts_with("prisma") {
                let jdbc = value.trim_start().starts_with("jdbc:");
                return variable(if jdbc { "JDBC_DATABASE_URL" } else { "DATABASE_URL" });
            }
            // The driver is part of the scheme, which the platform's own URL does not have.
            let is_file = file::file(value).is_some();
            let query = Some(query(value)).filter(|_| !is_file).unwrap_or_default();
            let scheme = schemes::of_postgresql(&scheme);
            return format!(
                "{scheme}://${{{name}.USERNAME}}:${{{name}.PASSWORD}}@${{{name}.HOSTNAME}}:${{{name}.PORT}}/${{{name}.DATABASE}}{query}"
            );
        }
        let bindings = env::bindings(value);
        if !bindings.is_empty() {
            return bindings.iter().fold(value.to_owned(), |value, binding| {
                value.replace(binding.whole, &variable(binding.variable))
            });
        }
        match (schemes::connection(value), stores.role(key)) {
            (Some(Connection::Libpq), _) => format!(
                "host=${{{name}.HOSTNAME}} port=${{{name}.PORT}} user=${{{name}.USERNAME}} password=${{{name}.PASSWORD}} dbname=${{{name}.DATABASE}} sslmode=require"
            ),
            (Some(Connection::Pdo), _) => format!(
                "pgsql:host=${{{name}.HOSTNAME}};port=${{{name}.PORT}};dbname=${{{name}.DATABASE}};user=${{{name}.USERNAME}};password=${{{name}.PASSWORD}};sslmode=require"
            ),
            (Some(Connection::Npgsql), _) => format!(
                "Host=${{{name}.HOSTNAME}};Port=${{{name}.PORT}};Username=${{{name}.USERNAME}};Password=${{{name}.PASSWORD}};Database=${{{name}.DATABASE}};SSL Mode=Require"
            ),
            (_, Some(Role::Port)) => variable("PORT"),
            (_, Some(Role::User)) => variable("USERNAME"),
            (_, Some(Role::Password)) => variable("PASSWORD"),
            (_, Some(Role::Name)) => variable("DATABASE"),
            _ if by == Access::Part && value.contains(':') => format!("{}:{}", variable("HOSTNAME"), variable("PORT")),
            _ if by == Access::Part => variable("HOSTNAME"),
            _ if value.starts_with("jdbc:") || key.starts_with("JDBC_") || key.starts_with("SPRING_DATASOURCE_") => {
                variable("JDBC_DATABASE_URL")
            }
            _ => variable("DATABASE_URL"),
        }
    }
}

/// The options of a URL, without those that could be a credential.
fn query(url: &str) -> String {
    let options = url.split_once('?').map_or("", |(_, query)| query);
    let harmless = |option: &&str| {
        let name = option.split('=').next().unwrap_or_default().to_ascii_lowercase();
        !["pass", "user", "key", "token", "cert", "host"]
            .iter()
            .any(|word| name.contains(word))
    };
    match options
        .split('&')
        .filter(|option| !option.is_empty())
        .filter(harmless)
        .collect::<Vec<_>>()
        .join("&")
    {
        options if options.is_empty() => options,
        options => format!("?{options}"),
    }
}

/// Takes production's databases out, and puts the development database in where that was decided.
pub(super) fn apply(preview: &mut Value, decision: &Decision, notes: &mut Notes) {
    let why = match decision.development {
        Some(_) => "previews never use production's database",
        None => decision.database.why.as_str(),
    };
    for database in component::of(preview, Kind::Database) {
        let replaced = decision.development.as_ref().is_some_and(|it| it.name == database.name);
        let verb = if replaced { "replaced" } else { "dropped" };
        notes.changes.push(format!("{verb} database `{}`", database.name), why);
    }
    component::retain(preview, Kind::Database, |_| false);
    let Some(development) = &decision.development else {
        return;
    };
    database::set_development(preview, &development.name, development.version.as_deref());
    prepare_job(preview, decision, notes);
}

/// The policy's `prepare` as the one PRE_DEPLOY job: with a database server a job is the right place for it.
fn prepare_job(preview: &mut Value, decision: &Decision, notes: &mut Notes) {
    let Some(command) = &decision.prepare_job else { return };
    let services = component::of(preview, Kind::Service);
    let Some(model) = services.first() else { return };
    let job = model.job_like_it("prepare", "PRE_DEPLOY", command);
    component::retain(preview, Kind::Job, |_| false);
    component::push(preview, Kind::Job, job);
    notes.changes.push(
        "added job `prepare`",
        "`[preview] prepare` takes the place of the spec's own jobs",
    );
}
