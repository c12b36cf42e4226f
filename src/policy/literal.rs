//! What a literal value can be other than a credential: a number, a switch, a path, something still to be filled in.

use crate::redact::has_long_run;

/// What people write where a value is still to come, without `-`, `_` and spaces.
const PLACEHOLDERS: [&str; 13] = [
    "changeme",
    "changethis",
    "replaceme",
    "replacethis",
    "replacewith",
    "placeholder",
    "enteryour",
    "addyour",
    "insertyour",
    "setme",
    "notset",
    "tobeset",
    "setindashboard",
];
const WHOLE_PLACEHOLDERS: [&str; 10] = [
    "none",
    "null",
    "nil",
    "undefined",
    "unset",
    "na",
    "n/a",
    "tbd",
    "todo",
    "...",
];

/// Empty, a number, a duration, a switch, or something that a person has still to fill in.
pub(crate) fn is_harmless(value: &str) -> bool {
    value.is_empty()
        || is_number(value)
        || is_duration(value)
        || is_switch(value)
        || is_placeholder(value)
        || is_name(value)
        || is_dummy(value)
}

/// What stands where nothing real is needed: `dummy`, `not-needed`, `test`, `example_key`.
fn is_dummy(value: &str) -> bool {
    const DUMMIES: [&str; 16] = [
        "dummy",
        "test",
        "testing",
        "example",
        "sample",
        "fake",
        "foo",
        "bar",
        "demo",
        "placeholder",
        "unused",
        "unneeded",
        "ignored",
        "noop",
        "mock",
        "stub",
    ];
    const BESIDE: [&str; 24] = [
        "not",
        "needed",
        "used",
        "required",
        "applicable",
        "for",
        "build",
        "only",
        "here",
        "a",
        "an",
        "my",
        "key",
        "api",
        "token",
        "secret",
        "password",
        "value",
        "string",
        "local",
        "dev",
        "development",
        "ci",
        "this",
    ];
    let lower = value.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['-', '_', ' ']).filter(|word| !word.is_empty()).collect();
    let is_refused = words.starts_with(&["not"]) && words.len() > 1;
    (is_refused || words.iter().any(|word| DUMMIES.contains(word)))
        && words.iter().all(|word| DUMMIES.contains(word) || BESIDE.contains(word))
}

fn is_number(value: &str) -> bool {
    let digits = value.replace(['_', ','], "");
    digits.parse::<f64>().is_ok_and(f64::is_finite) && !digits.chars().any(char::is_alphabetic)
}

/// `15m`, `1h 30m`, `30 days`, `PT15M`, `10MB`.
fn is_duration(value: &str) -> bool {
    let iso = value.strip_prefix('P').unwrap_or(value).replace('T', "");
    let parts: String = iso
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_digit() || c == '.' { ' ' } else { c })
        .collect();
    const UNITS: [&str; 29] = [
        "ns", "us", "ms", "s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minute", "minutes", "h",
        "hour", "hours", "d", "day", "days", "w", "week", "weeks", "month", "months", "y", "k", "kb", "mb", "gb",
    ];
    iso.starts_with(|c: char| c.is_ascii_digit()) && parts.split_whitespace().all(|unit| UNITS.contains(&unit))
}

/// `$OTHER`, a header's name, and what a browser's `credentials` can be.
/// <https://developer.mozilla.org/docs/Web/API/Request/credentials>
fn is_name(value: &str) -> bool {
    let variable = value.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    });
    let header = value.starts_with("X-") && value.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    variable || header || ["same-origin", "include", "omit"].contains(&value)
}

fn is_switch(value: &str) -> bool {
    const SWITCHES: [&str; 10] = [
        "true", "false", "yes", "no", "on", "off", "enabled", "disabled", "required", "optional",
    ];
    SWITCHES.iter().any(|switch| value.eq_ignore_ascii_case(switch))
}

pub(crate) fn is_placeholder(value: &str) -> bool {
    let inside =
        |open: &str, close: &str| value.len() > open.len() && value.starts_with(open) && value.ends_with(close);
    if value.contains("${") || value.contains("{{") || inside("<", ">") || inside("__", "__") || inside("%", "%") {
        return true;
    }
    let plain = value.to_ascii_lowercase().replace(['-', '_', ' '], "");
    plain.starts_with("your")
        || PLACEHOLDERS.iter().any(|word| plain.contains(word))
        || WHOLE_PLACEHOLDERS.contains(&plain.as_str())
}

/// `$NAME`, `${NAME}`, `$(command)`: where a value comes from is not the value.
pub(crate) fn is_reference(value: &str) -> bool {
    value.starts_with(['$', '`', '<', '%'])
}

/// A path, or a URL without a credential in it.
pub(crate) fn is_address(value: &str) -> bool {
    // Base64 has a slash for its first character, too, once in 64.
    let path = value.starts_with('/')
        && value.contains(|c: char| c.is_ascii_alphabetic())
        && !value.contains(['+', '='])
        && !value.split('/').any(has_long_run);
    let is_file = |end: &&str| value.ends_with(*end) && !value.contains(char::is_whitespace);
    let file = [".json", ".pem", ".key", ".crt", ".p12", ".jks", ".txt"]
        .iter()
        .any(is_file);
    path || file
        || value.starts_with("~/")
        || value.starts_with("./")
        || value.starts_with("https://")
        || value.starts_with("http://")
}

/// What a build gets in place of the real thing: `SECRET_KEY_BASE=dummy rails assets:precompile`.
pub(crate) fn is_stand_in(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let parts = [
        "dummy",
        "fake",
        "placeholder",
        "example",
        "precompile",
        "notused",
        "unused",
        "not-used",
    ];
    // A password may have them inside: `Latest-Build_8821`.
    let mut words = lower.split(|c: char| !c.is_ascii_alphabetic());
    let is_of_a_build = words.any(|word| ["test", "testing", "build"].contains(&word)) && !has_digit_inside(&lower);
    is_of_a_build || parts.iter().any(|part| lower.contains(part)) || value.chars().all(|c| c == 'x' || c == 'X')
}

fn has_digit_inside(value: &str) -> bool {
    value
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .contains(|c: char| c.is_ascii_digit())
        || value.bytes().filter(u8::is_ascii_digit).count() > 3
}

/// Whether a URL has a password that is no bindable variable.
pub(crate) fn has_password(url: &url::Url) -> bool {
    url.password()
        .is_some_and(|password| !password.contains("${") && !password.starts_with("$%7B"))
}
