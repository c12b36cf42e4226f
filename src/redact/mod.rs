//! Secrets as a type, and the redactor that keeps them out of everything printed.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regex_lite::Regex;

const HIDDEN: &str = "***";

/// What URLs encode: everything but RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Shorter values hide too much: masking `1` or `main` would blank every log.
const SHORTEST_MASKED: usize = 6;

/// Shortest field of a JSON secret that is hidden by itself: `type` and `region` are no secrets.
const LONG: usize = 16;

/// The value as JSON encoders print it, with and without characters beyond ASCII, and printed so a second time.
fn json_forms(value: &str) -> Vec<String> {
    let inside = |text: &str| {
        let quoted = serde_json::Value::from(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let ascii = |text: &str| {
        let mut ascii = String::new();
        for c in text.chars() {
            if c.is_ascii() {
                ascii.push(c);
            } else {
                let mut units = [0; 2];
                ascii.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
            }
        }
        ascii
    };
    let once = inside(value);
    vec![ascii(&once), inside(&once), once]
}

/// A value that is never printed: `Debug` shows `***`, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// `None` for a value that is empty after trimming: a variable that is set but empty counts as missing.
    pub(crate) fn new(value: &str) -> Option<Self> {
        let value = value.trim();
        (!value.is_empty()).then(|| Self(value.to_owned()))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Every form in which the value may turn up: itself, its lines, URL-encoded, base64, and the password of a
    /// connection string.
    pub(crate) fn forms(&self) -> Vec<String> {
        let mut forms = vec![
            self.0.clone(),
            utf8_percent_encode(&self.0, ENCODED).to_string(),
            base64::engine::general_purpose::STANDARD.encode(&self.0),
            base64::engine::general_purpose::STANDARD_NO_PAD.encode(&self.0),
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&self.0),
        ];
        forms.extend(json_forms(&self.0));
        if let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(&self.0) {
            // A service account and the like: its fields are secrets of their own, wherever they are printed.
            let fields = fields
                .values()
                .filter_map(serde_json::Value::as_str)
                .filter(|field| field.len() >= LONG);
            forms.extend(fields.flat_map(|field| json_forms(field).into_iter().chain([field.to_owned()])));
        }
        forms.extend(self.0.lines().map(|line| line.trim().to_owned()));
        if let Ok(url) = url::Url::parse(&self.0)
            && let Some(password) = url.password()
        {
            let decoded = percent_encoding::percent_decode_str(password)
                .decode_utf8_lossy()
                .into_owned();
            forms.extend([password.to_owned(), decoded]);
        }
        forms.retain(|form| form.len() >= SHORTEST_MASKED);
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        forms
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

/// Knows every secret of this run, and the shapes of those that only the platform knows. Cheap to clone; all clones
/// learn together.
#[derive(Clone)]
pub(crate) struct Redactor {
    known: Arc<RwLock<Vec<String>>>,
    credentials_in_url: Arc<Regex>,
    token_shapes: Arc<Regex>,
}

impl Redactor {
    pub(crate) fn new() -> Self {
        let compile = |pattern| Arc::new(Regex::new(pattern).expect("the pattern is a constant that compiles"));
        Self {
            known: Arc::default(),
            credentials_in_url: compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s:/?#@]*):([^\s/?#@]+)@"),
            token_shapes: compile(
                r"\b(?:dop|doo|dor)_v1_[0-9a-f]{16,}|\bgh[opsur]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bFlyV1 [A-Za-z0-9+/=_,-]{20,}|EV\[1:[^\]\s]*\]",
            ),
        }
    }

    /// From now on none of the secret's forms is printed.
    pub(crate) fn register(&self, secret: &Secret) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(secret.forms());
        known.sort_by_key(|form| std::cmp::Reverse(form.len()));
        known.dedup();
    }

    /// The text without secrets.
    pub(crate) fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.known.read().unwrap_or_else(PoisonError::into_inner).iter() {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), HIDDEN);
            }
        }
        let text = self.credentials_in_url.replace_all(&text, "$1:***@");
        self.token_shapes.replace_all(&text, HIDDEN).into_owned()
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

#[cfg(test)]
mod tests {
    use super::{Redactor, Secret};

    #[test]
    fn hides_a_secret_in_every_form_it_may_appear() {
        let redactor = Redactor::new();
        redactor.register(&Secret::new("p@ss word/1").expect("not empty"));
        for text in ["p@ss word/1", "p%40ss%20word%2F1", "cEBzcyB3b3JkLzE="] {
            assert_eq!(redactor.clean(&format!("x {text} y")), "x *** y");
        }
    }

    #[test]
    fn hides_the_password_of_a_known_connection_string_alone() {
        let redactor = Redactor::new();
        redactor.register(&Secret::new("postgres://app:hunter%2B22@db:5432/x").expect("not empty"));
        assert_eq!(redactor.clean("password hunter+22 refused"), "password *** refused");
    }

    #[test]
    fn hides_a_secret_that_a_program_printed_as_json() {
        let redactor = Redactor::new();
        redactor.register(&Secret::new("p4ss\"wörd").expect("not empty"));
        redactor.register(
            &Secret::new("{\"type\": \"account\", \"private_key\": \"MIIEvQIBADANBg-x\"}").expect("not empty"),
        );
        for text in [
            r#"p4ss\"wörd"#,
            r#"p4ss\"w\u00f6rd"#,
            r#"{\"type\": \"account\", \"private_key\": \"MIIEvQIBADANBg-x\"}"#,
            "MIIEvQIBADANBg-x",
        ] {
            assert_eq!(redactor.clean(&format!("x {text} y")), "x *** y");
        }
    }

    #[test]
    fn hides_by_shape_what_only_the_platform_knows() {
        let redactor = Redactor::new();
        assert_eq!(redactor.clean("mysql://u:secretpw@h/d"), "mysql://u:***@h/d");
        assert_eq!(
            redactor.clean(&format!("dop_v1_{}", "0123456789abcdef".repeat(4))),
            "***"
        );
    }

    #[test]
    fn leaves_short_values_readable() {
        let redactor = Redactor::new();
        redactor.register(&Secret::new("main").expect("not empty"));
        assert_eq!(redactor.clean("branch main"), "branch main");
    }
}
