//! Which database a preview gets: SQLite where that can work, else a development database.

use serde_json::Value;

use super::super::component::{self, Component, Kind};
use super::super::document::app;
use super::super::notation::APP_SPEC;
use super::super::start;
use super::super::{env, env_set};
use super::decision::{Before, Command, Decision, Later};
use super::{build, development, jobs};
use crate::config::{Preview, PreviewDatabase};
use crate::model::failure::Failure;
use crate::model::report::Database;
use crate::platforms::manifest::Manifest;
use crate::platforms::plan::{DatabaseChoice, PreviewInput};
use crate::policy::changes::listed;
use crate::policy::datastores::file;
use crate::policy::datastores::stores::{Access, Store, Stores};
use crate::policy::env_values::EnvValues;

/// What there is to decide about.
struct Facts<'a> {
    spec: &'a Value,
    stores: &'a Stores,
    policy: &'a EnvValues,
    /// Components with instances or functions that read a database, jobs aside.
    users: Vec<Component<'a>>,
    /// Jobs that prepare the database, in the order in which the platform runs them.
    jobs: Vec<Component<'a>>,
    later: Vec<Later>,
}

pub(super) fn decide(spec: &Manifest, input: &PreviewInput<'_>, policy: &EnvValues) -> Result<Decision, Failure> {
    let stores = env_set::stores(spec.value());
    let mut facts = Facts::of(spec.value(), &stores, policy);
    let mut decision = choose(spec, input, &facts);
    let is_without = decision.as_ref().map_or(true, |decision| decision.without.is_some());
    // An empty database is better than none: only a migration that production waits for is worth a refusal.
    if is_without && facts.forgo_later(input) {
        decision = choose(spec, input, &facts);
    }
    let mut decision = decision?;
    decision.later = facts.later;
    decision.stores = stores;
    Ok(decision)
}

/// The decision as these facts give it, which themselves are not in it yet.
fn choose(spec: &Manifest, input: &PreviewInput<'_>, facts: &Facts<'_>) -> Result<Decision, Failure> {
    let wanted = input.policy;
    let is_bound = facts.is_bound();
    let jobs_use_it = facts.jobs.iter().any(|job| facts.uses(job).is_some());
    let (database, before) = if wanted.database == PreviewDatabase::None {
        (none("switched off in do-deploy.toml"), facts.only_start(wanted, input)?)
    } else if facts.users.is_empty() && !jobs_use_it {
        (
            none("no env of the app uses a database"),
            facts.only_start(wanted, input)?,
        )
    } else if wanted.database == PreviewDatabase::Dev {
        (dev("do-deploy.toml asks for one".to_owned()), None)
    } else {
        match facts.sqlite(wanted, input) {
            Ok(before) => (sqlite(), before),
            // Then production does as well as it can without a server.
            Err(_) if facts.is_on_files() => (sqlite(), facts.only_start(wanted, input)?),
            Err(why) if wanted.database == PreviewDatabase::Sqlite => return Err(impossible(spec, &why)),
            Err(why) => (dev(why), None),
        }
    };
    let mut decision = Decision {
        database,
        before,
        prepare_job: None,
        development: None,
        without: None,
        later: Vec::new(),
        stores: Stores::unknown(APP_SPEC),
    };
    if decision.database.mode == Some(Database::Development) {
        let is_auto = wanted.database == PreviewDatabase::Auto;
        let obstacle = Some(decision.database.why.clone()).filter(|_| is_auto);
        match development::choose(spec, facts.stores, facts.policy, obstacle.as_deref()) {
            Ok(development) => decision.development = Some(development),
            // Nothing but names says that there is a database: the app may do without.
            Err(failure) if is_auto && !is_bound => {
                decision.database = none("none fits");
                decision.without = failure.why;
                return Ok(decision);
            }
            Err(failure) => return Err(failure),
        }
        decision.prepare_job = Some(wanted.prepare.clone()).filter(|command| !command.is_empty());
    }
    Ok(decision)
}

