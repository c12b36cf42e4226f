//! Values that are secret and stand in a file as they are: nothing that people read, and no preview, may have them.

use super::credentials;
use super::env::Env;
use super::env::notation::Notation;
use super::literal::{is_address, is_harmless};
use crate::redact::{Redactor, Secret};

/// Shortest value that is hidden because of its env's name alone.
const LONG: usize = 12;

/// The secrets of an env: it is declared as one, its name says so, or its value is a connection string. What the platform
/// has encrypted or fills in is none of them.
pub(crate) fn of_env(env: &Env<'_>, notation: &dyn Notation) -> Vec<Secret> {
    let value = env.value;
    if value.is_empty() || notation.is_encrypted(value) || notation.is_filled_in(value) {
        return Vec::new();
    }
    if env.is_secret {
        // `<REQUIRED>` in the place of a secret may stand in the place of anything else, too.
        return Secret::new(value)
            .filter(|_| !is_left_open(value))
            .into_iter()
            .collect();
    }
    let mut secrets: Vec<Secret> = Secret::in_connection(value).into_iter().collect();
    // A shorter one may be a word of the logs.
    if value.len() >= LONG
        && credentials::is_plain(env.key, value, notation)
        && !credentials::env_has_shape(env.key, value, notation)
    {
        secrets.extend(Secret::new(value));
    }
    secrets
}

/// Knows those of the secrets that are too long to be a word: nothing else may hold them either, in whatever form.
pub(crate) fn known(secrets: &[Secret]) -> Redactor {
    let redactor = Redactor::new();
    let is_long = |value: &str| value.len() >= LONG && !is_harmless(value) && !is_address(value);
    for secret in secrets.iter().filter(|it| is_long(it.expose())) {
        let _forms = redactor.register(secret);
    }
    redactor
}

/// `<REQUIRED>`, `<your key>`
fn is_left_open(value: &str) -> bool {
    value.starts_with('<') && value.ends_with('>')
}
