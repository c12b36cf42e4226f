//! What an adoption would take from others than the file's writer.

use serde_json::json;

use super::{PLAIN, World, marks, told};
use crate::model::app_identity::{AppIdentity, AppNames};

#[test]
fn adoption_stops_where_it_would_replace_what_others_build() {
    let ours = json!({"name": "web", "github": {"repo": "acme/shop", "branch": "main"}});
    for (theirs, source) in [
        (
            json!({"github": {"repo": "acme/other", "branch": "main"}}),
            Some("acme/other"),
        ),
        (
            json!({"gitlab": {"repo": "acme/shop", "branch": "main"}}),
            Some("acme/shop"),
        ),
        (
            json!({"image": {"registry_type": "GHCR", "registry": "acme", "repository": "api", "tag": "v1"}}),
            Some("acme/api:v1"),
        ),
        (json!({"github": {"repo": "acme/old", "branch": "main"}}), None),
    ] {
        let mut api = theirs.clone();
        api["name"] = json!("api");
        let live = json!({"name": "shop", "services": [ours, api]});
        let spec = format!("{PLAIN}- name: api\n  github: {{repo: acme/shop, branch: main}}\n");
        let world = World::new().live(live);
        match source {
            Some(source) => {
                let text = world.refused(&spec);
                assert!(text.contains(&format!("source `{source}` of service `api`")), "{text}");
            }
            None => assert!(told(&world.good(&spec)).contains("adopted the app `shop`")),
        }
    }
}

/// Of the apps `[apps.KEY]`, each with the name of its manifest, the first.
fn first_of(apps: [(&str, &str); 2]) -> AppIdentity {
    let [names, other] = apps.map(|(key, manifest)| AppNames {
        key: Some(key.to_owned()),
        manifest: Some(manifest.to_owned()),
    });
    AppIdentity {
        names,
        others: vec![other],
    }
}

/// Production of the repository, marked as this app. `None`: from before the mark existed.
fn marked(app: Option<&str>) -> World {
    let mark = |key: &str, value: &str| json!({"key": key, "value": value, "scope": "RUN_TIME"});
    let mut envs = vec![
        mark("DO_DEPLOY_REPOSITORY", "7"),
        mark("DO_DEPLOY_ENVIRONMENT", "production"),
    ];
    envs.extend(app.map(|app| mark("DO_DEPLOY_APP", app)));
    let web = json!({"name": "web", "github": {"repo": "acme/shop", "branch": "main"}});
    World::new().live(json!({"name": "shop", "envs": envs, "services": [web]}))
}

#[test]
fn an_app_that_was_the_only_one_becomes_the_entrys_whose_manifest_has_its_name() {
    for mark in [None, Some("shop"), Some("api"), Some("earlier-key")] {
        let mut world = marked(mark);
        world.app = Some(first_of([("api", "shop"), ("front", "web")]));
        let sent = marks::marks(&world.sent(PLAIN)).expect("marked");
        assert_eq!(sent.app.as_deref(), Some("api"), "{mark:?}");
    }
}

#[test]
fn the_app_of_another_entry_is_refused() {
    let mut world = marked(Some("api"));
    world.app = Some(first_of([("backend", "shop"), ("api", "web")]));
    insta::assert_snapshot!(world.refused(PLAIN), @"
        app.yaml:1:1: app `shop` is another app of production: its mark `DO_DEPLOY_APP` says `api`, and this run is for `backend`
        give one of the two manifests another `name`; if it is `backend` under an earlier key, set its env `DO_DEPLOY_APP` to `backend`
    ");
}
