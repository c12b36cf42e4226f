//! Credentials that stand in a spec in plain text: by their shape, or by the name of their env.

use std::ops::Range;

use base64::Engine as _;
use serde_json::Value;

use super::component::Kind;
use super::pieces::{self, Piece};
use super::{component, env, hidden};
use crate::policy::literal::{is_address, is_harmless, is_placeholder, is_reference, is_stand_in};
use crate::policy::secret_names::{self, is_credential};
use crate::redact::credential::{self, Promise};
use crate::redact::{has_long_run, is_code, published};

/// Whether this literal value of this env looks like a credential.
pub(super) fn is_plain(key: &str, value: &str) -> bool {
    let value = value.trim();
    if env::is_encrypted(value) || published::is_browser_key(key, value) || published::is_firebase_config(value) {
        return false;
    }
    has_shape(value)
        || decoded(value).is_some_and(|text| has_shape(&text))
        || holds_fields(value)
        || is_single(key, value)
}

/// The text that is written in percent signs or in base64. `None`: it is neither, or no text.
fn decoded(value: &str) -> Option<String> {
    if value.contains("%3A%2F%2F") || value.contains("%3a%2f%2f") {
        return percent_encoding::percent_decode_str(value)
            .decode_utf8()
            .ok()
            .map(Into::into);
    }
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/-_=".contains(c);
    if value.len() < 24 || !value.chars().all(is_base64) {
        return None;
    }
    let plain = value.trim_end_matches('=').replace('-', "+").replace('_', "/");
    let bytes = base64::engine::general_purpose::STANDARD_NO_PAD.decode(plain).ok()?;
    String::from_utf8(bytes).ok()
}

/// The same by its name alone.
fn is_single(key: &str, value: &str) -> bool {
    if env::is_encrypted(value) || env::is_bound(value) && is_reference(value) {
        return false;
    }
    if is_harmless(value) || published::has_prefix(key) {
        return false;
    }
    match secret_names::promise(key) {
        Promise::Credential => !is_address(value),
        Promise::Maybe => !is_address(value) && (has_long_run(value) || is_uuid(value) || is_pair(value)),
        Promise::Nothing => false,
    }
}

/// As identity services write the id of a secret.
fn is_uuid(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    let is_hex = |part: &&str| part.chars().all(|c| c.is_ascii_hexdigit());
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(is_hex)
}

/// `d3adb33f:cafebabe`, the key of a private package registry.
fn is_pair(value: &str) -> bool {
    let is_half = |half: &str| half.len() >= 8 && half.chars().all(|c| c.is_ascii_hexdigit());
    value
        .split_once(':')
        .is_some_and(|(one, other)| is_half(one) && is_half(other))
}

/// Whether a value that is a document, a file of settings or a list of flags holds a credential by its name in there.
fn holds_fields(value: &str) -> bool {
    named(&pieces::of_value(value)).is_some()
}

/// The name of the first of these that has a credential for its value.
fn named(pieces: &[Piece]) -> Option<&str> {
    pieces
        .iter()
        .find(|piece| is_credential_piece(piece))
        .map(|piece| piece.name.as_str())
}

fn is_credential_piece(piece: &Piece) -> bool {
    let value = piece.value.trim_matches(['"', '\'', ',']);
    let is_value = !is_reference(value) && !is_stand_in(value) && !is_code(value, &piece.name);
    !piece.name.is_empty() && is_value && is_single(&piece.name, value)
}

/// The credentials that a command holds by their names.
pub(super) fn values_in_command(command: &str) -> Vec<String> {
    let pieces = pieces::of_command(command).into_iter();
    pieces.filter(is_credential_piece).map(|piece| piece.value).collect()
}

/// Whether an env holds a credential that is recognised by its shape alone.
pub(super) fn env_has_shape(key: &str, value: &str) -> bool {
    let is_public = published::is_browser_key(key, value) || published::is_firebase_config(value);
    !is_public && has_shape(value)
}

/// Whether a text holds a credential that is recognised by its shape alone.
pub(super) fn has_shape(text: &str) -> bool {
    let is_key = text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----");
    is_key || hidden::has_shape(&text.lines().map(without_exempt).collect::<Vec<_>>().join("\n"))
}

