//! Who may say what: the commit gives an app its shape, the default branch keeps the policy.

use std::collections::{BTreeMap, BTreeSet};

use super::{AppConfig, Config, EnvValue, EnvironmentConfig, Preview};

/// The memory that `auto` gives at most, in GiB, on shared CPUs.
const AUTO: Size = Size {
    dedicated: false,
    cpus: 1,
    memory: 1.0,
};

impl Config {
    /// This policy, with the shape that a pull request's commit gives to its preview.
    #[must_use]
    pub(crate) fn shaped_by(&self, commit: &Self) -> Self {
        let shape = &commit.preview;
        Self {
            preview: Preview {
                database: shape.database,
                database_url: shape.database_url.clone(),
                prepare: shape.prepare.clone(),
                start: shape.start.clone(),
                sleep: shape.sleep.clone(),
                size: clipped(&shape.size, &self.preview.size).to_owned(),
                env: env(&self.preview.env, &shape.env),
                ..self.preview.clone()
            },
            health: commit.health.clone(),
            apps: self.apps_with(commit, Self::shaped_by),
            ..self.clone()
        }
    }

    fn apps_with(&self, commit: &Self, shaped: impl Fn(&Self, &Self) -> Self) -> Vec<AppConfig> {
        let shaped = |app: &AppConfig| AppConfig {
            config: shaped(&app.config, commit.of_app(app.key.as_deref())),
            ..app.clone()
        };
        self.apps.iter().map(shaped).collect()
    }

    /// This policy, with the shape that an environment's own branch gives to it.
    #[must_use]
    pub(crate) fn with_environment_of(&self, commit: &Self, name: &str) -> Self {
        let mut shaped = Self {
            health: commit.health.clone(),
            apps: self.apps_with(commit, |app, commit| app.with_environment_of(commit, name)),
            ..self.clone()
        };
        if let Some(target) = shaped.environment_mut(name) {
            let shape = commit.environment(name).cloned().unwrap_or_default();
            target.timeout = shape.timeout;
            target.env = env(&target.env, &shape.env);
        }
        shaped
    }

    /// The keys of policy in which a pull request's commit differs, as people write them. They count once they are
    /// merged.
    pub(crate) fn other_policy(&self, commit: &Self) -> Vec<String> {
        let (own, other) = (&self.preview, &commit.preview);
        let mut keys: Vec<String> = [
            ("spec", self.spec != commit.spec),
            ("[preview] enabled", own.enabled != other.enabled),
            ("[preview] spec", own.spec != other.spec),
            ("[preview] label", own.label != other.label),
            ("[preview] drafts", own.drafts != other.drafts),
            ("[preview] bots", own.bots != other.bots),
            ("[preview] limit", own.limit != other.limit),
            ("[preview] budget", own.budget != other.budget),
            ("[preview] ttl", own.ttl != other.ttl),
            ("[preview] timeout", own.timeout != other.timeout),
            ("[preview] size", clipped(&other.size, &own.size) != other.size),
            ("[comment] mode", self.comment.mode != commit.comment.mode),
            ("[comment] logs", self.comment.logs != commit.comment.logs),
            ("[comment] notify", self.comment.notify != commit.comment.notify),
        ]
        .into_iter()
        .filter(|(_, differs)| *differs)
        .map(|(key, _)| key.to_owned())
        .collect();
        keys.extend(other_variables("[preview.env]", &own.env, &other.env));
        keys.extend(other_target("[production]", &self.production, &commit.production));
        let names: BTreeSet<&String> = self.environments.keys().chain(commit.environments.keys()).collect();
        for name in names {
            let table = format!("[environments.{name}]");
            match (self.environments.get(name), commit.environments.get(name)) {
                (Some(own), Some(other)) => keys.extend(other_target(&table, own, other)),
                _ => keys.push(table),
            }
        }
        keys.extend(self.other_apps(commit, &keys));
        keys
    }

