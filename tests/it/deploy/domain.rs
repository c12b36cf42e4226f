//! With a primary domain, that host is asked, too, and what it answers is what people get.

use crate::harness::{Answer, Change, Proxy, Tester, run_with, without_job};

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
        let patience = "[health]\ntimeout = \"5s\"\n";
        let second = Change::version("second").config(patience);
        t.push("main", second.file("HOSTS", "other.example\n"));
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

/// Every app with this domain in this phase.
async fn with_phase(t: &Tester, phase: &'static str) -> Proxy {
    Proxy::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), move |_, _| {
        Answer::Changed(Box::new(move |text| {
            let domain = format!(r#""domains":[{{"spec":{{"domain":"shop.example"}},"phase":"{phase}"}}]"#);
            text.replace("\"default_ingress\":", &format!("{domain},\"default_ingress\":"))
        }))
    })
    .await
}

#[tokio::test]
async fn an_app_that_waits_for_its_only_host_is_not_rolled_back() {
    let first = || Change::whole_app("first").spec(&without_job());
    for (kind, phase) in [
        ("PRIMARY", "CONFIGURING"),
        ("PRIMARY", "PENDING"),
        ("ALIAS", "CONFIGURING"),
    ] {
        run_with(first(), async |t: &mut Tester| {
            t.deploy().await.succeeds();
            let domain = format!(
                "{}domains:\n  - {{domain: shop.example, type: {kind}}}\n",
                without_job()
            );
            let second = Change::version("second").spec(&domain).file("HOSTS", "shop.example\n");
            t.push("main", second);
            let between = with_phase(t, phase).await;
            t.deploy()
                .env("DIGITALOCEAN_API_URL", &between.url())
                .await
                .fails_with(3)
                .says("`shop.example` could not be asked")
                .says("the platform has not finished setting the domain up")
                .does_not_say("Rolling back");
            // Once it is set up, it counts.
            t.command(["verify", "--environment", "production"]).await.succeeds();
        })
        .await;
    }
}

#[tokio::test]
async fn a_domain_that_is_pending_excuses_nothing_but_a_host_that_is_turned_away() {
    run_with(with_domain(""), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let check = "[health]\nchecks = [{ path = \"/nowhere\", status = 200 }]\n";
        t.push("main", Change::version("second").config(check));
        let between = with_phase(t, "CONFIGURING").await;
        t.deploy()
            .env("DIGITALOCEAN_API_URL", &between.url())
            .await
            .fails_with(1)
            .says("404 instead of 200")
            .says("Rolled back");
    })
    .await;
}

#[tokio::test]
async fn an_app_with_nothing_but_an_alias_is_asked_there() {
    for domain in ["{domain: shop.example, type: ALIAS}", "{domain: shop.example}"] {
        let spec = format!("{}domains:\n  - {domain}\n", without_job());
        let first = Change::whole_app("first").spec(&spec).file("HOSTS", "shop.example\n");
        run_with(first, async |t: &mut Tester| {
            t.deploy().await.succeeds().says("(as `shop.example`): 200");
            t.push("main", "second");
            t.deploy().await.succeeds().does_not_say("Rolling back");
        })
        .await;
    }
}
