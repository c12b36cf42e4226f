//! A value that only says that another is to take its place: `${APP_KEY}`, `$APP_KEY`, `{{ APP_KEY }}`, `<APP_KEY>`.

use super::env::notation::{Notation, braced};

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placeholder<'a> {
    /// The variable that it names, if that can be told.
    pub(crate) variable: Option<&'a str>,
}

/// The placeholder that is the whole of a value. What the platform fills in is none, and neither is `${web.NAME}`.
pub(crate) fn whole<'a>(value: &'a str, notation: &dyn Notation) -> Option<Placeholder<'a>> {
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
    if !is_one || (open == "${" && notation.is_filled_in(value)) {
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

/// Every `${…}` in a value that the platform does not fill in: what it would is left out, whether it exists or not.
pub(crate) fn parts<'a>(value: &'a str, notation: &dyn Notation) -> Vec<&'a str> {
    let mut parts = Vec::new();
    for (whole, inner) in braced(value) {
        let is_one = inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !inner.contains(['{', '\n']);
        if is_one && !notation.is_own(whole) && !parts.contains(&whole) {
            parts.push(whole);
        }
    }
    parts
}

/// Whether a value waits for a variable of a shell, a workflow or a template, in whole or in part.
pub(crate) fn waits(value: &str, notation: &dyn Notation) -> bool {
    let names_variable = |part: &&str| {
        let inner = &part[2..part.len() - 1];
        is_capital(inner.split(':').next().unwrap_or(inner))
    };
    whole(value, notation).is_some_and(|it| it.variable.is_some()) || parts(value, notation).iter().any(names_variable)
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a text is the name of a variable in capitals, as most are.
pub(crate) fn is_capital(text: &str) -> bool {
    is_name(text) && !text.contains(|c: char| c.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::whole;
    use crate::policy::env::tests::BRACES;

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
            let found = whole(value, BRACES).map(|it| it.variable.unwrap_or_default());
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
            assert_eq!(whole(value, BRACES), None, "{value}");
        }
    }
}