fn none(why: &str) -> DatabaseChoice {
    DatabaseChoice {
        mode: None,
        why: why.to_owned(),
    }
}

fn dev(why: String) -> DatabaseChoice {
    DatabaseChoice {
        mode: Some(Database::Development),
        why,
    }
}

fn sqlite() -> DatabaseChoice {
    DatabaseChoice {
        mode: Some(Database::Sqlite),
        why: "previews never use production's database; a file on the instance's disk costs nothing".to_owned(),
    }
}

fn impossible(spec: &Manifest, why: &str) -> Failure {
    let failure = Failure::input(format!("`{}` cannot have a SQLite preview", spec.name()))
        .why(why)
        .next("set `[preview] database = \"auto\"`, which takes a development database ($7 a month) here");
    spec.locate(failure, app::NAME_POINTER)
}

impl<'a> Facts<'a> {
    fn of(spec: &'a Value, stores: &'a Stores, policy: &'a EnvValues) -> Self {
        let mut facts = Self {
            spec,
            stores,
            policy,
            users: Vec::new(),
            jobs: Vec::new(),
            later: Vec::new(),
        };
        for component in component::components(spec) {
            match component.kind {
                Kind::Database | Kind::StaticSite => {}
                Kind::Job if component.is_job("PRE_DEPLOY") && !jobs::reads_own(spec, &component, stores, policy) => {
                    facts.jobs.push(component);
                }
                Kind::Job => {}
                _ if facts.uses(&component).is_some() => facts.users.push(component),
                _ => {}
            }
        }
        let services = || component::of(spec, Kind::Service);
        let users = Some(facts.users.clone()).filter(|users| !users.is_empty());
        facts.later = jobs::later(spec, stores, policy, &users.unwrap_or_else(services));
        let is_preparation = |job: &Component<'_>| {
            let mut later = facts.later.iter();
            later.any(|later| later.name == job.name && later.objection.is_none() && !later.is_of_own)
        };
        let later = component::of(spec, Kind::Job).into_iter().filter(is_preparation);
        facts.jobs.extend(later);
        facts
    }

    /// Does without the jobs that run after the deployment, and says why. Whether there were any.
    fn forgo_later(&mut self, input: &PreviewInput<'_>) -> bool {
        let Err(why) = self.sqlite(input.policy, input) else {
            return false;
        };
        self.jobs.retain(|job| job.is_job("PRE_DEPLOY"));
        let mut preparing = self
            .later
            .iter_mut()
            .filter(|later| later.objection.is_none() && !later.is_of_own)
            .peekable();
        let are_some = preparing.peek().is_some();
        preparing.for_each(|later| later.objection = Some(why.clone()));
        are_some
    }

    /// How a component reads a database: by URL if one of its envs is one. What the policy sets is its own business.
    fn uses(&self, component: &Component<'_>) -> Option<Access> {
        // What only its build sees does not hide the app's.
        let own: Vec<&Value> = env::list(component.value)
            .filter(|env| !self.stores.is_dummy(&env_set::env(env)))
            .collect();
        let inherited = env::list(self.spec).filter(|env| own.iter().all(|own| env::key(own) != env::key(env)));
        let mut found = None;
        for env in own.iter().copied().chain(inherited) {
            if self.policy.given.contains_key(env::key(env)) {
                continue;
            }
            match self.stores.of_env(&env_set::env(env)) {
                Some(Store::Database { by: Access::Url }) => return Some(Access::Url),
                Some(Store::Database { by: Access::Part }) => found = Some(Access::Part),
                Some(Store::Other) | None => {}
            }
        }
        found
    }

    /// Whether an env is bound to a database component.
    fn is_bound(&self) -> bool {
        self.leading().any(env::is_bound)
    }

    /// Whether every database of the app is a file.
    fn is_on_files(&self) -> bool {
        self.leading().all(|value| file::file(value).is_some())
    }

    /// The values of the envs that lead to a database.
    fn leading(&self) -> impl Iterator<Item = &'a str> {
        let leads = |it: &&Value| {
            let is_given = self.policy.given.contains_key(env::key(it));
            !is_given && matches!(self.stores.of_env(&env_set::env(it)), Some(Store::Database { .. }))
        };
        let envs = component::owners(self.spec).flat_map(|(_, value)| env::list(value));
        envs.filter(leads).map(|it| env::value(it).unwrap_or_default())
    }

    /// What has to run before the start for SQLite to work, or why it cannot work.
    fn sqlite(&self, policy: &Preview, input: &PreviewInput<'_>) -> Result<Option<Before>, String> {
        let user = self.user()?;
        let jobs: &[Component<'_>] = if policy.prepare.trim().is_empty() {
            &self.jobs
        } else {
            &[]
        };
        let readers = std::iter::once(&user).chain(jobs);
        if let Some(reader) = readers.into_iter().find(|it| self.uses(it) == Some(Access::Part)) {
            return Err(format!(
                "`{}` reads host, user and password one by one, and SQLite has only a path",
                reader.name
            ));
        }
        let commands = self.commands(&user, policy)?;
        self.before(&user, commands, policy, input)
    }

    /// The one component that uses the database.
    fn user(&self) -> Result<Component<'a>, String> {
        match self.users[..] {
            [user] => Ok(user),
            // Only the migration job reads it from its env; the service must have it from elsewhere.
            [] => match component::of(self.spec, Kind::Service)[..] {
                [service] => Ok(service),
                _ => Err("only a job uses the database, and it is not known for which service".to_owned()),
            },
            _ => {
                let names: Vec<&str> = self.users.iter().map(|user| user.name).collect();
                Err(format!(
                    "{} use the database, and each has a disk of its own",
                    listed(&names)
                ))
            }
        }
    }

    fn commands(&self, user: &Component<'_>, policy: &Preview) -> Result<Vec<Command>, String> {
        if !policy.prepare.trim().is_empty() {
            return Ok(vec![Command::Prepare(policy.prepare.trim().to_owned())]);
        }
        let of_job = |job: &Component<'_>| {
            if let Some(difference) = build::difference(job, user) {
                return Err(format!(
                    "job `{}` is built from {difference} than `{}`",
                    job.name, user.name
                ));
            }
            match job.run_command() {
                Some(_) => Ok(Command::Job(job.name.to_owned())),
                None => Err(format!("the command of job `{}` is unknown", job.name)),
            }
        };
        self.jobs.iter().map(of_job).collect()
    }

    fn before(
        &self,
        user: &Component<'_>,
        commands: Vec<Command>,
        policy: &Preview,
        input: &PreviewInput<'_>,
    ) -> Result<Option<Before>, String> {
        let given = Some(policy.start.trim()).filter(|start| !start.is_empty());
        if commands.is_empty() && given.is_none() {
            return Ok(None);
        }
        let Some(start) = given.map(str::to_owned).or_else(|| start::find(user, input.files)) else {
            return Err(format!(
                "how `{}` starts is not known (`[preview] start` can say it)",
                user.name
            ));
        };
        Ok(Some(Before {
            component: user.name.to_owned(),
            start,
            commands,
        }))
    }

    /// Without a database of ours only the policy's own `prepare` and `start` are put in place.
    fn only_start(&self, policy: &Preview, input: &PreviewInput<'_>) -> Result<Option<Before>, Failure> {
        let prepare = Some(policy.prepare.trim()).filter(|command| !command.is_empty());
        if prepare.is_none() && policy.start.trim().is_empty() {
            return Ok(None);
        }
        let commands = prepare
            .map(|command| Command::Prepare(command.to_owned()))
            .into_iter()
            .collect();
        let services = component::of(self.spec, Kind::Service);
        let target = match services[..] {
            [service] => Ok(service),
            _ => Err("the app does not have exactly one service".to_owned()),
        };
        target
            .and_then(|service| self.before(&service, commands, policy, input))
            .map_err(|why| {
                Failure::input("`[preview] prepare` and `start` have no place to go")
                    .why(why)
                    .next("leave them out, set `start`, or write a preview spec and name it in `[preview] spec`")
            })
    }
}
