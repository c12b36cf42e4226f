//! `${apps.NAME.url}` and `${apps.NAME.domain}` in the values of envs: where another app of the same environment is.

use std::collections::{BTreeMap, BTreeSet};

use super::{EnvValue, nearest};

const START: &str = "${apps.";
const PROPERTIES: [&str; 2] = ["url", "domain"];

/// A part of an env's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Reference {
        app: &'a str,
        property: Property,
    },
    /// It begins like a reference and is none. Whole, and without what is around it.
    Other {
        whole: &'a str,
        inner: &'a str,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Property {
    /// With its scheme, without a slash at the end.
    Url,
    /// The URL without its scheme.
    Domain,
}

impl Property {
    fn of(self, url: &str) -> &str {
        let url = url.trim_end_matches('/');
        match self {
            Self::Url => url,
            Self::Domain => url.split_once("://").map_or(url, |(_, domain)| domain),
        }
    }
}

fn pieces(value: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = value;
    while let Some(start) = rest.find(START) {
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        let reference = &rest[start..];
        let end = reference.find('}').map_or(reference.len(), |end| end + 1);
        pieces.push(piece(&reference[..end]));
        rest = &reference[end..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

fn piece(whole: &str) -> Piece<'_> {
    let inner = whole[START.len()..].trim_end_matches('}');
    let property = match inner.split_once('.') {
        Some((app, "url")) => Some((app, Property::Url)),
        Some((app, "domain")) => Some((app, Property::Domain)),
        _ => None,
    };
    match property.filter(|_| whole.ends_with('}')) {
        Some((app, property)) => Piece::Reference { app, property },
        None => Piece::Other { whole, inner },
    }
}

/// Why a value cannot be given to an app, and what to do about it. `own`: the key of the app; `known`: those of all apps.
///
/// # Errors
/// A reference that is malformed, to an unknown app, or to the app itself. Without apps `${apps.NAME}` is not one: a
/// component may be called `apps`.
pub(super) fn check(value: &str, own: Option<&str>, known: &[&str]) -> Result<(), (String, String)> {
    for piece in pieces(value) {
        match piece {
            Piece::Text(_) => {}
            Piece::Reference { app, .. } if own == Some(app) => {
                return Err((
                    format!("app `{app}` refers to itself"),
                    "an app's own URL is not known before it is deployed: set this env in the table of another app"
                        .to_owned(),
                ));
            }
            Piece::Reference { app, .. } if known.contains(&app) => {}
            Piece::Reference { app, .. } => return Err((format!("there is no app `{app}`"), known_apps(app, known))),
            Piece::Other { inner, .. } if known.is_empty() && !inner.contains('.') => {}
            Piece::Other { whole, inner } => return Err(malformed(whole, inner)),
        }
    }
    Ok(())
}

/// What to do about the name of an app that is not under `[apps]`.
pub(super) fn known_apps(name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("add `[apps.{name}]`, or correct the name"),
        None => format!("under `[apps]` are `{}`", known.join("`, `")),
    }
}

fn malformed(whole: &str, inner: &str) -> (String, String) {
    let usage = "write `${apps.NAME.url}` or `${apps.NAME.domain}`".to_owned();
    match inner.split_once('.') {
        Some((_, property)) if whole.ends_with('}') && !property.is_empty() => {
            let next = nearest(property, &PROPERTIES).map_or(usage, |near| format!("did you mean `{near}`?"));
            (format!("unknown property `{property}` in `{whole}`"), next)
        }
        _ => (format!("`{whole}` is not a valid reference to an app"), usage),
    }
}

/// The apps whose URLs these envs need.
pub(crate) fn referenced_apps(env: &BTreeMap<String, EnvValue>) -> BTreeSet<&str> {
    plain(env)
        .flat_map(pieces)
        .filter_map(|piece| match piece {
            Piece::Reference { app, .. } => Some(app),
            Piece::Text(_) | Piece::Other { .. } => None,
        })
        .collect()
}

fn plain(env: &BTreeMap<String, EnvValue>) -> impl Iterator<Item = &str> {
    env.values().filter_map(|value| match value {
        EnvValue::Plain(text) => Some(text.as_str()),
        EnvValue::Generate(_) | EnvValue::From(_) => None,
    })
}

/// Apps without a URL that an env needs, each with the key of the env.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unresolved(pub(crate) Vec<(String, String)>);

/// The envs with URLs in place of references. `urls`: those of the environment's apps, by key.
///
/// # Errors
/// Every env whose app has no URL.
pub(crate) fn with_urls(
    env: &BTreeMap<String, EnvValue>,
    urls: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, EnvValue>, Unresolved> {
    let mut unresolved = Vec::new();
    let mut resolved = BTreeMap::new();
    for (key, value) in env {
        let value = match value {
            EnvValue::Plain(text) => {
                let of = |piece| match piece {
                    Piece::Text(text) | Piece::Other { whole: text, .. } => text,
                    Piece::Reference { app, property } => match urls.get(app) {
                        Some(url) => property.of(url),
                        None => {
                            unresolved.push((app.to_owned(), key.clone()));
                            ""
                        }
                    },
                };
                EnvValue::Plain(pieces(text).into_iter().map(of).collect())
            }
            other => other.clone(),
        };
        resolved.insert(key.clone(), value);
    }
    match unresolved.is_empty() {
        true => Ok(resolved),
        false => Err(Unresolved(unresolved)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(values: &[(&str, &str)]) -> BTreeMap<String, EnvValue> {
        let plain = |text: &str| EnvValue::Plain(text.to_owned());
        values
            .iter()
            .map(|(key, text)| ((*key).to_owned(), plain(text)))
            .collect()
    }

    #[test]
    fn references_become_urls_and_domains() {
        let mut given = env(&[
            ("API", "${apps.api.url}"),
            ("BOTH", "${apps.api.url}/v1,wss://${apps.live.domain}/socket"),
            ("COMPONENT", "${web.PUBLIC_URL}${apps.SECRET}$"),
            ("TEXT", "on"),
        ]);
        given.insert("KEY".to_owned(), EnvValue::From("${apps.not.url}".to_owned()));
        assert_eq!(referenced_apps(&given), BTreeSet::from(["api", "live"]));
        let urls = [("api", "https://api-x.example.app/"), ("live", "http://127.0.0.1:4000")];
        let urls = urls.map(|(app, url)| (app.to_owned(), url.to_owned())).into();
        let mut expected = env(&[
            ("API", "https://api-x.example.app"),
            ("BOTH", "https://api-x.example.app/v1,wss://127.0.0.1:4000/socket"),
            ("COMPONENT", "${web.PUBLIC_URL}${apps.SECRET}$"),
            ("TEXT", "on"),
        ]);
        expected.insert("KEY".to_owned(), given["KEY"].clone());
        assert_eq!(with_urls(&given, &urls), Ok(expected));
    }

    #[test]
    fn an_app_without_a_url_is_named_with_the_env_that_needs_it() {
        let given = env(&[("A", "${apps.api.url} ${apps.jobs.url}"), ("B", "${apps.jobs.domain}")]);
        let urls = [("api".to_owned(), "https://api.example.app".to_owned())].into();
        let named = [("jobs", "A"), ("jobs", "B")].map(|(app, key)| (app.to_owned(), key.to_owned()));
        assert_eq!(with_urls(&given, &urls), Err(Unresolved(named.to_vec())));
    }

    #[test]
    fn what_is_no_reference_is_refused_where_there_are_apps() {
        let said = |value: &str, known: &[&str]| match check(value, Some("web"), known) {
            Ok(()) => "fine".to_owned(),
            Err((what, next)) => format!("{what} | {next}"),
        };
        let known = ["api", "web"];
        let values = [
            "${apps.api.url}/${apps.api.domain}",
            "${apps.web.url}",
            "${apps.apj.url}",
            "${apps.something.url}",
            "${apps.api.uri}",
            "${apps.api.host}",
            "${apps.api.url.x}",
            "${apps.api.}",
            "${apps.api}",
            "${apps.api.url",
            "${apps.}",
        ];
        let said_of_all: Vec<String> = values
            .iter()
            .map(|value| format!("{value}: {}", said(value, &known)))
            .collect();
        insta::assert_snapshot!(said_of_all.join("\n"), @r"
        ${apps.api.url}/${apps.api.domain}: fine
        ${apps.web.url}: app `web` refers to itself | an app's own URL is not known before it is deployed: set this env in the table of another app
        ${apps.apj.url}: there is no app `apj` | did you mean `api`?
        ${apps.something.url}: there is no app `something` | under `[apps]` are `api`, `web`
        ${apps.api.uri}: unknown property `uri` in `${apps.api.uri}` | did you mean `url`?
        ${apps.api.host}: unknown property `host` in `${apps.api.host}` | write `${apps.NAME.url}` or `${apps.NAME.domain}`
        ${apps.api.url.x}: unknown property `url.x` in `${apps.api.url.x}` | write `${apps.NAME.url}` or `${apps.NAME.domain}`
        ${apps.api.}: `${apps.api.}` is not a valid reference to an app | write `${apps.NAME.url}` or `${apps.NAME.domain}`
        ${apps.api}: `${apps.api}` is not a valid reference to an app | write `${apps.NAME.url}` or `${apps.NAME.domain}`
        ${apps.api.url: `${apps.api.url` is not a valid reference to an app | write `${apps.NAME.url}` or `${apps.NAME.domain}`
        ${apps.}: `${apps.}` is not a valid reference to an app | write `${apps.NAME.url}` or `${apps.NAME.domain}`
        ");
        assert_eq!(said("${apps.DATABASE_URL} ${db.HOSTNAME}", &[]), "fine");
        insta::assert_snapshot!(said("${apps.api.url}", &[]), @"there is no app `api` | add `[apps.api]`, or correct the name");
    }
}
