//! Envs that keep production's address or bucket in a preview, and what to write so that each app has its own.

use serde_json::Value;

use super::super::component::{self, owner_noun};
use super::super::document::domain::domains;
use super::super::document::ingress::{Rule, rules};
use super::super::{env, marks};
use crate::platforms::manifest::Manifest;
use crate::policy::env_values::EnvValues;
use crate::policy::literal::is_harmless;
use crate::redact::credential::words;

/// How many envs a warning names.
const MOST: usize = 8;
/// Characters of the platform's own part of `shop-ab1c2.ondigitalocean.app`.
const TAIL: usize = 5;
const PLATFORM: &str = ".ondigitalocean.app";

/// What may stand behind `BUCKET` in the name of an env that names one: `AWS_STORAGE_BUCKET_NAME`.
const BEHIND_BUCKET: [&str; 7] = ["NAME", "URL", "HOST", "DOMAIN", "ENDPOINT", "PUBLIC", "PRIVATE"];
/// Where buckets have a host of their own:
/// <https://docs.digitalocean.com/products/spaces/reference/s3-api/>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>,
/// <https://cloud.google.com/storage/docs/request-endpoints>, <https://developers.cloudflare.com/r2/buckets/public-buckets/>
const BUCKET_HOSTS: [&str; 4] = [
    ".digitaloceanspaces.com",
    ".amazonaws.com",
    ".storage.googleapis.com",
    ".r2.dev",
];

/// By what production is known from outside.
struct Production {
    /// Its domains, in lower case, and whether what is below one is production's, too.
    domains: Vec<(String, bool)>,
    apps: Vec<String>,
}

/// A place where production's address stands.
struct Found<'a> {
    /// As the value has it.
    host: &'a str,
    is_url: bool,
    /// Of a URL, without a slash at its end.
    path: &'a str,
}

/// Warnings about what of production's `planned` keeps. `spec`: what it was made of, unless somebody wrote it by hand.
pub(super) fn warnings(
    spec: &Manifest,
    production: Option<&Manifest>,
    by_hand: bool,
    planned: &Value,
    policy: &EnvValues,
) -> Vec<String> {
    let known = Production::of([Some(spec), production].into_iter().flatten());
    let of_production = if by_hand { production } else { Some(spec) };
    let is_productions = |text: &str| {
        let envs = of_production.into_iter().flat_map(|it| component::owners(it.value()));
        envs.flat_map(|(_, value)| env::list(value))
            .any(|it| env::value(it) == Some(text))
    };
    let (mut addresses, mut buckets) = (Vec::new(), Vec::new());
    for (owner, value) in component::owners(planned) {
        for it in env::list(value) {
            let (key, Some(text)) = (env::key(it), env::value(it)) else {
                continue;
            };
            // What the policy gives is a decision.
            if policy.given.contains_key(key) || marks::is_mark(key) || env::is_encrypted(text) {
                continue;
            }
            let of = owner_noun(owner);
            if let Some(found) = known.find(text) {
                let instead = instead(spec.value(), planned, &found);
                addresses.push(format!("`{key}` of {of} (`{}`; write `{instead}`)", found.host));
            } else if is_bucket(key, text) && is_productions(text) {
                buckets.push(format!("`{key}` of {of}"));
            }
        }
    }
    let addresses = listed(addresses).map(|places| {
        format!("production's address stays in this preview: {places}; App Platform fills these in for each app")
    });
    let buckets = listed(buckets).map(|places| {
        format!(
            "production's bucket stays in this preview: {places}; another one can be given under `[preview] env` in do-deploy.toml"
        )
    });
    addresses.into_iter().chain(buckets).collect()
}

