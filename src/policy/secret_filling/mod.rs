//! Values for the envs of a deployment: from do-deploy.toml, the step's environment, or the app as it runs; else a list of
//! what is missing.

use super::changes::Changes;
use super::env::notation::Notation;
use super::env::{Env, EnvSet, Owner};
use super::env_values::EnvValues;
use super::placeholder;
use crate::config::{Variable, is_reserved};
use crate::model::environment::Environment;

mod missing;

use missing::Missing;

/// Why a variable that is there does not fill a secret.
const WITHHELD: &str = "in this step is the run's own, which no app gets";

/// What the values are taken from.
pub(crate) struct Sources<'a> {
    /// What `env` in do-deploy.toml gives.
    pub(crate) policy: &'a EnvValues,
    /// The step's environment.
    pub(crate) variables: &'a dyn Fn(&str) -> Variable,
    pub(crate) environment: &'a Environment,
    /// The app as it runs. `None`: there is none yet.
    pub(crate) live: Option<&'a EnvSet<'a>>,
    pub(crate) notation: &'static dyn Notation,
}

/// Another value for an env that the file lists; owners and envs are counted as the set has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) owner: usize,
    pub(crate) index: usize,
    pub(crate) value: String,
    pub(crate) secret: bool,
}

/// What is to be changed, and what could not be had.
#[derive(Default)]
pub(crate) struct Filled {
    pub(crate) edits: Vec<Edit>,
    /// What do-deploy.toml gives and the file does not list: it reaches the whole app. Key, value, whether it is a secret.
    pub(crate) added: Vec<(String, String, bool)>,
    placed: Vec<String>,
    missing: Vec<Missing>,
    from_step: Vec<FromStep>,
}

/// A secret that a variable of this run gave a value.
#[derive(PartialEq, Eq)]
struct FromStep {
    /// Key and, where it has another name, the variable.
    name: String,
    /// The live app has a value, which this one takes the place of.
    replaces: bool,
}

impl FromStep {
    fn new(key: &str, variable: &str, replaces: bool) -> Self {
        let name = match key == variable {
            true => format!("`{key}`"),
            false => format!("`{key}` from `{variable}`"),
        };
        Self { name, replaces }
    }
}

/// Finds a value for every env of the file that is to have another one, and says in `changes` where it comes from.
pub(crate) fn fill(file: &EnvSet<'_>, sources: &Sources<'_>, changes: &mut Changes) -> Filled {
    let mut filled = Filled::default();
    for (at, owner) in file.owners.iter().enumerate() {
        for (index, env) in owner.envs.iter().enumerate() {
            sources.fill_one((at, index), owner, env, &mut filled, changes);
        }
    }
    sources.add(&mut filled);
    filled
}

impl<'a> Sources<'a> {
    /// The env of the live app at this place.
    fn live(&self, owner: Option<&str>, key: &str) -> Option<&'a Env<'a>> {
        self.live?.find(owner, key)
    }

