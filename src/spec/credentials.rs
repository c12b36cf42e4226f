//! Credentials that stand in a spec in plain text: by their shape, or by the name of their env.

use std::ops::Range;

use serde_json::Value;

use super::{component, env};
use crate::redact::credential::{self, Promise};

/// What front ends compile into the page that everybody loads: a name says nothing there.
const PUBLISHED: [&str; 9] = [
    // https://nextjs.org/docs/app/guides/environment-variables#bundling-environment-variables-for-the-browser
    "NEXT_PUBLIC_",
    // https://vite.dev/guide/env-and-mode#env-variables
    "VITE_",
    // https://create-react-app.dev/docs/adding-custom-environment-variables/
    "REACT_APP_",
    // https://docs.expo.dev/guides/environment-variables/
    "EXPO_PUBLIC_",
    // https://nuxt.com/docs/4.x/guide/going-further/runtime-config
    "NUXT_PUBLIC_",
    // https://svelte.dev/docs/kit/$env-dynamic-public, https://docs.astro.build/en/guides/environment-variables/
    "PUBLIC_",
    // https://www.gatsbyjs.com/docs/how-to/local-development/environment-variables/
    "GATSBY_",
    // https://cli.vuejs.org/guide/mode-and-env.html#environment-variables
    "VUE_APP_",
    "NG_APP_",
];

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

/// Whether this literal value of this env looks like a credential.
pub(super) fn is_plain(key: &str, value: &str) -> bool {
    let value = value.trim();
    if is_harmless(value) || env::is_encrypted(value) {
        return false;
    }
    if has_shape(value) {
        return true;
    }
    if PUBLISHED.iter().any(|prefix| key.starts_with(prefix)) {
        return false;
    }
    match credential::promise(key) {
        Promise::Credential => !is_address(value),
        Promise::Maybe => !is_address(value) && looks_random(value),
        Promise::Nothing => false,
    }
}

/// Whether a text holds a credential that is recognised by its shape alone.
pub(super) fn has_shape(text: &str) -> bool {
    let is_key = text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----");
    is_key || text.lines().any(|line| shape(line).is_some())
}

/// Where a line holds a credential, and neither a reference to one nor that of a server on the same machine.
fn shape(line: &str) -> Option<Range<usize>> {
    credential::shapes_in(line).into_iter().find(|range| {
        let (secret, after) = (&line[range.clone()], &line[range.end..]);
        let stays_here = ["@localhost", "@127.", "@[::1]", "@0.0.0.0"]
            .iter()
            .any(|host| after.starts_with(host));
        !stays_here && !is_reference(secret) && !is_placeholder(secret)
    })
}

/// Words of a shell command that are a credential: `NAME=value` and `--password=value`, and what is one by its shape.
pub(super) fn in_command(command: &str) -> Option<String> {
    if has_shape(command) {
        return Some("a credential".to_owned());
    }
    let words = command.split(|c: char| c.is_whitespace() || ";&|()".contains(c));
    words.filter_map(|word| word.split_once('=')).find_map(|(name, value)| {
        let name = name.trim_matches(['"', '\'']).trim_start_matches('-');
        let value = value.trim_matches(['"', '\'']);
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
        (is_name && !is_reference(value) && is_plain(name, value)).then(|| format!("a value for `{name}`"))
    })
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
    for component in components {
        for field in COMMANDS {
            if component
                .text(field)
                .is_some_and(|command| in_command(command).is_some())
            {
                places.push(format!("`{field}` of `{}`", component.name));
            }
        }
    }
    let mut seen = Vec::new();
    places.retain(|place| {
        let new = !seen.contains(place);
        seen.push(place.clone());
        new
    });
    places
}

/// The fields of a component that are commands.
pub(super) const COMMANDS: [&str; 2] = ["run_command", "build_command"];

/// Empty, a number, a duration, a switch, or something that a person has still to fill in.
fn is_harmless(value: &str) -> bool {
    value.is_empty() || is_number(value) || is_duration(value) || is_switch(value) || is_placeholder(value)
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
    const UNITS: [&str; 27] = [
        "ns", "us", "ms", "s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minute", "minutes", "h",
        "hour", "hours", "d", "day", "days", "w", "week", "weeks", "month", "months", "y", "kb", "mb",
    ];
    iso.starts_with(|c: char| c.is_ascii_digit()) && parts.split_whitespace().all(|unit| UNITS.contains(&unit))
}

fn is_switch(value: &str) -> bool {
    const SWITCHES: [&str; 10] = [
        "true", "false", "yes", "no", "on", "off", "enabled", "disabled", "required", "optional",
    ];
    SWITCHES.iter().any(|switch| value.eq_ignore_ascii_case(switch))
}

