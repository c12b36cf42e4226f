//! A value that only says that another is to take its place: `${APP_KEY}`, `$APP_KEY`, `{{ APP_KEY }}`, `<APP_KEY>`.

use super::env::{self, Binding};

/// What opens and closes one, the longest first.
const FENCES: [(&str, &str); 7] = [
    ("${{", "}}"),
    ("{{", "}}"),
    ("${", "}"),
    ("$(", ")"),
    ("#{", "}"),
    ("<%", "%>"),
    ("<", ">"),
];
/// The same around a name in capitals only: anything else may be what somebody has chosen.
const NAME_FENCES: [&str; 3] = ["__", "@", "%"];

/// What other programs call the place of their own variables: `${env.HOME}` of Maven, `${secrets.KEY}` of a workflow.
const FOREIGN: [&str; 9] = [
    "env", "ENV", "sys", "process", "secrets", "vars", "github", "settings", "project",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placeholder<'a> {
    /// The variable that it names, if that can be told.
    pub(super) variable: Option<&'a str>,
}

/// The placeholder that is the whole of a value. What the platform fills in is none, and neither is `${web.NAME}`.
pub(super) fn whole(value: &str) -> Option<Placeholder<'_>> {
    let value = value.trim();
    if let Some(name) = value.strip_prefix('$').filter(|name| is_capital(name)) {
        return Some(Placeholder { variable: Some(name) });
    }
    for fence in NAME_FENCES {
        let inner = value.strip_prefix(fence).and_then(|rest| rest.strip_suffix(fence));
        if let Some(name) = inner.filter(|name| is_capital(name)) {
            return Some(Placeholder { variable: Some(name) });
        }
    }
    let (open, inner) = FENCES.iter().find_map(|(open, close)| {
        let inner = value.strip_prefix(open)?.strip_suffix(close)?.trim();
        Some((*open, inner))
    })?;
    let is_one = !inner.is_empty() && !inner.contains(['{', '}', '<', '>', '\n']);
    if !is_one || (open == "${" && env::is_bound(value)) {
        return None;
    }
    let name = match open {
        // `{{ secrets.APP_KEY }}`, `{{ .Env.APP_KEY | quote }}`.
        "${{" | "{{" => {
            let path = inner.split('|').next().unwrap_or(inner).trim();
            path.rsplit('.').next().unwrap_or(path)
        }
        // `${APP_KEY:-none}`, `${APP_KEY:?missing}`.
        "${" => inner.split(':').next().unwrap_or(inner),
        _ => inner,
    };
    let is_variable = if open == "<" { is_capital(name) } else { is_name(name) };
    Some(Placeholder {
        variable: is_variable.then_some(name),
    })
}

/// Every `${…}` in a value that App Platform does not fill in: what it would is left out, whether it exists or not.
pub(super) fn parts(value: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for (whole, inner) in env::braced(value) {
        let is_one = inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !inner.contains(['{', '\n']);
        if is_one && !is_the_platforms(whole) && !parts.contains(&whole) {
            parts.push(whole);
        }
    }
    parts
}

/// Whether a part of a value is `${APP_URL}` or the like, or a binding as `${db.DATABASE_URL}`.
fn is_the_platforms(part: &str) -> bool {
    match env::bindings(part).first() {
        Some(binding) => is_meant_for_platform(binding),
        None => env::is_bound(part),
    }
}

/// Whether a binding is written as App Platform's are: `${db.DATABASE_URL}`, and not `${spring.port}`, `${env.HOME}` or
/// the inside of `${{secrets.KEY}}`.
pub(super) fn is_meant_for_platform(binding: &Binding<'_>) -> bool {
    let is_named = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    is_capital(binding.variable) && binding.component.chars().all(is_named) && !FOREIGN.contains(&binding.component)
}

/// Whether a value waits for a variable of a shell, a workflow or a template, in whole or in part.
pub(super) fn waits(value: &str) -> bool {
    let names_variable = |part: &&str| {
        let inner = &part[2..part.len() - 1];
        is_capital(inner.split(':').next().unwrap_or(inner))
    };
    whole(value).is_some_and(|it| it.variable.is_some()) || parts(value).iter().any(names_variable)
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_capital(text: &str) -> bool {
    is_name(text) && !text.contains(|c: char| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn a_placeholder_names_its_variable_where_it_can() {
        for (value, variable) in [
            ("${APP_KEY}", "APP_KEY"),
            (" ${ APP_KEY } ", "APP_KEY"),
            ("${app_key}", "app_key"),
            ("${APP_KEY:-none}", "APP_KEY"),
            ("$APP_KEY", "APP_KEY"),
            ("$APP_KEY2", "APP_KEY2"),
            ("{{ APP_KEY }}", "APP_KEY"),
            ("{{APP_KEY}}", "APP_KEY"),
            ("{{ .Env.APP_KEY | quote }}", "APP_KEY"),
            ("${{ secrets.APP_KEY }}", "APP_KEY"),
            ("<APP_KEY>", "APP_KEY"),
            ("__APP_KEY__", "APP_KEY"),
            ("@APP_KEY@", "APP_KEY"),
            ("%APP_KEY%", "APP_KEY"),
            ("#{APP_KEY}", "APP_KEY"),
            ("$(APP_KEY)", "APP_KEY"),
            ("<your app key>", ""),
            ("<password>", ""),
            ("$(openssl rand -hex 32)", ""),
            ("<%= ENV['APP_KEY'] %>", ""),
            ("{{ env \"APP_KEY\" }}", ""),
        ] {
            let found = whole(value).map(|it| it.variable.unwrap_or_default());
            assert_eq!(found, Some(variable), "{value}");
        }
    }

    #[test]
    fn a_value_and_what_the_platform_fills_in_are_none() {
        for value in [
            "",
            "secret",
            "${db.DATABASE_URL}",
            "${db.pool.DATABASE_URL}",
            "${web.NOTHING}",
            "${APP_URL}",
            "${APP_DOMAIN}",
            "${APP_ID}",
            "postgres://${USER}:${PASSWORD}@host/db",
            "${A}${B}",
            "$ecretPassw0rd",
            "$2b$12$abcdefghijklmnopqrstuv",
            "$",
            "%41%",
            "__init__",
            "<a>b</a>",
            "{\"a\": {\"b\": 1}}",
            "EV[1:a:b]",
            "changeme",
        ] {
            assert_eq!(whole(value), None, "{value}");
        }
    }
}
