//! Credentials that stand in a file in plain text: by their shape, or by the name of their env.

use std::ops::Range;

use super::env::notation::Notation;
use super::hidden;
use super::literal::{is_address, is_harmless, is_placeholder, is_reference, is_stand_in};
use super::pieces::{self, Piece};
use super::secret_names;
use crate::redact::credential::{self, Promise};
use crate::redact::{has_long_run, is_code, published};
use base64::Engine as _;

/// Whether this literal value of this env looks like a credential.
pub(crate) fn is_plain(key: &str, value: &str, notation: &dyn Notation) -> bool {
    let value = value.trim();
    if notation.is_encrypted(value) || published::is_browser_key(key, value) || published::is_firebase_config(value) {
        return false;
    }
    has_shape(value, notation)
        || decoded(value).is_some_and(|text| has_shape(&text, notation))
        || holds_fields(value, notation)
        || is_single(key, value, notation)
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
fn is_single(key: &str, value: &str, notation: &dyn Notation) -> bool {
    if notation.is_encrypted(value) || notation.is_filled_in(value) && is_reference(value) {
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
fn holds_fields(value: &str, notation: &dyn Notation) -> bool {
    named(&pieces::of_value(value), notation).is_some()
}

/// The name of the first of these that has a credential for its value.
fn named<'a>(pieces: &'a [Piece], notation: &dyn Notation) -> Option<&'a str> {
    pieces
        .iter()
        .find(|piece| is_credential_piece(piece, notation))
        .map(|piece| piece.name.as_str())
}

fn is_credential_piece(piece: &Piece, notation: &dyn Notation) -> bool {
    let value = piece.value.trim_matches(['"', '\'', ',']);
    let is_value = !is_reference(value) && !is_stand_in(value) && !is_code(value, &piece.name);
    !piece.name.is_empty() && is_value && is_single(&piece.name, value, notation)
}

/// The credentials that a command holds by their names.
pub(crate) fn values_in_command(command: &str, notation: &dyn Notation) -> Vec<String> {
    let pieces = pieces::of_command(command).into_iter();
    let found = pieces.filter(|piece| is_credential_piece(piece, notation));
    found.map(|piece| piece.value).collect()
}

/// Whether an env holds a credential that is recognised by its shape alone.
pub(crate) fn env_has_shape(key: &str, value: &str, notation: &dyn Notation) -> bool {
    let is_public = published::is_browser_key(key, value) || published::is_firebase_config(value);
    !is_public && has_shape(value, notation)
}

/// Whether a text holds a credential that is recognised by its shape alone.
pub(crate) fn has_shape(text: &str, notation: &dyn Notation) -> bool {
    let is_key = text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----");
    is_key
        || hidden::has_shape(
            &text.lines().map(without_exempt).collect::<Vec<_>>().join("\n"),
            notation,
        )
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
pub(crate) fn in_command(command: &str, notation: &dyn Notation) -> Option<String> {
    let pieces = pieces::of_command(command);
    let named = named(&pieces, notation).map(|name| format!("a value for `{name}`"));
    named.or_else(|| has_shape(command, notation).then(|| "a credential".to_owned()))
}

#[cfg(test)]
mod tests;
