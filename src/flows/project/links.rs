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
    let unknown = unknown.map(|app| (app.to_owned(), format!("https://{}", stand_in(app))));
    let all: BTreeMap<String, String> = urls.clone().into_iter().chain(unknown).collect();
    with_urls(env, &all).unwrap_or_else(|_| env.clone())
}

/// The host that stands in for that of an app which is not deployed yet.
fn stand_in(app: &str) -> String {
    format!("{app}.invalid")
}

/// A text that people read of what was planned, with the references in it that have no URL yet, and the apps that those
/// are to. `apps`: the keys of those that may be referred to.
pub(crate) fn with_references<'a>(text: &str, apps: impl IntoIterator<Item = &'a str>) -> (String, Vec<&'a str>) {
    let (mut text, mut unknown) = (text.to_owned(), Vec::new());
    for app in apps {
        let host = stand_in(app);
        if text.contains(&host) {
            text = text.replace(&format!("https://{host}"), &format!("${{apps.{app}.url}}"));
            text = text.replace(&host, &format!("${{apps.{app}.domain}}"));
            unknown.push(app);
        }
    }
    (text, unknown)
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

#[cfg(test)]
mod tests {
    use super::with_references;

    #[test]
    fn what_is_not_known_yet_is_shown_as_it_was_written() {
        let planned = "a: https://api.invalid/v1\nb: api.invalid\nc: https://web.example";
        let (shown, unknown) = with_references(planned, ["api", "web"]);
        assert_eq!(
            shown,
            "a: ${apps.api.url}/v1\nb: ${apps.api.domain}\nc: https://web.example"
        );
        assert_eq!(unknown, ["api"]);
    }
}
