//! With a primary domain, that host is asked, too, and what it answers is what people get.

use crate::harness::{Change, Tester, run_with, without_job};

fn with_domain(rules: &str) -> Change {
    let domain = "domains:\n  - {domain: shop.example, type: PRIMARY}\n";
    Change::whole_app("first").spec(&format!("{}{domain}{rules}", without_job()))
}

#[tokio::test]
async fn an_app_that_knows_its_hosts_is_good_where_people_visit_it() {
    // It answers 400 on the platform's host, as Django does.
    let first = with_domain("").file("HOSTS", "shop.example\n");
    run_with(first, async |t: &mut Tester| {
        t.deploy().await.succeeds().says("(as `shop.example`): 200");
        t.push("main", "second");
        let deployed = t.deploy().await;
        deployed.succeeds().does_not_say("Rolling back");
        let note = "The platform's own host answered 400; `shop.example`, which people visit, is good";
        assert!(deployed.summary().contains(note), "{}", deployed.summary());
        assert_eq!(t.visit("shop", "GET", "/health").await.status, 400);
        t.command(["verify", "--environment", "production"])
            .await
            .succeeds()
            .says(note);
    })
    .await;
}

#[tokio::test]
async fn an_app_that_turns_its_own_domain_away_is_rolled_back() {
    run_with(with_domain(""), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", Change::version("second").file("HOSTS", "other.example\n"));
        t.deploy()
            .await
            .fails_with(1)
            .says("`shop.example` does not answer as expected")
            .says("Rolled back");
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn an_app_that_is_routed_on_its_domain_alone_is_asked_there() {
    let rules = "
ingress:
  rules:
    - match: {path: {prefix: /api}, authority: {exact: shop.example}}
      component: {name: web}
";
    run_with(with_domain(rules), async |t: &mut Tester| {
        let deployed = t.deploy().await;
        deployed.succeeds().says("/api/health (as `shop.example`): 200");
        assert_eq!(t.visit("shop", "GET", "/api/health").await.status, 404);
        let host = [("host", "shop.example")];
        assert_eq!(t.visit_with("shop", "GET", "/api/health", &host).await.status, 200);
    })
    .await;
}
