//! Whether a spec is one that the platform takes: names, sources, sizes, envs, ingress, databases.

use std::collections::BTreeSet;

use super::catalogue;
use super::component::{Component, Kind};
use super::env::Env;
use super::limits;
use super::spec::{Database, Spec};
use crate::clouds::app_platform::refusal::Refusal;

/// Everything that can be said without looking at repositories.
pub(crate) fn check(spec: &Spec) -> Result<(), Refusal> {
    check_name("name", &spec.name)?;
    if !spec.region.is_empty() && catalogue::region(&spec.region).is_none() {
        let why = format!("region \"{}\" does not exist", spec.region);
        return Err(Refusal::field("region", why));
    }
    check_envs("envs", &spec.envs)?;
    let mut names = BTreeSet::new();
    let mut count = 0;
    for (kind, index, component) in indexed(spec) {
        count += 1;
        let path = format!("{}[{index}]", kind.list());
        check_name(&format!("{path}.name"), &component.name)?;
        unique(&mut names, &component.name, &path)?;
        check_component(kind, component, &path)?;
    }
    for (index, database) in spec.databases.iter().enumerate() {
        let path = format!("databases[{index}]");
        check_name(&format!("{path}.name"), &database.name)?;
        unique(&mut names, &database.name, &path)?;
        check_database(database, &path)?;
    }
    if count == 0 && spec.databases.is_empty() {
        return Err(Refusal::Invalid(
            "error validating app spec: app must contain at least one component".to_owned(),
        ));
    }
    check_ingress(spec)?;
    let page = &spec.maintenance.offline_page_url;
    if !page.is_empty() && !page.starts_with("https://") {
        return Err(Refusal::field("maintenance.offline_page_url", "must be an https URL"));
    }
    Ok(())
}

/// Components with their kind and their place in that kind's list.
pub(crate) fn indexed(spec: &Spec) -> impl Iterator<Item = (Kind, usize, &Component)> {
    let mut previous = None;
    let mut index = 0;
    spec.components().map(move |(kind, component)| {
        index = if previous == Some(kind) { index + 1 } else { 0 };
        previous = Some(kind);
        (kind, index, component)
    })
}

/// `^[a-z][a-z0-9-]{0,30}[a-z0-9]$`
pub(crate) fn is_name(name: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    (2..=32).contains(&bytes.len())
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.last().is_some_and(|&last| alphanumeric(last))
        && bytes.iter().all(|&byte| alphanumeric(byte) || byte == b'-')
}

fn check_name(path: &str, name: &str) -> Result<(), Refusal> {
    if is_name(name) {
        return Ok(());
    }
    let why = format!("\"{name}\" must match ^[a-z][a-z0-9-]{{0,30}}[a-z0-9]$ (2 to 32 characters)");
    Err(Refusal::field(path, why))
}

fn unique(names: &mut BTreeSet<String>, name: &str, path: &str) -> Result<(), Refusal> {
    if names.insert(name.to_owned()) {
        return Ok(());
    }
    let why = format!("component name \"{name}\" is used more than once");
    Err(Refusal::field(format!("{path}.name"), why))
}

fn check_component(kind: Kind, component: &Component, path: &str) -> Result<(), Refusal> {
    let sources = [
        component.git.is_some(),
        component.github.is_some(),
        component.gitlab.is_some(),
        component.bitbucket.is_some(),
        component.image.is_some(),
    ];
    if sources.into_iter().filter(|&present| present).count() != 1 {
        return Err(Refusal::field(path, "exactly one source must be specified"));
    }
    if let Some(image) = &component.image {
        if !matches!(image.registry_type.as_str(), "DOCR" | "DOCKER_HUB" | "GHCR") {
            return Err(Refusal::field(
                format!("{path}.image.registry_type"),
                "invalid registry type",
            ));
        }
        if !image.tag.is_empty() && !image.digest.is_empty() {
            return Err(Refusal::field(
                format!("{path}.image"),
                "tag and digest are mutually exclusive",
            ));
        }
    }
    check_envs(&format!("{path}.envs"), &component.envs)?;
    limits::check(kind, component, path)?;
    if kind == Kind::Job {
        let kinds = [
            "",
            "UNSPECIFIED",
            "PRE_DEPLOY",
            "POST_DEPLOY",
            "FAILED_DEPLOY",
            "SCHEDULED",
        ];
        if !kinds.contains(&component.kind.as_str()) {
            let why = format!("invalid job kind \"{}\"", component.kind);
            return Err(Refusal::field(format!("{path}.kind"), why));
        }
    }
    if !component.error_document.is_empty() && !component.catchall_document.is_empty() {
        return Err(Refusal::field(
            path,
            "error_document and catchall_document are mutually exclusive",
        ));
    }
    Ok(())
}

