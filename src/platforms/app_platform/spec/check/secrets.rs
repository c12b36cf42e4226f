//! Credentials in plain text, and every place of the file that is never shown.

use std::ops::Range;

use serde_json::Value;

use super::super::component::{self, Component, owner_noun, owners};
use super::super::{credentials, env};
use super::findings::Findings;
use crate::model::failure::Failure;
use crate::policy::literal::is_harmless;

const WHY: &str = "everybody who can read the repository can read it, also after it is changed: Git keeps it";

/// The bytes of the file that hold secrets, also those that are no mistake.
pub(super) fn check(findings: &mut Findings<'_>) -> Vec<Range<usize>> {
    let spec = findings.spec();
    let mut hidden = Vec::new();
    for (owner, value) in owners(spec.value()) {
        let pointer = owner.map_or_else(String::new, |owner| owner.pointer());
        for (index, it) in env::list(value).enumerate() {
            let literal = env::value(it).filter(|value| !env::is_encrypted(value) && !env::is_bound(value));
            let Some(text) = literal else { continue };
            let is_secret = env::is_secret(it);
            let is_plain = credentials::is_plain(env::key(it), text);
            if env::may_be_secret(it) || is_plain {
                hidden.push(env::value_pointer(&pointer, index));
            }
            if is_plain || (is_secret && !is_harmless(text)) {
                found_in_env(owner, it, &env::key_pointer(&pointer, index), findings);
            }
        }
        if let Some(component) = owner {
            for (field, command) in component.commands() {
                if credentials::in_command(command).is_some() {
                    let at = component.at(field);
                    let what = format!("`{field}` of {} holds a secret in plain text", component.titled());
                    let failure = Failure::input(what)
                        .why(WHY)
                        .next("put it into an env of type SECRET, and let the command name that");
                    findings.warn_of_key("secret", &at, failure);
                    hidden.push(at);
                }
            }
        }
        fields(value, &pointer, "", &owner_noun(owner), findings, &mut hidden);
    }
    let bytes = |pointer: &String| spec.places.value(pointer).and_then(|spot| spot.bytes.clone());
    hidden.iter().filter_map(bytes).collect()
}

fn found_in_env(owner: Option<Component<'_>>, it: &Value, at: &str, findings: &mut Findings<'_>) {
    let key = env::key(it);
    let failure = Failure::input(format!("`{key}` of {} is a secret in plain text", owner_noun(owner)))
        .why(WHY)
        .next(format!(
            "change it, make the env `type: SECRET` without a value, and give the value in the step's environment as `{key}`"
        ));
    findings.warn_of_key("secret", at, failure);
}

/// Registry credentials, tokens of log destinations, clone URLs with a password.
fn fields(value: &Value, pointer: &str, key: &str, owner: &str, findings: &mut Findings<'_>, hidden: &mut Vec<String>) {
    match value {
        Value::String(text) if !component::is_command(key) && credentials::is_in_field(key, text) => {
            let failure = Failure::input(format!("`{key}` of {owner} is a secret in plain text"))
                .why(WHY)
                .next(match text.contains("://") {
                    true => {
                        "take the password out of the URL; name a private repository as `github: {repo: OWNER/NAME}`"
                    }
                    false => "take it out; an app that is live keeps the one that it has",
                });
            findings.warn_of_key("secret", pointer, failure);
            hidden.push(pointer.to_owned());
        }
        // The components have a turn of their own, and so have envs.
        Value::Array(_) if env::is_list(key) || component::is_list(key) => {}
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                fields(item, &format!("{pointer}/{index}"), key, owner, findings, hidden);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                fields(value, &format!("{pointer}/{key}"), key, owner, findings, hidden);
            }
        }
        _ => {}
    }
}
