//! What an adoption would take from others than the file's writer.

use serde_json::json;

use super::{PLAIN, World, told};

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