fn check_envs(path: &str, envs: &[Env]) -> Result<(), Refusal> {
    let mut keys = BTreeSet::new();
    for (index, env) in envs.iter().enumerate() {
        let field = |name: &str| format!("{path}[{index}].{name}");
        let starts_well = env
            .key
            .starts_with(|first: char| first == '_' || first.is_ascii_alphabetic());
        let all_well = env
            .key
            .chars()
            .all(|letter| letter == '_' || letter.is_ascii_alphanumeric());
        if !starts_well || !all_well {
            let why = format!("\"{}\" must match ^[_A-Za-z][_A-Za-z0-9]*$", env.key);
            return Err(Refusal::field(field("key"), why));
        }
        if !keys.insert(&env.key) {
            let why = format!("environment variable \"{}\" is defined more than once", env.key);
            return Err(Refusal::field(field("key"), why));
        }
        let scopes = ["", "UNSET", "RUN_TIME", "BUILD_TIME", "RUN_AND_BUILD_TIME"];
        if !scopes.contains(&env.scope.as_str()) {
            return Err(Refusal::field(
                field("scope"),
                format!("invalid scope \"{}\"", env.scope),
            ));
        }
        if !["", "GENERAL", "SECRET"].contains(&env.kind.as_str()) {
            return Err(Refusal::field(field("type"), format!("invalid type \"{}\"", env.kind)));
        }
    }
    Ok(())
}

fn check_database(database: &Database, path: &str) -> Result<(), Refusal> {
    let engines = [
        "",
        "UNSET",
        "MYSQL",
        "PG",
        "REDIS",
        "MONGODB",
        "KAFKA",
        "OPENSEARCH",
        "VALKEY",
    ];
    if !engines.contains(&database.engine.as_str()) {
        let why = format!("invalid engine \"{}\"", database.engine);
        return Err(Refusal::field(format!("{path}.engine"), why));
    }
    if database.production {
        if database.cluster_name.is_empty() {
            let why = "must be set for production databases";
            return Err(Refusal::field(format!("{path}.cluster_name"), why));
        }
        return Ok(());
    }
    if !["", "UNSET", "PG"].contains(&database.engine.as_str()) {
        let why = "only PG is supported for development databases";
        return Err(Refusal::field(format!("{path}.engine"), why));
    }
    Ok(())
}

fn check_ingress(spec: &Spec) -> Result<(), Refusal> {
    for (index, rule) in spec.ingress.rules.iter().enumerate() {
        let path = format!("ingress.rules[{index}]");
        match (&rule.component, &rule.redirect) {
            (Some(target), None) => {
                let routable = spec.components().any(|(kind, component)| {
                    component.name == target.name && !matches!(kind, Kind::Worker | Kind::Job)
                });
                if !routable {
                    let why = format!("component \"{}\" does not exist or cannot be routed to", target.name);
                    return Err(Refusal::field(format!("{path}.component.name"), why));
                }
                if target.preserve_path_prefix && !target.rewrite.is_empty() {
                    let why = "preserve_path_prefix and rewrite are mutually exclusive";
                    return Err(Refusal::field(format!("{path}.component"), why));
                }
            }
            (None, Some(redirect)) => {
                if !matches!(redirect.redirect_code, None | Some(300..=304 | 307 | 308)) {
                    return Err(Refusal::field(
                        format!("{path}.redirect.redirect_code"),
                        "invalid redirect code",
                    ));
                }
            }
            _ => {
                return Err(Refusal::field(
                    path,
                    "exactly one of component and redirect must be specified",
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict(spec: serde_json::Value) -> String {
        match Spec::view(&spec).and_then(|view| check(&view)) {
            Ok(()) => "fine".to_owned(),
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn names_start_with_a_letter() {
        for (name, good) in [
            ("shop", true),
            ("a1", true),
            ("1a", false),
            ("a", false),
            ("a-", false),
            ("Ab", false),
        ] {
            assert_eq!(is_name(name), good, "{name}");
        }
        assert!(is_name(&"a".repeat(32)));
        assert!(!is_name(&"a".repeat(33)));
    }

    #[test]
    fn says_which_field_is_wrong() {
        let github = json!({"repo": "acme/shop", "branch": "main"});
        let service = json!({"name": "web", "github": github});
        assert_eq!(verdict(json!({"name": "shop", "services": [service]})), "fine");
        let cases = [
            (json!({"name": "9lives", "services": [service]}), "field \"name\""),
            (json!({"name": "shop"}), "at least one component"),
            (
                json!({"name": "shop", "services": [{"name": "web"}]}),
                "exactly one source",
            ),
            (
                json!({"name": "shop", "services": [service, service]}),
                "used more than once",
            ),
            (
                json!({"name": "shop", "services": [{"name": "web", "github": github, "instance_count": 2}]}),
                "single",
            ),
            (
                json!({"name": "shop", "services": [{"name": "web", "github": github,
                    "inactivity_sleep": {"after_seconds": 60}}]}),
                "600 and 86400",
            ),
            (
                json!({"name": "shop", "workers": [{"name": "web", "github": github,
                    "inactivity_sleep": {"after_seconds": 600}}]}),
                "only supported for services",
            ),
            (
                json!({"name": "shop", "services": [service], "databases": [{"name": "db", "engine": "MYSQL"}]}),
                "only PG",
            ),
            (
                json!({"name": "shop", "services": [service],
                    "ingress": {"rules": [{"component": {"name": "api"}}]}}),
                "\"api\" does not exist",
            ),
            (
                json!({"name": "shop", "services": [{"name": "web", "github": github, "http_port": "x"}]}),
                "integer",
            ),
        ];
        for (spec, expected) in cases {
            let said = verdict(spec.clone());
            assert!(said.contains(expected), "{spec}: {said}");
        }
    }
}
