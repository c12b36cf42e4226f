//! Fields that no preview may hold.

use super::*;

const WEB: &str = "name: shop\nservices:\n- name: web\n  github: {repo: acme/shop, branch: main}\n";

/// Fields that no document of the vendor has, and fields that lead to production: at every depth.
const BAD: [(&str, &str); 11] = [
    ("", "Databases: [{name: db, production: true, cluster_name: main}]\n"),
    ("", "databases: [{name: db, engine: PG, clusterName: main}]\n"),
    ("", "logDestinations: [{name: x}]\n"),
    (
        "",
        "log_destinations: [{name: x, open_search: {cluster_name: main, endpoint: x}}]\n",
    ),
    (
        "",
        "functions: [{name: hooks, github: {repo: acme/shop, branch: main}}]\n",
    ),
    (
        "",
        "ingress: {rules: [{match: {path: {prefix: /}}, component: {name: web}, mirror: production}]}\n",
    ),
    (
        "  log_destinations: [{name: x, open_search: {cluster_name: main}}]\n",
        "",
    ),
    ("  volumes: [{name: data}]\n", ""),
    ("  image: {registry_type: DOCR, repository: pic, pull_secret: x}\n", ""),
    ("  envs: [{key: A, value: a, valueFrom: {secret: b}}]\n", ""),
    ("  protocol: {cluster_name: main}\n", ""),
];

#[test]
fn a_preview_spec_with_a_field_that_no_preview_may_hold_is_refused() {
    let world = World::with("spec = '.do/preview.yaml'");
    for (inside, beside) in BAD {
        let spec = parse(&format!("{WEB}{inside}{beside}"), "app.yaml").expect("a valid spec");
        let failure = world.plan(&print(spec.value())).expect_err(beside);
        assert_eq!(
            failure.what, "the preview spec has fields that a preview may not have",
            "{inside}{beside}"
        );
    }
    insta::assert_snapshot!(world.refused(&format!("{WEB}  volumes: [{{name: data}}]\n  log_destinations: [{{name: x, open_search: {{cluster_name: main}}}}]\nDatabases: [{{name: db}}]\n")), @r"
        the preview spec has fields that a preview may not have: `volumes` of `web`: App Platform's app spec has no such field; `log_destinations` of `web`: a preview's logs do not belong among production's; `Databases`: App Platform's app spec has no such field
        take them out of the preview spec, or leave `[preview] spec` empty to have one made
    ");
}

#[test]
fn a_preview_that_is_made_leaves_them_out_and_names_them() {
    for (inside, beside) in BAD {
        let spec = parse(&format!("{WEB}{inside}{beside}"), "app.yaml").expect("a valid spec");
        let plan = World::new().good(&print(spec.value()));
        let sent = plan.document.value().to_string();
        for word in [
            "cluster",
            "Databases",
            "log",
            "functions",
            "mirror",
            "volumes",
            "pull_secret",
            "valueFrom",
        ] {
            assert!(!sent.contains(word), "{word} of {inside}{beside}: {sent}");
        }
    }
    let plan = World::new().good(&format!(
        "x-envs: {{a: b}}\n{WEB}  volumes: [{{name: data}}]\n  health_check: {{http_path: /, grpc: true}}\n  envs: [{{key: A, value: a, valueFrom: b}}]\nDatabases: []\nfunctions: [{{name: hooks, github: {{repo: acme/shop}}}}]\ningress: {{rules: [{{match: {{path: {{prefix: /}}}}, component: {{name: web}}, mirror: x}}], secure_header: {{key: a}}}}\n"
    ));
    let dropped: Vec<String> = told(&plan)
        .lines()
        .filter(|it| it.starts_with("dropped"))
        .map(str::to_owned)
        .collect();
    insta::assert_snapshot!(dropped.join("\n"), @r"
        dropped `x-envs`: App Platform's app spec has no such field
        dropped `volumes` of `web`: App Platform's app spec has no such field
        dropped `health_check.grpc` of `web`: App Platform's app spec has no such field
        dropped `envs.valueFrom` of `web`: App Platform's app spec has no such field
        dropped `functions`: nothing bounds what functions may cost
        dropped `ingress.rules.mirror`: App Platform's app spec has no such field
        dropped `ingress.secure_header`: it is production's agreement with its proxy
    ");
}

#[test]
fn anchors_of_the_file_are_no_fields() {
    let plan = World::with("spec = 'p.yaml'").good(&format!("x-repo: &repo {{repo: acme/shop}}\n{WEB}"));
    assert!(plan.document.value().get("x-repo").is_none());
}

#[test]
fn what_only_a_derived_preview_leaves_out_may_stand_in_a_spec_by_hand() {
    let plan = World::with("spec = 'p.yaml'").good(&format!("{WEB}alerts: [{{rule: DEPLOYMENT_FAILED}}]\negress: {{type: AUTOASSIGN}}\nmaintenance: {{enabled: false}}\nfeatures: [buildpack-stack=ubuntu-22]\n"));
    assert!(plan.document.value().get("alerts").is_some() && plan.document.value().get("features").is_some());
}