/// A line with a reference in the place of what has the shape of a credential and is none: a reference to one, that of
/// a server on the same machine, one that is public by design.
fn without_exempt(line: &str) -> String {
    let is_exempt = |range: &Range<usize>| {
        let (secret, after) = (&line[range.clone()], &line[range.end..]);
        let stays_here = ["@localhost", "@127.", "@[::1]", "@0.0.0.0"]
            .iter()
            .any(|host| after.starts_with(host));
        let is_public = published::is_for_browsers(secret)
            || line
                .split(|c: char| c.is_whitespace() || "\"',=".contains(c))
                .any(|word| word.contains(secret) && published::is_for_browsers(word));
        stays_here || is_public || is_reference(secret) || is_placeholder(secret)
    };
    let mut line_without = line.to_owned();
    for range in credential::shapes_in(line).into_iter().filter(is_exempt).rev() {
        line_without.replace_range(range, "${EXEMPT}");
    }
    line_without
}

/// What of a shell command is a credential: `NAME=value`, `--password value`, and what is one by its shape.
pub(super) fn in_command(command: &str) -> Option<String> {
    let pieces = pieces::of_command(command);
    let named = named(&pieces).map(|name| format!("a value for `{name}`"));
    named.or_else(|| has_shape(command).then(|| "a credential".to_owned()))
}

/// The envs of a spec, and the commands (`run_command` of `web`), in which a credential stands in plain text.
pub(super) fn places(spec: &Value) -> Vec<String> {
    let components = component::components(spec);
    let owners = std::iter::once(spec).chain(components.iter().map(|component| component.value));
    let mut places: Vec<String> = Vec::new();
    for owner in owners {
        for it in env::list(owner) {
            let literal = env::value(it).filter(|value| !env::is_encrypted(value) && !env::is_bound(value));
            let secret = |value: &str| env::is_secret(it) && !is_harmless(value);
            if literal.is_some_and(|value| secret(value) || is_plain(env::key(it), value)) {
                places.push(format!("`{}`", env::key(it)));
            }
        }
    }
    for component in &components {
        for field in COMMANDS {
            if component
                .text(field)
                .is_some_and(|command| in_command(command).is_some())
            {
                places.push(format!("`{field}` of `{}`", component.name));
            }
        }
    }
    places.extend(in_fields(spec, &|_| false));
    let mut seen = Vec::new();
    places.retain(|place| {
        let new = !seen.contains(place);
        seen.push(place.clone());
        new
    });
    places
}

/// The fields beside envs and commands in which a credential stands in plain text, or one that `is_known`.
pub(super) fn in_fields(spec: &Value, is_known: &dyn Fn(&str) -> bool) -> Vec<String> {
    let components = component::components(spec);
    let names: Vec<String> = components.iter().map(|it| format!("`{}`", it.name)).collect();
    let owned = names
        .iter()
        .map(String::as_str)
        .zip(components.iter().map(|it| it.value));
    let mut places = Vec::new();
    for (owner, value) in std::iter::once(("the app", spec)).chain(owned) {
        fields(owner, "", value, is_known, &mut places);
    }
    places
}

/// Registry credentials, tokens of log destinations, clone URLs with a password.
fn fields(owner: &str, key: &str, value: &Value, is_known: &dyn Fn(&str) -> bool, places: &mut Vec<String>) {
    match value {
        Value::String(text) if env::is_encrypted(text) || COMMANDS.contains(&key) => {}
        Value::String(text) if (is_credential(key) && !is_harmless(text)) || has_shape(text) || is_known(text) => {
            places.push(format!("`{key}` of {owner}"));
        }
        // The components have a turn of their own, and so have envs.
        Value::Array(_) if key == "envs" || Kind::ALL.iter().any(|kind| kind.key() == key) => {}
        Value::Array(items) => items.iter().for_each(|item| fields(owner, key, item, is_known, places)),
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| fields(owner, key, value, is_known, places)),
        _ => {}
    }
}

/// The fields of a component that are commands.
pub(super) const COMMANDS: [&str; 2] = ["run_command", "build_command"];

#[cfg(test)]
mod tests;