    /// The value that the live app has at this place.
    fn live_value(&self, owner: Option<&str>, key: &str) -> Option<&'a str> {
        self.live(owner, key).map(|it| it.value).filter(|it| !it.is_empty())
    }

    fn is_live_secret(&self, owner: Option<&str>, key: &str) -> bool {
        self.live(owner, key).is_some_and(|it| it.is_secret)
    }

    fn fill_one(
        &self,
        (at, index): (usize, usize),
        owner: &Owner<'_>,
        env: &Env<'_>,
        filled: &mut Filled,
        changes: &mut Changes,
    ) {
        let key = env.key;
        let edit = |value: &str, secret: bool| Edit {
            owner: at,
            index,
            value: value.to_owned(),
            secret,
        };
        let live = self.live_value(owner.name, key);
        if let Some(given) = self.policy.given.get(key) {
            filled.edits.push(edit(&given.value, given.secret));
            if given.secret {
                filled.from_step.push(FromStep::new(key, key, live.is_some()));
            }
            filled.placed.push(key.to_owned());
            return;
        }
        let from = self.policy.missing.iter().find(|(missing, _)| missing == key);
        let given = Some(env.value).filter(|it| !it.is_empty());
        let placeholder = given.and_then(|text| placeholder::whole(text, self.notation));
        // An empty value wipes the live secret, also where the file forgets that it is one; a placeholder's text
        // overwrites it.
        let wanting =
            (given.is_none() || placeholder.is_some()) && (env.is_secret || self.is_live_secret(owner.name, key));
        if from.is_none() && !wanting {
            let waits = |text: &str| placeholder::waits(text, self.notation);
            if let Some(text) = given.filter(|text| waits(text))
                && let Some(live) = live.filter(|live| *live != text && !waits(live))
            {
                changes.push(
                    format!("kept env `{key}` of {}", owner.noun),
                    "its value in the file has a placeholder that nothing fills in, and the live app has a value",
                );
                filled.edits.push(edit(live, self.is_live_secret(owner.name, key)));
            }
            return;
        }
        let named = placeholder.and_then(|it| it.variable).filter(|name| !is_reserved(name));
        let variable = match from {
            Some((_, variable)) => variable.as_str(),
            None => named.unwrap_or(key),
        };
        let (found, is_withheld) = match (self.variables)(variable) {
            Variable::Set(value) => (Some(value), false),
            Variable::Missing => (None, false),
            Variable::Withheld => (None, true),
        };
        let name = format!("the secret `{key}` of {}", owner.noun);
        if is_withheld && live.is_some() {
            changes.push(format!("kept {name}"), format!("`{variable}` {WITHHELD}"));
        } else if placeholder.is_some() {
            match &found {
                Some(_) => changes.push(
                    format!("set {name} from `{variable}`"),
                    "its value in the file is a placeholder",
                ),
                None => changes.push(
                    format!("kept {name}"),
                    format!("its value in the file is a placeholder, and the step's environment has no `{variable}`"),
                ),
            }
        }
        if found.is_some() {
            let from = FromStep::new(key, variable, live.is_some());
            filled.from_step.push(from);
        }
        match found.as_deref().or(live) {
            Some(value) => filled.edits.push(edit(value, true)),
            None => filled.missing.push(Missing {
                variable: variable.to_owned(),
                owner: owner.name.map(str::to_owned),
                key: key.to_owned(),
                place: Some((at, index)),
                has_placeholder: placeholder.is_some(),
                is_withheld,
            }),
        }
        filled.placed.push(key.to_owned());
    }

    /// What do-deploy.toml gives and the file does not list.
    fn add(&self, filled: &mut Filled) {
        let placed = std::mem::take(&mut filled.placed);
        for (key, given) in self.policy.given.iter().filter(|(key, _)| !placed.contains(key)) {
            filled.added.push((key.clone(), given.value.clone(), given.secret));
            if given.secret {
                let replaces = self.live_value(None, key).is_some();
                filled.from_step.push(FromStep::new(key, key, replaces));
            }
        }
        for (key, variable) in self.policy.missing.iter().filter(|(key, _)| !placed.contains(key)) {
            match self.live_value(None, key) {
                Some(value) => filled.added.push((key.clone(), value.to_owned(), true)),
                None => filled.missing.push(Missing {
                    key: key.clone(),
                    variable: variable.clone(),
                    owner: None,
                    place: None,
                    has_placeholder: false,
                    is_withheld: (self.variables)(variable) == Variable::Withheld,
                }),
            }
        }
        filled.placed = placed;
    }
}

impl Filled {
    /// Says by key which secrets are given a value in this run: the live app's are replaced, and whether by the same value
    /// cannot be known, because the platform does not show them. Fails where one has no value, with the place of the first
    /// in the file.
    pub(crate) fn end(
        self,
        sources: &Sources<'_>,
        changes: &mut Changes,
    ) -> Result<(), (crate::model::failure::Failure, Option<(usize, usize)>)> {
        if let Some(first) = self.missing.first() {
            return Err((missing::failure(&self.missing, sources.environment), first.place));
        }
        let why_new = match sources.live {
            Some(_) => "the live app has none yet",
            None => "they are set in the step's environment",
        };
        let why_other = "the live app has a value already, and this step's takes its place";
        for (replaces, why) in [(true, why_other), (false, why_new)] {
            let of_kind = self.from_step.iter().filter(|it| it.replaces == replaces);
            let mut names: Vec<&str> = of_kind.map(|it| it.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            if !names.is_empty() {
                changes.push(format!("secrets from this step: {}", names.join(", ")), why);
            }
        }
        Ok(())
    }
}
