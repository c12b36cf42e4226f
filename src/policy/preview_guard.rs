//! The last look at the envs and commands of a preview before it is sent: none leads to a store of production's, and none
//! holds a credential.

use super::datastores::hosts;
use super::datastores::stores::{self, Stores};
use super::env::EnvSet;
use super::env::notation::Notation;
use super::{credentials, hidden, shell};
use crate::model::words::Words;
use crate::redact::Redactor;

/// What names a managed service's host or holds a credential, as sentences. `decided`: texts that `[preview]` gives, which
/// are somebody's decision. `known` knows the secrets that stand in production's file.
pub(crate) fn objections(
    preview: &EnvSet<'_>,
    decided: &[&str],
    known: &Redactor,
    notation: &'static dyn Notation,
    words: &Words,
) -> Vec<String> {
    let mut found = Vec::new();
    let stores = Stores::of(preview, notation);
    let mut look = |place: String, text: &str, credential: Option<String>| {
        if let Some(managed) = hosts::managed(text) {
            found.push(format!("{place} names `{}`", managed.host));
        } else if let Some(credential) = credential {
            found.push(format!("{place} holds {credential}"));
        }
    };
    for owner in &preview.owners {
        let of = owner.name.map(|name| format!(" of `{name}`")).unwrap_or_default();
        for it in &owner.envs {
            if !decided.contains(&it.value) && !notation.is_encrypted(it.value) {
                let is_credential = credentials::env_has_shape(it.key, it.value, notation) && !stores.is_of_own(it);
                let credential = is_credential.then(|| "a credential".to_owned());
                look(format!("env `{}`{of}", it.key), it.value, credential);
            }
        }
    }
    for (name, component) in preview.components() {
        for (field, command) in &component.commands {
            let command = without(command, decided, notation);
            let address =
                || stores::in_command(&command, notation).map(|host| format!("the address of a store, `{host}`"));
            let is_known =
                || hidden::holds(known, &command).then(|| format!("a value that is secret in the {}", words.manifest));
            let credential = credentials::in_command(&command, notation)
                .or_else(address)
                .or_else(is_known);
            look(format!("`{field}` of `{name}`"), &command, credential);
        }
    }
    found
}

/// A command without what somebody decided: `prepare`, `start`, and the envs that a migration brought into the start.
fn without(command: &str, decided: &[&str], notation: &'static dyn Notation) -> String {
    let exported = decided.iter().fold(command.to_owned(), |command, text| {
        command.replace(&format!("={}\n", shell::quote(text)), "=$DECIDED\n")
    });
    let is_found = |text: &&&str| {
        hosts::managed(text).is_some()
            || stores::in_command(text, notation).is_some()
            || credentials::in_command(text, notation).is_some()
    };
    let found = decided.iter().filter(is_found);
    found.fold(exported, |command, text| command.replace(text, "$DECIDED"))
}
