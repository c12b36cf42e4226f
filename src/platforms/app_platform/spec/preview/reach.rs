//! What a hand-written preview spec reaches of production's: held to the rule of a preview that is made from
//! production's spec, which gets no store from outside of the app and no credential.

use serde_json::Value;

use super::super::datastore::{self, Stores};
use super::super::env_values::EnvValues;
use super::super::{component, credentials, env, marks, placeholder, secrets};
use crate::model::failure::Failure;
use crate::platforms::manifest::Manifest;
use crate::policy::literal::is_harmless;

/// Shortest credential of production's that is looked for within something longer: a shorter one may be a word.
const LONG: usize = 12;

/// Something that has no place in a preview.
struct Found {
    /// As a JSON pointer.
    at: String,
    /// ``env `DB_HOST` of `web` leads to `db.example` ``
    what: String,
}

/// What production's spec says of its stores.
#[derive(Default)]
struct Productions {
    hosts: Vec<String>,
    credentials: Vec<String>,
}

/// Refuses a spec with the address of a store, a credential, or what `production` uses as one. What `[preview] env`
/// gives is a decision, and exempt.
pub(super) fn refuse(spec: &Manifest, production: Option<&Manifest>, policy: &EnvValues) -> Result<(), Failure> {
    let productions = production.map(|it| Productions::of(it.value())).unwrap_or_default();
    let mut found = envs(spec.value(), policy, &productions);
    found.extend(commands(spec.value(), &productions));
    let Some(first) = found.first() else {
        return Ok(());
    };
    let failure = match found.as_slice() {
        [one] => Failure::input("the preview would touch production").why(one.what.clone()),
        _ => {
            let failure = Failure::input(format!("the preview would touch production in {} ways", found.len()));
            found.iter().fold(failure, |failure, it| {
                let line = spec.places.find(&it.at).map(|(line, _)| format!(" (line {line})"));
                failure.point(format!("{}{}", it.what, line.unwrap_or_default()))
            })
        }
    };
    let failure = failure.next(
        "give it a value under `[preview] env` in `do-deploy.toml` if previews may have it, else take it out of the preview spec",
    );
    Err(spec.locate(failure, &first.at))
}

fn envs(spec: &Value, policy: &EnvValues, productions: &Productions) -> Vec<Found> {
    let stores = Stores::of(spec);
    let mut found = Vec::new();
    for (pointer, owner, value) in owners(spec) {
        for (index, it) in env::list(value).enumerate() {
            let key = env::key(it);
            let is_decided = policy.given.contains_key(key) || policy.missing.iter().any(|(missing, _)| missing == key);
            if is_decided || marks::is_mark(key) || stores.is_of_own(it) {
                continue;
            }
            let Some(text) = env::value(it).filter(|text| !env::is_encrypted(text)) else {
                continue;
            };
            let what = match () {
                () if holds_credential(it, text) => "holds a credential".to_owned(),
                () => match (stores.host_of(it), productions.in_text(text)) {
                    (Some(host), _) => format!("leads to the store `{host}`"),
                    (None, Some(what)) => what,
                    (None, None) => continue,
                },
            };
            found.push(Found {
                at: env::pointer(&pointer, index),
                what: format!("env `{key}`{owner} {what}"),
            });
        }
    }
    found
}

fn commands(spec: &Value, productions: &Productions) -> Vec<Found> {
    let mut found = Vec::new();
    for component in component::components(spec) {
        for (field, command) in component.commands() {
            let store = || datastore::in_command(command).map(|host| format!("leads to the store `{host}`"));
            let credential = credentials::in_command(command).map(|what| format!("holds {what}"));
            if let Some(what) = credential.or_else(store).or_else(|| productions.in_text(command)) {
                found.push(Found {
                    at: format!("{}/{field}", component.pointer()),
                    what: format!("`{field}` of `{}` {what}", component.name),
                });
            }
        }
    }
    found
}

/// Whether the literal value of an env is a credential, by its type, name or shape.
fn holds_credential(it: &Value, text: &str) -> bool {
    let is_open = !env::is_encrypted(text) && !env::is_bound(text) && placeholder::whole(text).is_none();
    let is_secret = env::is_secret(it) && is_open && !is_harmless(text);
    is_secret || credentials::is_plain(env::key(it), text)
}

/// The app and its components: pointer, how a message calls it, and the value.
fn owners(spec: &Value) -> Vec<(String, String, &Value)> {
    let components = component::components(spec)
        .into_iter()
        .map(|it| (it.pointer(), format!(" of `{}`", it.name), it.value));
    std::iter::once((String::new(), String::new(), spec))
        .chain(components)
        .collect()
}

impl Productions {
    fn of(spec: &Value) -> Self {
        let stores = Stores::of(spec);
        let owners = owners(spec);
        let envs: Vec<&Value> = owners.iter().flat_map(|(_, _, value)| env::list(value)).collect();
        let commands = component::components(spec);
        let commands = commands.iter().flat_map(|it| it.commands().map(|(_, command)| command));
        let hosts = envs
            .iter()
            .filter_map(|it| stores.host_of(it))
            .chain(commands.filter_map(datastore::in_command));
        let is_one = |it: &&Value| env::value(it).is_some_and(|text| holds_credential(it, text));
        let named = envs
            .iter()
            .copied()
            .filter(is_one)
            .filter_map(env::value)
            .map(str::to_owned);
        let inside = secrets::secret_values(spec);
        let credentials = named.chain(inside.iter().map(|it| it.expose().to_owned()));
        Self {
            hosts: hosts.collect(),
            credentials: credentials.filter(|it| !is_harmless(it)).collect(),
        }
    }

    /// What of production's stores a text has in it, whatever it is called there.
    fn in_text(&self, text: &str) -> Option<String> {
        let is_in = |host: &&String| has_word(&text.to_ascii_lowercase(), &host.to_ascii_lowercase());
        if let Some(host) = self.hosts.iter().find(is_in) {
            return Some(format!("names `{host}`, which production uses as a store"));
        }
        let is_used = |it: &&String| it.as_str() == text || (it.len() >= LONG && text.contains(it.as_str()));
        self.credentials
            .iter()
            .any(|it| is_used(&it))
            .then(|| "holds a credential of production's".to_owned())
    }
}

/// Whether a host stands in a text with nothing around it that would make it another one.
fn has_word(text: &str, host: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    text.match_indices(host).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let mut after = text[at + host.len()..].chars();
        let goes_on = match after.next() {
            Some('.') => after.next().is_some_and(is_part),
            next => next.is_some_and(is_part),
        };
        !before.is_some_and(|c| is_part(c) || c == '.') && !goes_on
    })
}
