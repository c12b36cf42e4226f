//! What a preview that somebody wrote by hand reaches of production's: it is held to the rule of one that is made from
//! production's file, which gets no store from outside of the app and no credential.

use super::datastores::stores::{self, Stores};
use super::env::notation::Notation;
use super::env::{Env, EnvSet};
use super::literal::is_harmless;
use super::{credentials, placeholder};
use crate::redact::Secret;

/// Shortest credential of production's that is looked for within something longer: a shorter one may be a word.
const LONG: usize = 12;

/// Where something stands: owners and envs are counted as the set has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Env { owner: usize, index: usize },
    Command { owner: usize, field: &'static str },
}

/// Something that has no place in a preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) place: Place,
    /// ``env `DB_HOST` of `web` leads to `db.example` ``
    pub(crate) what: String,
}

/// What production's file says of its stores.
#[derive(Default)]
pub(crate) struct Productions {
    hosts: Vec<String>,
    credentials: Vec<String>,
}

/// Addresses of stores, credentials, and what production uses as one. `is_exempt`: keys whose value somebody decided, and
/// our marks.
pub(crate) fn find(
    preview: &EnvSet<'_>,
    productions: &Productions,
    is_exempt: &dyn Fn(&str) -> bool,
    notation: &'static dyn Notation,
) -> Vec<Found> {
    let mut found = envs(preview, productions, is_exempt, notation);
    found.extend(commands(preview, productions, notation));
    found
}

fn envs(
    preview: &EnvSet<'_>,
    productions: &Productions,
    is_exempt: &dyn Fn(&str) -> bool,
    notation: &'static dyn Notation,
) -> Vec<Found> {
    let stores = Stores::of(preview, notation);
    let mut found = Vec::new();
    for (at, owner) in preview.owners.iter().enumerate() {
        let of = owner.name.map(|name| format!(" of `{name}`")).unwrap_or_default();
        for (index, it) in owner.envs.iter().enumerate() {
            let (key, text) = (it.key, it.value);
            let is_sent_on = text.is_empty() || notation.is_encrypted(text);
            if is_exempt(key) || stores.is_of_own(it) || is_sent_on {
                continue;
            }
            let what = match () {
                () if holds_credential(it, notation) => "holds a credential".to_owned(),
                () => match (stores.host_of(it), productions.in_text(text)) {
                    (Some(host), _) => format!("leads to the store `{host}`"),
                    (None, Some(what)) => what,
                    (None, None) => continue,
                },
            };
            found.push(Found {
                place: Place::Env { owner: at, index },
                what: format!("env `{key}`{of} {what}"),
            });
        }
    }
    found
}

fn commands(preview: &EnvSet<'_>, productions: &Productions, notation: &'static dyn Notation) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, owner) in preview.owners.iter().enumerate() {
        let name = owner.name.unwrap_or_default();
        for (field, command) in &owner.commands {
            let store = || stores::in_command(command, notation).map(|host| format!("leads to the store `{host}`"));
            let credential = credentials::in_command(command, notation).map(|what| format!("holds {what}"));
            if let Some(what) = credential.or_else(store).or_else(|| productions.in_text(command)) {
                found.push(Found {
                    place: Place::Command { owner: at, field },
                    what: format!("`{field}` of `{name}` {what}"),
                });
            }
        }
    }
    found
}

/// Whether the literal value of an env is a credential, by its type, name or shape.
fn holds_credential(it: &Env<'_>, notation: &dyn Notation) -> bool {
    let text = it.value;
    let is_literal = !notation.is_encrypted(text) && !notation.is_filled_in(text);
    let is_open = is_literal && placeholder::whole(text, notation).is_none();
    let is_secret = it.is_secret && is_open && !is_harmless(text);
    is_secret || credentials::is_plain(it.key, text, notation)
}

impl Productions {
    /// `secrets`: those that stand anywhere in production's file.
    pub(crate) fn of(production: &EnvSet<'_>, secrets: &[Secret], notation: &'static dyn Notation) -> Self {
        let stores = Stores::of(production, notation);
        let commands = production.owners.iter().flat_map(|owner| &owner.commands);
        let hosts = production
            .envs()
            .filter_map(|it| stores.host_of(it))
            .chain(commands.filter_map(|(_, command)| stores::in_command(command, notation)));
        let named = production
            .envs()
            .filter(|it| !it.value.is_empty() && holds_credential(it, notation))
            .map(|it| it.value.to_owned());
        let credentials = named.chain(secrets.iter().map(|it| it.expose().to_owned()));
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
