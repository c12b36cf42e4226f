//! What is asked from outside: the public route to each component's health check, not the path inside it.

use crate::harness::{Change, Tester, run_with, without_job};

/// The notes service, with these lines at the end of its spec.
fn spec_with(ingress: &str) -> Change {
    Change::whole_app("first").spec(&format!("{}{ingress}", without_job()))
}

/// Deploys two versions and finds both good.
async fn deploys_twice(first: Change, path: &str) {
    let path = path.to_owned();
    run_with(first, async move |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        t.deploy().await.succeeds().does_not_say("Rolling back");
        let second = t.visit("shop", "GET", &path).await;
        assert_eq!((second.status, second.text.trim()), (200, "notes second"));
    })
    .await;
}

#[tokio::test]
async fn a_service_below_a_prefix_is_asked_below_it() {
    let rules = "
ingress:
  rules:
    - match: {path: {prefix: /api}}
      component: {name: web}
";
    deploys_twice(spec_with(rules), "/api/").await;
}

#[tokio::test]
async fn a_rewritten_path_is_asked_where_the_rule_takes_it_from() {
    let rules = "
ingress:
  rules:
    - match: {path: {prefix: /up}}
      component: {name: web, rewrite: /health}
    - match: {path: {prefix: /shop}}
      component: {name: web, rewrite: /}
";
    deploys_twice(spec_with(rules), "/shop/").await;
}

#[tokio::test]
async fn a_path_that_no_rule_reaches_is_left_to_the_platform() {
    // Whatever is asked at `/notes` is `/notes` inside, so that `/health` has no place outside.
    let rules = "
ingress:
  rules:
    - match: {path: {prefix: /notes}}
      component: {name: web, preserve_path_prefix: true}
    - match: {path: {prefix: /}}
      redirect: {uri: /notes}
";
    let migrates = spec_with(rules).spec(&format!("{}{rules}", without_job()).replace(
        "run_command: do-deploy demo-app serve",
        "run_command: do-deploy demo-app migrate && do-deploy demo-app serve",
    ));
    run_with(migrates, async |t: &mut Tester| {
        t.deploy().await.succeeds().says("/notes: 200");
        t.push("main", "second");
        t.deploy().await.succeeds().does_not_say("Rolling back");
    })
    .await;
}

#[tokio::test]
async fn every_component_is_asked_at_its_own_route() {
    let api = "  - name: api
    github:
      repo: org/shop
      branch: main
    run_command: do-deploy demo-app serve
    instance_count: 1
    instance_size_slug: apps-s-1vcpu-0.5gb
    health_check:
      http_path: /health
    envs:
      - key: DATABASE_URL
        scope: RUN_TIME
        value: sqlite:////tmp/notes.db
ingress:
  rules:
    - match: {path: {prefix: /api}}
      component: {name: api}
    - match: {path: {prefix: /}}
      component: {name: web}
";
    // The front is a service that has no `/health`.
    let front = format!("{}{api}", without_job()).replacen("http_path: /health", "http_path: /", 1);
    run_with(Change::whole_app("first").spec(&front), async |t: &mut Tester| {
        let deployed = t.deploy().await;
        deployed.succeeds().says("/api/health: 200");
        t.push("main", "second");
        t.deploy().await.succeeds().does_not_say("Rolling back");
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_health_check_on_a_port_of_its_own_is_left_to_the_platform() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    // What the public reaches has no database, and so no `/health`; what listens on the other port has one.
    let service = without_job()
        .replace(
            "run_command: do-deploy demo-app serve",
            &format!(
                "internal_ports: [{port}]\n    run_command: PORT={port} do-deploy demo-app serve & \
                 DATABASE_URL=sqlite:////nowhere/notes.db do-deploy demo-app serve"
            ),
        )
        .replace("http_path: /health", &format!("http_path: /health\n      port: {port}"));
    run_with(Change::whole_app("first").spec(&service), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        assert_eq!(t.visit("shop", "GET", "/health").await.status, 500);
        t.command(["verify", "--environment", "production"]).await.succeeds();
    })
    .await;
}