    /// The same of the apps' own tables. `of_all`: the keys that differ for all of them.
    fn other_apps(&self, commit: &Self, of_all: &[String]) -> Vec<String> {
        let names = |config: &Self| config.apps.iter().filter_map(|app| app.key.clone()).collect::<Vec<_>>();
        let names: BTreeSet<String> = names(self).into_iter().chain(names(commit)).collect();
        let mut keys = Vec::new();
        for name in names {
            let app = |config: &'_ Self| config.apps.iter().find(|app| app.key.as_ref() == Some(&name)).cloned();
            let (Some(own), Some(other)) = (app(self), app(commit)) else {
                keys.push(format!("[apps.{name}]"));
                continue;
            };
            let tables = own.config.other_policy(&other.config);
            let tables = tables.into_iter().filter(|key| !of_all.contains(key));
            keys.extend(tables.map(|key| match key.strip_prefix('[') {
                Some(rest) => format!("[apps.{name}.{rest}"),
                None => format!("[apps.{name}] {key}"),
            }));
            let own_keys = [("paths", own.paths != other.paths), ("after", own.after != other.after)];
            let differing = own_keys.into_iter().filter(|(_, differs)| *differs);
            keys.extend(differing.map(|(key, _)| format!("[apps.{name}] {key}")));
        }
        keys
    }
}

fn other_target(table: &str, own: &EnvironmentConfig, other: &EnvironmentConfig) -> Vec<String> {
    let keys = [
        ("branch", own.branch != other.branch),
        // Production's is the one at the top of the file.
        ("spec", own.spec != other.spec && table != "[production]"),
        ("project", own.project != other.project),
        ("rollback", own.rollback != other.rollback),
        ("adopt", own.adopt != other.adopt),
        ("exact", own.exact != other.exact),
        ("nightly", own.nightly != other.nightly),
    ];
    let differing = keys.into_iter().filter(|(_, differs)| *differs);
    let mut keys: Vec<String> = differing.map(|(key, _)| format!("{table} {key}")).collect();
    let env = format!("{}.env]", table.trim_end_matches(']'));
    keys.extend(other_variables(&env, &own.env, &other.env));
    keys
}

/// Variables of the step's environment that only the commit wants to hand to the app.
fn other_variables(table: &str, own: &BTreeMap<String, EnvValue>, other: &BTreeMap<String, EnvValue>) -> Vec<String> {
    let allowed = variables(own);
    let refused = other.iter().filter(|(_, value)| !may(value, &allowed));
    refused.map(|(key, _)| format!("{table} {key}")).collect()
}

/// What the commit gives as a value or generates, and which variables the policy lets it read.
fn env(policy: &BTreeMap<String, EnvValue>, shape: &BTreeMap<String, EnvValue>) -> BTreeMap<String, EnvValue> {
    let allowed = variables(policy);
    let from = policy.iter().filter(|(_, value)| matches!(value, EnvValue::From(_)));
    let given = shape.iter().filter(|(_, value)| may(value, &allowed));
    let both = from.chain(given);
    both.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn variables(env: &BTreeMap<String, EnvValue>) -> BTreeSet<&str> {
    env.values()
        .filter_map(|value| match value {
            EnvValue::From(variable) => Some(variable.as_str()),
            EnvValue::Plain(_) | EnvValue::Generate(_) => None,
        })
        .collect()
}

fn may(value: &EnvValue, allowed: &BTreeSet<&str>) -> bool {
    match value {
        EnvValue::From(variable) => allowed.contains(variable.as_str()),
        EnvValue::Plain(_) | EnvValue::Generate(_) => true,
    }
}

/// An instance size, as its slug says it: <https://docs.digitalocean.com/products/app-platform/details/pricing/>.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Size {
    dedicated: bool,
    cpus: u32,
    /// GiB
    memory: f64,
}

