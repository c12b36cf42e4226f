//! Secrets, sources, sleep, sizes and the guard.

use super::*;
use crate::platforms::plan::PreviewPlan;

const PLAIN: &str =
    "name: shop\nservices:\n- name: web\n  github: {repo: acme/shop, branch: main}\n  run_command: serve\n";

#[test]
fn secrets_come_from_the_policy_alone() {
    let world = World::with(
        "env = { A = 'generate', B = 'generate:hex64', C = { from = 'PREVIEW_C' }, D = 'on', E = { from = 'GONE' }, NEW = 'x' }",
    )
    .variable("PREVIEW_C", "c")
    .variable("F", "production's");
    let spec = format!(
        "{PLAIN}  envs:\n  - {{key: A, type: SECRET}}\n  - {{key: B, type: SECRET, value: 'EV[1:a:b]'}}\n  - {{key: C, value: plain}}\n  - {{key: D, type: SECRET}}\n  - {{key: E, type: SECRET}}\n  - {{key: F, type: SECRET}}\n  - {{key: G, type: SECRET, value: literal}}\n  - {{key: H, value: 'EV[1:a:b]'}}\n"
    );
    let plan = world.good(&spec);
    let shown: Vec<String> = plan.document.value()["services"][0]["envs"]
        .as_array()
        .expect("envs")
        .iter()
        .map(|env| {
            format!(
                "{}={} {}",
                env["key"],
                env["value"],
                env.get("type").unwrap_or(&Value::Null)
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
        "A"="BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc" "SECRET"
        "B"="0707070707070707070707070707070707070707070707070707070707070707" "SECRET"
        "C"="c" "SECRET"
        "D"="on" "GENERAL"
    "#);
    assert_eq!(value_of(&plan, "", "NEW").as_deref(), Some("x"));
    assert_eq!(plan.unset, ["E", "F", "G", "H"]);
    insta::assert_snapshot!(plan.warnings.join("\n"), @"`E` is not set: the variable `GONE` is not in the step's environment");
    let told = told(&plan);
    assert!(!told.contains("literal") && !told.contains(&"07".repeat(32)), "{told}");
}

#[test]
fn a_generated_secret_stays_the_same_over_pushes() {
    let mut world = World::with("env = { KEY = 'generate' }");
    let spec = format!("{PLAIN}  envs: [{{key: KEY, type: SECRET}}]\n");
    let mut live = world.good(&spec).document.value().clone();
    live["services"][0]["envs"][0]["value"] = json!("EV[1:mine:own]");
    world.live = Some(live);
    assert_eq!(
        value_of(&world.good(&spec), "web", "KEY").as_deref(),
        Some("EV[1:mine:own]")
    );
}

#[test]
fn production_stores_that_previews_lack_are_left_out_and_named() {
    let plan = World::with("env = { QUEUE = 'amqp://local' }").good(&format!(
        "{PLAIN}  envs:\n  - {{key: CACHE, value: 'rediss://x:y@h:25061'}}\n  - {{key: KV, value: '${{kv.REDIS_URL}}'}}\n  - {{key: QUEUE, value: 'amqps://x'}}\ndatabases: [{{name: kv, engine: VALKEY, production: true, cluster_name: kv}}]\n"
    ));
    assert_eq!(plan.unset, ["CACHE", "KV"]);
    assert_eq!(value_of(&plan, "web", "QUEUE").as_deref(), Some("amqp://local"));
    assert_eq!(plan.database.mode, None);
    assert!(plan.document.value().get("databases").is_none());
}

#[test]
fn only_sources_of_this_repository_move_to_the_head() {
    let plan = World::new().good(
        r#"
name: shop
services:
- {name: web, github: {repo: acme/shop, branch: main, deploy_on_push: true}}
- {name: lib, github: {repo: acme/lib, branch: main, deploy_on_push: true}}
- {name: clone, git: {repo_clone_url: "https://github.com/acme/shop.git", branch: main}}
- {name: lab, gitlab: {repo: acme/shop, branch: main, deploy_on_push: true}}
- {name: pic, image: {registry_type: DOCR, repository: pic, tag: v1, deploy_on_push: {enabled: true}, registry_credentials: "EV[1:a:b]"}}
"#,
    );
    let sources: Vec<String> = ["github", "github", "git", "gitlab", "image"]
        .iter()
        .enumerate()
        .map(|(index, key)| plan.document.value()["services"][index][key].to_string())
        .collect();
    insta::assert_snapshot!(sources.join("\n"), @r#"
        {"repo":"acme/shop","branch":"notes","deploy_on_push":false}
        {"repo":"acme/lib","branch":"main","deploy_on_push":false}
        {"repo_clone_url":"https://github.com/acme/shop.git","branch":"notes"}
        {"repo":"acme/shop","branch":"main","deploy_on_push":false}
        {"registry_type":"DOCR","repository":"pic","tag":"v1","deploy_on_push":{"enabled":false}}
    "#);
    insta::assert_snapshot!(plan.warnings.join("\n"), @"the image of `pic` has to be public, or the preview cannot load it");
}

#[test]
fn the_size_can_be_chosen() {
    let plan = World::with("size = 'apps-s-1vcpu-2gb'").good(PLAIN);
    assert_eq!(
        plan.document.value()["services"][0]["instance_size_slug"],
        "apps-s-1vcpu-2gb"
    );
}

#[test]
fn a_preview_sleeps_unless_policy_says_no() {
    let after = |plan: &PreviewPlan| {
        plan.document
            .value()
            .pointer("/services/0/inactivity_sleep/after_seconds")
            .and_then(Value::as_u64)
    };
    let plan = World::with("sleep = '30m'").good(PLAIN);
    assert_eq!(after(&plan), Some(1800));
    insta::assert_snapshot!(World::with("sleep = \"5m\"").refused(PLAIN), @r#"
    do-deploy.toml:2:9: invalid value: string "5m", expected `auto`, `false`, or a duration from `10m` to `24h`
    every key, its default and its format are in do-deploy's `reference.toml`
    "#);
    for (database, seconds) in [("sqlite", 86_400), ("dev", 3_600)] {
        let spec = PLAIN.replace(
            "name: shop",
            "name: shop\ndatabases: [{name: db, engine: PG}]\nenvs: [{key: DATABASE_URL, value: '${db.DATABASE_URL}'}]",
        );
        let plan = World::with(&format!("database = '{database}'")).good(&spec);
        assert_eq!(after(&plan), Some(seconds), "{database}");
    }
    assert_eq!(after(&World::new().good(PLAIN)), Some(3_600), "nothing is lost");
    let plan = World::with("sleep = false").good(PLAIN);
    assert_eq!(
        (after(&plan), plan.sleep),
        (None, Sleep::Never("switched off in do-deploy.toml".to_owned()))
    );
}

#[test]
fn what_no_request_can_wake_does_not_sleep() {
    let plan = World::new().good(&format!(
        "{PLAIN}- {{name: internal, internal_ports: [9000]}}\nworkers: [{{name: queue}}]\n"
    ));
    assert!(plan.document.value()["services"][1].get("inactivity_sleep").is_none());
    insta::assert_snapshot!(plan.warnings.join("\n"), @"always awake: `internal` and `queue`, because no request from outside would wake it");
    let plan = World::new().good("name: shop\nworkers: [{name: queue, github: {repo: acme/shop}}]\n");
    assert_eq!(
        plan.sleep,
        Sleep::Never("it has no service that a request could wake".to_owned())
    );
}

#[test]
fn a_fork_has_no_preview() {
    let mut world = World::new();
    world.head_repository = "stranger/shop";
    insta::assert_snapshot!(world.refused(PLAIN), @r"
        a pull request from a fork cannot have a preview: App Platform builds branches of `acme/shop` only
        push the branch to the repository itself
    ");
}

#[test]
fn a_long_name_keeps_the_number_and_ours_are_the_only_marks() {
    let plan = World::new().good(
        "name: a-name-of-more-than-twenty-seven\nenvs: [{key: DO_DEPLOY_ENVIRONMENT, value: production}]\nservices: [{name: web, github: {repo: acme/shop}}]\n",
    );
    assert!(plan.name.ends_with("-pr-12") && plan.name.len() == 32, "{}", plan.name);
    let marks = super::super::super::marks::marks(plan.document.value()).expect("ours");
    assert!(marks.same_owner(7, &Environment::Preview(12)));
    assert_eq!(
        env_of(&plan, "", "DO_DEPLOY_ENVIRONMENT").expect("a mark")["scope"],
        "RUN_TIME"
    );
}

#[test]
fn a_spec_of_jobs_only_has_no_preview() {
    insta::assert_snapshot!(World::new().refused("name: shop\njobs: [{name: nightly, kind: SCHEDULED}]\n"), @r"
        nothing is left of the app in a preview: previews have neither jobs nor functions, and the spec has nothing else
        switch previews off with `[preview] enabled = false`, or name a preview spec of your own
    ");
}

#[test]
fn a_spec_of_functions_only_has_no_preview() {
    let refused = World::new().refused("name: shop\nfunctions: [{name: hooks, github: {repo: acme/shop}}]\n");
    assert!(refused.contains("neither jobs nor functions"), "{refused}");
}

#[test]
fn a_hand_written_spec_is_kept_but_guarded() {
    let world = World::with("spec = '.do/preview.yaml'\nenv = { KEY = 'x' }");
    let plan = world.good(&format!("alerts: [{{rule: DEPLOYMENT_FAILED}}]\n{PLAIN}  instance_count: 2\n  envs:\n  - {{key: KEY, type: SECRET}}\n  - {{key: GONE, type: SECRET}}\n"));
    insta::assert_snapshot!(print(plan.document.value()), @r#"
        alerts:
        - rule: DEPLOYMENT_FAILED
        name: shop-pr-12
        services:
        - name: web
          github:
            repo: acme/shop
            branch: notes
            deploy_on_push: false
          run_command: serve
          instance_count: 2
          envs:
          - key: KEY
            type: GENERAL
            value: x
        envs:
        - key: DO_DEPLOY_REPOSITORY
          value: "7"
          scope: RUN_TIME
          type: GENERAL
        - key: DO_DEPLOY_APP
          value: shop
          scope: RUN_TIME
          type: GENERAL
        - key: DO_DEPLOY_ENVIRONMENT
          value: pr-12
          scope: RUN_TIME
          type: GENERAL
        - key: DO_DEPLOY_COMMIT
          value: abc1234
          scope: RUN_TIME
          type: GENERAL
    "#);
    assert_eq!(plan.unset, ["GONE"]);
    insta::assert_snapshot!(world.refused(&format!("{PLAIN}databases: [{{name: db, cluster_name: main}}]\ndomains: [{{domain: shop.example}}]\n")), @r"
        the preview would touch production: database `db` is the cluster `main`; it takes the domain `shop.example`
        take it out of the preview spec, or leave `[preview] spec` empty to have one made
    ");
}

#[test]
fn a_placeholder_is_no_secret_of_a_preview() {
    for spec in ["", "spec = '.do/preview.yaml'\n"] {
        let world = World::with(&format!("{spec}env = {{ GIVEN = 'x' }}"));
        let plan = world.good(&format!(
            "{PLAIN}  envs:\n  - {{key: GIVEN, type: SECRET, value: '${{GIVEN}}'}}\n  - {{key: A, type: SECRET, value: '${{APP_KEY}}'}}\n  - {{key: B, type: SECRET, value: $APP_KEY}}\n  - {{key: C, type: SECRET, value: '{{{{ C }}}}'}}\n  - {{key: D, type: SECRET, value: <D>}}\n"
        ));
        assert_eq!(value_of(&plan, "web", "GIVEN").as_deref(), Some("x"), "{spec}");
        for key in ["A", "B", "C", "D"] {
            assert_eq!(env_of(&plan, "web", key), None, "{spec}{key}");
        }
        assert_eq!(plan.unset, ["A", "B", "C", "D"], "{spec}");
    }
}

#[test]
fn ingress_by_host_only_falls_back_to_the_default_routes() {
    let plan = World::new().good(&format!(
        "{PLAIN}ingress: {{rules: [{{match: {{authority: {{exact: shop.example}}}}, component: {{name: web}}}}]}}\n"
    ));
    assert!(plan.document.value().get("ingress").is_none());
    insta::assert_snapshot!(plan.warnings.join("\n"), @"none of production's ingress rules applies in the preview: it has the platform's default routes");
}

#[test]
fn ingress_rules_that_lead_nowhere_are_not_said_to_name_a_host() {
    let ingress = "ingress: {rules: [{match: {path: {prefix: /a}}, component: {name: wbe}}, {match: {path: {prefix: /b}}, component: {name: fns}}]}\n";
    let plan = World::new().good(&format!(
        "{PLAIN}functions: [{{name: fns, github: {{repo: acme/shop, branch: main}}}}]\n{ingress}"
    ));
    assert!(plan.document.value().get("ingress").is_none());
    insta::assert_snapshot!(plan.warnings.join("\n"), @"
    the ingress rule `/a` to `wbe` leads nowhere: the app spec has no such component
    none of production's ingress rules applies in the preview: it has the platform's default routes
    ");
    let dropped = plan.changes.iter().filter(|change| change.what.contains("ingress"));
    let dropped: Vec<String> = dropped
        .map(|change| format!("{}: {}", change.what, change.why))
        .collect();
    insta::assert_snapshot!(dropped.join("\n"), @"
    dropped the ingress rule `/a` to `wbe`: the app spec has no such component
    dropped the ingress rule `/b` to `fns`: its component is not in the preview
    ");
}

#[test]
fn a_value_that_the_policy_could_not_get_is_not_productions() {
    let world =
        World::with("env = { URL = { from = 'GONE' }, DATABASE_URL = { from = 'GONE' }, NEW = { from = 'GONE' } }");
    let plan = world.good(&format!(
        "{PLAIN}  envs: [{{key: URL, value: production}}, {{key: DATABASE_URL, type: SECRET}}]\n"
    ));
    assert_eq!(env_of(&plan, "web", "URL"), None);
    assert_eq!(
        value_of(&plan, "web", "DATABASE_URL").as_deref(),
        Some("sqlite:////tmp/preview.db")
    );
    assert_eq!(plan.unset, ["URL", "NEW"]);
    assert_eq!(plan.warnings.len(), 3);
}

#[test]
fn a_binding_to_a_component_that_is_gone_is_named() {
    let bound = |name: &str| format!("{PLAIN}  envs: [{{key: PEER, value: '${{{name}.COMMIT_HASH}}'}}]\n");
    let job = "jobs: [{name: seed, kind: FAILED_DEPLOY, github: {repo: acme/shop, branch: main}}]\n";
    let plan = World::new().good(&format!("{}{job}", bound("seed")));
    insta::assert_snapshot!(plan.warnings.join("\n"), @"`PEER=${seed.COMMIT_HASH}` names a component that this preview does not have");
    // The file does not have it either.
    insta::assert_snapshot!(World::new().refused(&bound("gone")), @"
    app.yaml:6:10: `PEER` of service `web` names `${gone.COMMIT_HASH}`, but the app spec has no component `gone`: App Platform passes such text to the app unchanged
    its only component is `web`
    ");
}