fn is_placeholder(value: &str) -> bool {
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
fn is_reference(value: &str) -> bool {
    value.starts_with(['$', '`', '<', '%'])
}

/// A path, or a URL without a credential in it.
fn is_address(value: &str) -> bool {
    let path =
        value.starts_with('/') && value.contains(|c: char| c.is_ascii_alphabetic()) && !value.contains(['+', '=']);
    path || value.starts_with("./") || value.starts_with("https://") || value.starts_with("http://")
}

/// A long run of letters and digits, as no person makes it up.
fn looks_random(value: &str) -> bool {
    let runs = value.split(|c: char| !c.is_ascii_alphanumeric());
    value.len() >= 16
        && runs
            .filter(|run| run.len() >= 12)
            .any(|run| run.contains(|c: char| c.is_ascii_digit()) && run.contains(|c: char| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn credentials_are_known_by_shape_or_by_name() {
        let stripe = format!("sk_{}_{}", "live", "a1B2c3D4e5F6g7H8");
        for (key, value) in [
            ("ANYTHING", stripe.as_str()),
            ("NEXT_PUBLIC_STRIPE", stripe.as_str()),
            ("MAIL", "smtp://app:hunter22@mail.example:587"),
            ("JWT_SECRET", "keyboard cat"),
            ("SECRET_KEY", "django-insecure-abc"),
            ("SMTP_PASS", "hunter22"),
            ("adminPassword", "letmein"),
            ("APP_KEY", "base64:c2VjcmV0c2VjcmV0MTIzNDU2Nzg5MA=="),
            ("API_KEY", "abc"),
            (
                "PEM",
                "-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----",
            ),
            ("WEBHOOK_SECRET", "xxxxxxxxx"),
        ] {
            assert!(is_plain(key, value), "{key}={value}");
        }
    }

    #[test]
    fn settings_of_credentials_are_none() {
        for (key, value) in [
            ("TOKEN_TTL", "abc"),
            ("PASSWORD_MIN_LENGTH", "12"),
            ("ACCESS_TOKEN", "3600"),
            ("JWT_SECRET", ""),
            ("REFRESH_TOKEN", "30 days"),
            ("REFRESH_TOKEN", "1h30m"),
            ("REFRESH_TOKEN", "PT15M"),
            ("REQUIRE_PASSWORD", "true"),
            ("JWT_SECRET", "${JWT_SECRET}"),
            ("JWT_SECRET", "<REQUIRED>"),
            ("JWT_SECRET", "CHANGE_ME"),
            ("NEXTAUTH_SECRET", "your-nextauth-secret-key-here-change-in-production"),
            ("RESET_PASSWORD", "https://shop.example/reset"),
            ("DB_PASSWORD", "/run/secrets/db"),
            ("CACHE_KEY", "v1-products-by-page"),
            ("NEXT_PUBLIC_API_KEY", "abc123"),
            ("VITE_TOKEN", "abc"),
            ("REACT_APP_SECRET", "abc"),
            ("EXPO_PUBLIC_API_KEY", "abc"),
            ("NUXT_PUBLIC_TOKEN", "abc"),
            ("PUBLIC_API_KEY", "abc"),
            ("URL", "postgresql://user:pass@localhost/notused"),
            ("URL", "https://${USER}:${PASSWORD}@shop.example"),
            ("API_KEY", "EV[1:a:b]"),
        ] {
            assert!(!is_plain(key, value), "{key}={value}");
        }
    }

    #[test]
    fn a_command_can_hold_one_too() {
        for command in [
            "psql postgres://app:hunter22@db.example/shop",
            "API_TOKEN=abc123 ./serve",
            "env 'ADMIN_PASSWORD=abc' ./serve",
            "./serve --password=abc",
        ] {
            assert!(in_command(command).is_some(), "{command}");
        }
        for command in [
            "./serve --password=$PASSWORD",
            "API_TOKEN=${API_TOKEN} ./serve",
            "DATABASE_URL=postgresql://x:y@localhost:5432/x npx prisma generate",
            "TOKEN_TTL=60 gunicorn app:app --bind 0.0.0.0:$PORT",
        ] {
            assert_eq!(in_command(command), None, "{command}");
        }
    }

    #[test]
    fn the_places_are_named_once_and_their_values_never() {
        let spec = json!({
            "envs": [{"key": "JWT_SECRET", "value": "hunter22"}],
            "services": [{
                "name": "web",
                "run_command": "API_TOKEN=hunter22 ./serve",
                "envs": [
                    {"key": "JWT_SECRET", "value": "hunter22"},
                    {"key": "GIVEN", "type": "SECRET", "value": "hunter22"},
                    {"key": "KEPT", "type": "SECRET", "value": "EV[1:a:b]"},
                    {"key": "BOUND", "type": "SECRET", "value": "${db.PASSWORD}"},
                    {"key": "LEVEL", "value": "info"},
                ],
            }],
        });
        assert_eq!(places(&spec), ["`JWT_SECRET`", "`GIVEN`", "`run_command` of `web`"]);
    }
}
