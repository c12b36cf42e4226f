//! What people may read of an app spec's envs, commands and other texts.

use std::borrow::Cow;

use super::notation::APP_SPEC;
pub(super) use crate::policy::hidden::MASK;
use crate::policy::{hidden, shown};

/// A value of an env.
pub(super) fn of_env(key: &str, value: &str) -> String {
    shown::of_env(key, value, APP_SPEC)
}

/// A command.
pub(super) fn of_command(command: &str) -> String {
    shown::of_command(command, APP_SPEC)
}

/// A text of which nothing but its shape is known.
pub(super) fn by_shape(text: &str) -> String {
    hidden::by_shape(text, APP_SPEC)
}

/// A ciphertext, or a URL with its password hidden.
pub(super) fn without_password(text: &str) -> Cow<'_, str> {
    hidden::without_password(text, APP_SPEC)
}
