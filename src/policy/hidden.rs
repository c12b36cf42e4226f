//! What is hidden of a text that people may read, whatever is known of the app: the one list of what a credential is.
//! The planner asks the same question, so that what is printed as `***` is never sent to a preview; the password of a store
//! that is a component of the preview itself is the exception.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::env::notation::Notation;
use super::literal::{has_password, is_address, is_harmless, is_reference, is_stand_in};
use crate::redact::{Redactor, Secret, is_code};

pub(crate) const MASK: &str = "***";

/// Knows no secret, and hides what looks like one.
static SHAPES: LazyLock<Redactor> = LazyLock::new(Redactor::new);

/// Whether something of the text is hidden because of its shape.
pub(crate) fn has_shape(text: &str, notation: &dyn Notation) -> bool {
    if is_local(text) {
        return false;
    }
    let is_value = |value: &str| {
        let is_other = is_harmless(value) || is_address(value) || is_reference(value) || is_code(value, "");
        !is_other && !is_stand_in(value)
    };
    matches!(without_password(text, notation), Cow::Owned(_))
        || SHAPES.clean(text) != text
        || Secret::in_connection(text)
            .iter()
            .any(|password| is_value(password.expose()))
}

/// A text as people may read it where nothing but its shape is known.
pub(crate) fn by_shape(text: &str, notation: &dyn Notation) -> String {
    let shown = without_password(text, notation).into_owned();
    let redactor = Redactor::new();
    for password in Secret::in_connection(text) {
        let _forms = redactor.register(&password);
    }
    redactor.clean(&shown)
}

/// Whether a text holds one of the values that `known` was given, in any form; beyond what its shape hides.
pub(crate) fn holds(known: &Redactor, text: &str) -> bool {
    known.clean(text) != SHAPES.clean(text)
}

/// A ciphertext, or a URL with its password hidden.
pub(crate) fn without_password<'a>(text: &'a str, notation: &dyn Notation) -> Cow<'a, str> {
    if notation.is_encrypted(text) {
        return Cow::Owned(MASK.to_owned());
    }
    if text.contains("://")
        && let Ok(mut url) = url::Url::parse(text)
        && has_password(&url)
        && url.set_password(Some(MASK)).is_ok()
    {
        return Cow::Owned(url.to_string());
    }
    Cow::Borrowed(text)
}

/// The URL of a server on the same machine: its password opens nothing.
fn is_local(text: &str) -> bool {
    let url = url::Url::parse(text).ok();
    let host = url.as_ref().and_then(|url| url.host_str());
    host.is_some_and(|host| host == "localhost" || host.starts_with("127.") || ["[::1]", "0.0.0.0"].contains(&host))
        && url.is_some_and(|url| url.query().is_none())
}

#[cfg(test)]
mod tests {
    use super::{by_shape, has_shape};
    use crate::policy::env::tests::BRACES;

    #[test]
    fn what_is_printed_as_hidden_is_a_credential() {
        for text in [
            "smtp://no-reply@acme.io:hunter33@smtp.acme.io:587",
            "https://bob@acme.io:hunter33@acme.io/x",
            "sftp://bob@acme.io:hunter33@acme.io",
            "app:hunter66@db.internal.acme.io/shop",
            "bob:hunter55@metrics.acme.io:9090",
            "smtp://app:hun/ter22@smtp.acme.io",
            "smtp://app:hun#ter22@smtp.acme.io",
            "smtps://app:hun?ter22@smtp.acme.io",
            "ftp://app:hun/ter22@ftp.acme.io",
            "https://hunter22@git.acme.io/x.git",
            "https://x.acme.io/?pass=hunter22",
            "https://x.acme.io/?auth=hunter22",
            "https://x.acme.io/?passwd=hunter22",
            "/health?token=hunter22",
            "cG9zdGdyZXM6Ly9hcHA6aHVudGVyMjJAZGIuYWNtZS5pby9zaG9w",
        ] {
            assert!(has_shape(text, BRACES), "{text}");
            let shown = by_shape(text, BRACES);
            assert!(!shown.contains("hun") && shown.contains("***"), "{text}: {shown}");
        }
        for text in [
            "Contact: support@acme.io",
            "mailto:support@acme.io",
            "Shop <no-reply@acme.io>",
            "registry.acme.io/shop:v1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "npm:left-pad@1.2.3",
            "git@github.com:acme/shop.git",
            "PWD=/app make",
            "smtp://app@acme.io:hunter22@localhost:1025",
            "https://shop.acme.io/?page=2",
            "https://${USER}:${PASSWORD}@shop.acme.io",
            "12:30-13:00@weekdays",
            "info,shop=debug",
        ] {
            assert!(!has_shape(text, BRACES), "{text}");
        }
    }
}
