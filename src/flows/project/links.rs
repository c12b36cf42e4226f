//! The URLs that an app's envs are given of other apps: as far as they are known before those are deployed, and all of them.

use std::collections::BTreeMap;

use crate::config::{EnvValue, Unresolved, referenced_apps, with_urls};
use crate::model::failure::Failure;

/// The envs with the URLs that are known; one that is not known yet has a stand-in of no meaning. `urls`: by the apps' keys.
pub(crate) fn linked_so_far(
    env: &BTreeMap<String, EnvValue>,
    urls: &BTreeMap<String, String>,
) -> BTreeMap<String, EnvValue> {
    let unknown = referenced_apps(env).into_iter().filter(|app| !urls.contains_key(*app));
    let unknown = unknown.map(|app| (app.to_owned(), format!("https://{app}.invalid")));
    let all: BTreeMap<String, String> = urls.clone().into_iter().chain(unknown).collect();
    with_urls(env, &all).unwrap_or_else(|_| env.clone())
}

/// The envs with the URLs of apps that are deployed.
///
/// # Errors
/// When one has none, because it has no public component.
pub(crate) fn linked(
    env: &BTreeMap<String, EnvValue>,
    urls: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, EnvValue>, Failure> {
    with_urls(env, urls).map_err(|Unresolved(envs)| {
        let (app, env) = envs.into_iter().next().unwrap_or_default();
        Failure::input(format!("`{env}` refers to the URL of `{app}`, which has none"))
            .why(format!("`{app}` has no public component"))
            .next(format!("take out the reference, or give `{app}` a public component"))
    })
}