fn listed(mut places: Vec<String>) -> Option<String> {
    let more = places.len().saturating_sub(MOST);
    places.truncate(MOST);
    let more = match more {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    (!places.is_empty()).then(|| format!("{}{more}", places.join(", ")))
}

impl Production {
    fn of<'a>(specs: impl Iterator<Item = &'a Manifest>) -> Self {
        let mut production = Self {
            domains: Vec::new(),
            apps: Vec::new(),
        };
        for spec in specs {
            production.apps.push(spec.name().to_ascii_lowercase());
            for domain in domains(spec.value()) {
                let Some(name) = domain.name().filter(|name| name.chars().all(is_part)) else {
                    continue;
                };
                production
                    .domains
                    .push((name.to_ascii_lowercase(), domain.is_wildcard()));
            }
        }
        production
    }

    /// The first host of production's in a text. An address of mail is none.
    fn find<'a>(&self, text: &'a str) -> Option<Found<'a>> {
        let mut rest = text;
        while let Some(start) = rest.find(is_part) {
            let before = &text[..text.len() - rest.len() + start];
            let token = &rest[start..];
            let token = &token[..token.find(|c| !is_part(c)).unwrap_or(token.len())];
            rest = &rest[start + token.len()..];
            // A cookie's domain begins with a dot.
            let host = token.trim_matches('.');
            let word = before.rsplit([' ', ',', ';', '"']).next().unwrap_or(before);
            let is_mail = before.ends_with('@') && !word.contains("://");
            if self.is_host(&host.to_ascii_lowercase()) && !is_mail {
                let is_url = before.ends_with("https://") || before.ends_with("http://");
                let path = rest.split([' ', ',', ';', '"', '?', '#']).next().unwrap_or_default();
                let path = path.trim_end_matches('/');
                let path = if path.starts_with('/') && path.chars().all(|c| is_part(c) || c == '/') {
                    path
                } else {
                    ""
                };
                return Some(Found { host, is_url, path });
            }
        }
        None
    }

    fn is_host(&self, host: &str) -> bool {
        let is_below = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
        let is_own = |(domain, is_wild): &(String, bool)| host == domain || (*is_wild && is_below(domain));
        let tail = |app: &String| {
            host.strip_suffix(PLATFORM)?
                .strip_prefix(app.as_str())?
                .strip_prefix('-')
        };
        let is_tail = |tail: &str| tail.len() == TAIL && tail.chars().all(|c| c.is_ascii_alphanumeric());
        self.domains.iter().any(is_own) || self.apps.iter().filter_map(tail).any(is_tail)
    }
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || ".-_".contains(c)
}

/// What each app's own address is called where this one stands.
fn instead(spec: &Value, planned: &Value, found: &Found<'_>) -> String {
    if !found.is_url {
        return "${APP_DOMAIN}".to_owned();
    }
    let is_its = |rule: &&Rule<'_>| rule.host().is_some_and(|host| host.eq_ignore_ascii_case(found.host));
    let component = rules(spec).iter().find(is_its).and_then(|rule| rule.component());
    // A component without a route in the preview has no public URL there.
    match component.filter(|it| rules(planned).iter().any(|rule| rule.component() == Some(it))) {
        Some(component) => format!("${{{component}.PUBLIC_URL}}"),
        None => format!("${{APP_URL}}{}", found.path),
    }
}

/// Whether an env names a bucket, by its key or its value.
fn is_bucket(key: &str, value: &str) -> bool {
    if env::is_bound(value) || value.contains("${") || is_harmless_name(value) {
        return false;
    }
    let words = words(key);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let at = words.iter().rposition(|word| matches!(*word, "BUCKET" | "BUCKETS"));
    let by_key = at.is_some_and(|at| words[at + 1..].iter().all(|word| BEHIND_BUCKET.contains(word)));
    by_key || ["s3://", "gs://"].iter().any(|scheme| value.starts_with(scheme)) || has_bucket_host(value)
}

/// A number, a switch: what no bucket is called. `is_harmless` takes a plain word for a name of something.
fn is_harmless_name(value: &str) -> bool {
    is_harmless(value) && !value.contains(|c: char| c.is_ascii_alphabetic())
        || ["true", "false", "yes", "no", "on", "off", "none"].contains(&value.to_ascii_lowercase().as_str())
}

fn has_bucket_host(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    if value.contains("://storage.googleapis.com/") {
        return true;
    }
    value.split(|c| !is_part(c)).any(|host| {
        let rest = BUCKET_HOSTS
            .iter()
            .find_map(|end| Some((*end, host.strip_suffix(end)?)));
        rest.is_some_and(|(end, rest)| match end {
            // Without a bucket it is a region's endpoint.
            ".digitaloceanspaces.com" => rest.trim_end_matches(".cdn").contains('.'),
            ".amazonaws.com" => rest.contains(".s3.") || rest.contains(".s3-") || rest.ends_with(".s3"),
            _ => !rest.is_empty(),
        })
    })
}
