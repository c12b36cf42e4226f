//! What the live app decides: whose it is, what stays on, and what was never there.

use super::*;
use crate::platforms::plan::Neighbour;

fn unmarked() -> Value {
    json!({
        "name": "shop",
        "services": [{"name": "web", "github": {"repo": "acme/shop", "branch": "main"}, "envs": [{"key": "A", "value": "b"}]}],
    })
}

fn staging(more: &str, neighbours: Vec<Neighbour>) -> World {
    World {
        environment: Environment::Named("staging".to_owned()),
        config: format!("[environments.staging]\nbranch = 'main'\nspec = 'staging.yaml'\n{more}"),
        neighbours,
        ..World::new().live(unmarked())
    }
}

fn production(app: Option<&str>, branch: &str) -> Vec<Neighbour> {
    vec![Neighbour {
        environment: Environment::production(),
        app: app.map(str::to_owned),
        branch: branch.to_owned(),
    }]
}

#[test]
fn an_app_of_productions_name_is_never_another_environments() {
    for (more, branch) in [("", "main"), ("adopt = true", "main"), ("adopt = true", "release")] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(staging(more, production(Some("shop"), branch)).refused(PLAIN), @r"
            app.yaml:1:1: an app called `shop` exists and may be the one of production: it has no marks, and the app spec of production has the same `name`
            give the app another `name` in the spec of `[environments.staging]`
            ");
        }
    }
}

#[test]
fn an_app_of_a_branch_that_another_environment_deploys_needs_consent() {
    for app in [Some("store"), None] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(staging("", production(app, "main")).refused(PLAIN), @r"
            app.yaml:1:1: an app called `shop` exists and may be the one of production: it has no marks, and production and staging both deploy `main`
            if it is staging, agree to take it over with `adopt = true` in `[environments.staging]`; else give the app another `name` in the spec
            ");
        }
        let plan = staging("adopt = true", production(app, "main")).good(PLAIN);
        assert!(told(&plan).contains("adopted the app `shop`"), "{}", told(&plan));
        staging("", production(app, "release")).good(PLAIN);
    }
    // Production itself takes over what has its name.
    let world = World {
        neighbours: production(Some("shop"), "main"),
        ..World::new().live(unmarked())
    };
    world.good(PLAIN);
}

#[test]
fn what_somebody_switched_on_stays_where_the_file_is_silent() {
    for (maintenance, key, state) in [
        (json!({"enabled": true}), "enabled", "in maintenance mode"),
        (json!({"archive": true}), "archive", "archived"),
        (
            json!({"enabled": true, "offline_page_url": "https://shop.example/back-soon"}),
            "enabled",
            "in maintenance mode",
        ),
    ] {
        let mut live = unmarked();
        live["envs"] = marked(7, "production");
        live["maintenance"] = maintenance.clone();
        let world = World::new().live(live);
        let plan = world.good(PLAIN);
        assert_eq!(plan.document.value()["maintenance"], maintenance);
        let said = format!(
            "the app stays {state}: that was switched on, and the app spec does not mention it; `maintenance: {{{key}: false}}` in the app spec ends it"
        );
        assert_eq!(plan.warnings, [said]);
        let plan = world.good(&format!("{PLAIN}maintenance: {{{key}: false}}\n"));
        assert_eq!(plan.document.value()["maintenance"], json!({ key: false }));
        let page = format!("{PLAIN}maintenance: {{offline_page_url: https://shop.example/other}}\n");
        assert_eq!(world.sent(&page)["maintenance"][key], true);
        let plan = world.good(&format!("{PLAIN}maintenance: {{{key}: false}}\n"));
        assert_eq!(plan.warnings, Vec::<String>::new());
        assert!(
            told(&plan).contains("ended the app's maintenance: the file switches it off"),
            "{}",
            told(&plan)
        );
    }
    let mut archived = unmarked();
    archived["envs"] = marked(7, "production");
    archived["maintenance"] = json!({"archive": true, "enabled": true});
    let world = World::new().live(archived.clone());
    assert_eq!(world.sent(PLAIN)["maintenance"], archived["maintenance"]);
    let plan = world.good(&format!("{PLAIN}maintenance: {{archive: false}}\n"));
    assert_eq!(plan.document.value()["maintenance"], json!({"archive": false}));
    let mut live = unmarked();
    live["envs"] = marked(7, "production");
    live["maintenance"] = json!({"enabled": false});
    let plan = World::new().live(live).good(PLAIN);
    assert!(plan.document.value().get("maintenance").is_none() && plan.warnings.is_empty());
}

#[test]
fn a_cluster_that_only_a_failed_deployment_named_is_not_lost() {
    let with = |cluster: Option<&str>| {
        let mut spec = unmarked();
        spec["envs"] = marked(7, "production");
        if let Some(cluster) = cluster {
            spec["databases"] = json!([{"name": "db", "engine": "PG", "production": true, "cluster_name": cluster}]);
        }
        spec
    };
    let file = |cluster: &str| {
        format!("{PLAIN}databases: [{{name: db, engine: PG, production: true, cluster_name: {cluster}}}]\n")
    };
    // The spec of the failed deployment is the app's; what is live is another.
    let world = |active| World {
        active: Some(active),
        ..World::new().live(with(Some("typo")))
    };
    world(with(Some("big"))).good(&file("big"));
    world(with(None)).good(&file("big"));
    world(with(None)).good(PLAIN);
    insta::assert_snapshot!(world(with(Some("big"))).refused(&file("typo")), @r"
    app.yaml:4:13: this app spec would detach the database `db`, whose data stays in the cluster `big`: its `cluster_name` is `typo` in the file, not `big`, which is live
    correct the file, or agree to it for one run with `--replace databases.db`; the database is detached by the update, even if the deployment then fails
    ");
    let refused = world(with(Some("big"))).refused(PLAIN);
    assert!(refused.contains("whose data stays in the cluster `big`"), "{refused}");
}