impl Size {
    /// `auto` or a slug such as `apps-s-1vcpu-0.5gb`. `None`: how large it is cannot be said.
    fn of(size: &str) -> Option<Self> {
        if size == "auto" {
            return Some(AUTO);
        }
        let mut parts = size.strip_prefix("apps-")?.split('-');
        let dedicated = match parts.next()? {
            "s" => false,
            "d" => true,
            _ => return None,
        };
        let cpus = parts.next()?.strip_suffix("vcpu")?.parse().ok()?;
        let memory = parts.next()?.strip_suffix("gb")?.parse().ok()?;
        Some(Self {
            dedicated,
            cpus,
            memory,
        })
    }

    fn fits(&self, into: &Self) -> bool {
        self.cpus <= into.cpus && self.memory <= into.memory && (into.dedicated || !self.dedicated)
    }
}

/// The size that is wished for, if it is no larger than the one that is allowed.
pub(crate) fn clipped<'a>(wished: &'a str, allowed: &'a str) -> &'a str {
    match (Size::of(wished), Size::of(allowed)) {
        (Some(size), Some(limit)) if size.fits(&limit) => wished,
        _ => allowed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::environment::PRODUCTION;

    fn config(text: &str) -> Config {
        Config::parse(text, "do-deploy.toml").unwrap()
    }

    #[test]
    fn a_size_is_clipped_to_the_one_that_is_allowed() {
        for (wished, allowed, size) in [
            ("auto", "auto", "auto"),
            ("apps-s-1vcpu-0.5gb", "auto", "apps-s-1vcpu-0.5gb"),
            ("apps-s-1vcpu-1gb", "auto", "apps-s-1vcpu-1gb"),
            ("apps-s-1vcpu-2gb", "auto", "auto"),
            ("apps-d-1vcpu-0.5gb", "auto", "auto"),
            ("apps-d-8vcpu-32gb", "apps-s-2vcpu-4gb", "apps-s-2vcpu-4gb"),
            ("apps-s-1vcpu-2gb", "apps-s-2vcpu-4gb", "apps-s-1vcpu-2gb"),
            ("auto", "apps-s-2vcpu-4gb", "auto"),
            ("auto", "apps-s-1vcpu-0.5gb", "apps-s-1vcpu-0.5gb"),
            ("basic-xxl", "auto", "auto"),
            ("something-new", "something-new", "something-new"),
        ] {
            assert_eq!(clipped(wished, allowed), size, "{wished} where {allowed} is allowed");
        }
    }

    #[test]
    fn the_commit_gives_a_preview_its_shape_and_the_policy_stays() {
        let policy = config(
            "spec = \"a.yaml\"\n[production]\nadopt = true\n[preview]\nlimit = 3\nprepare = \"old\"\n[preview.env]\n\
             KEY = { from = \"TEST_KEY\" }\nOLD = \"gone\"\n[comment]\nmode = \"off\"\n",
        );
        let commit = config(
            "[preview]\nlimit = 30\ndatabase = \"dev\"\ndatabase_url = \"sqlite:////tmp/x.db\"\nprepare = \"new\"\nstart = \"go\"\n\
             sleep = false\nsize = \"apps-d-8vcpu-32gb\"\n[preview.env]\nNEW = \"on\"\nJWT = \"generate\"\nSAME = { from = \"TEST_KEY\" }\n\
             SLY = { from = \"PRODUCTIONS_KEY\" }\n[health]\npath = \"/up\"\n",
        );
        let shaped = policy.shaped_by(&commit);
        let expected = config(
            "spec = \"a.yaml\"\n[production]\nadopt = true\n[preview]\nlimit = 3\ndatabase = \"dev\"\ndatabase_url = \"sqlite:////tmp/x.db\"\n\
             prepare = \"new\"\nstart = \"go\"\nsleep = false\n[preview.env]\nKEY = { from = \"TEST_KEY\" }\nNEW = \"on\"\n\
             JWT = \"generate\"\nSAME = { from = \"TEST_KEY\" }\n[comment]\nmode = \"off\"\n[health]\npath = \"/up\"\n",
        );
        assert_eq!(shaped, expected);
    }

    #[test]
    fn a_branch_gives_its_environment_values_a_time_and_checks() {
        let policy = config(
            "[production.env]\nKEY = { from = \"KEY\" }\nOLD = \"gone\"\n[environments.staging]\nbranch = \"next\"\n[health]\npath = \"/\"\n",
        );
        let commit = config(
            "[production]\nbranch = \"evil\"\ntimeout = \"5m\"\nadopt = true\n[production.env]\nNEW = \"on\"\nSLY = { from = \"OTHER\" }\n\
             [environments.staging]\nbranch = \"evil\"\ntimeout = \"6m\"\n[health]\npath = \"/up\"\n",
        );
        let shaped = policy.with_environment_of(&commit, "production");
        let mut expected = config(
            "[production]\ntimeout = \"5m\"\n[production.env]\nKEY = { from = \"KEY\" }\nNEW = \"on\"\n\
             [environments.staging]\nbranch = \"next\"\n[health]\npath = \"/up\"\n",
        );
        expected.places.clone_from(&policy.places);
        assert_eq!(shaped, expected);
        let staging = policy.with_environment_of(&commit, "staging").environments["staging"].clone();
        assert_eq!((staging.branch.as_str(), staging.timeout.as_secs()), ("next", 360));
    }

    #[test]
    fn every_key_is_either_shape_or_policy() {
        let default = Config::default();
        for (text, key) in [
            ("spec = \"x.yaml\"", "spec"),
            ("[production]\nbranch = \"x\"", "[production] branch"),
            ("[production]\nproject = \"x\"", "[production] project"),
            ("[production]\nrollback = \"never\"", "[production] rollback"),
            ("[production]\nadopt = true", "[production] adopt"),
            ("[production]\ntimeout = \"1m\"", ""),
            ("[production.env]\nA = \"x\"", ""),
            ("[production.env]\nA = { from = \"B\" }", "[production.env] A"),
            ("[environments.next]\nbranch = \"x\"", "[environments.next]"),
            ("[preview]\nenabled = false", "[preview] enabled"),
            ("[preview]\nspec = \"x.yaml\"", "[preview] spec"),
            ("[preview]\nlabel = \"x\"", "[preview] label"),
            ("[preview]\ndrafts = true", "[preview] drafts"),
            ("[preview]\nbots = true", "[preview] bots"),
            ("[preview]\nlimit = 1", "[preview] limit"),
            ("[preview]\nttl = \"1d\"", "[preview] ttl"),
            ("[preview]\ntimeout = \"1m\"", "[preview] timeout"),
            ("[preview]\nsize = \"apps-d-8vcpu-32gb\"", "[preview] size"),
            ("[preview]\nsize = \"apps-s-1vcpu-0.5gb\"", ""),
            ("[preview]\ndatabase = \"dev\"", ""),
            ("[preview]\ndatabase_url = \"x\"", ""),
            ("[preview]\nprepare = \"x\"", ""),
            ("[preview]\nstart = \"x\"", ""),
            ("[preview]\nsleep = false", ""),
            ("[preview.env]\nA = \"x\"", ""),
            ("[preview.env]\nA = \"generate\"", ""),
            ("[preview.env]\nA = { from = \"B\" }", "[preview.env] A"),
            ("[health]\npath = \"/x\"", ""),
            ("[health]\ntimeout = \"1m\"", ""),
            ("[health]\nchecks = [{path = \"/x\", status = 200}]", ""),
            ("[comment]\nmode = \"off\"", "[comment] mode"),
            ("[comment]\nlogs = \"never\"", "[comment] logs"),
            ("[comment]\nnotify = \"ready\"", "[comment] notify"),
        ] {
            let commit = config(text);
            let named = default.other_policy(&commit);
            assert_eq!(named.join(", "), key, "{text}");
            let (preview, production) = (
                default.shaped_by(&commit),
                default.with_environment_of(&commit, PRODUCTION),
            );
            let counts = preview != default || production != default;
            assert_eq!(counts, key.is_empty(), "{text}");
        }
    }
}
