//! An app that is not meant to serve is as it was asked for: said, not judged, not rolled back.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;

use serde_json::json;

use crate::harness::{Answer, Change, FAILING_CHECK, Proxy, Run, Tester, run_with, without_job};

fn first() -> Change {
    Change::whole_app("first").spec(&without_job())
}

/// Deploys with `maintenance` in the spec where it served before, and back.
async fn goes_offline_and_back(maintenance: &str, said: &str) {
    let offline = format!("{}maintenance: {maintenance}\n", without_job());
    let (said, maintenance) = (said.to_owned(), maintenance.to_owned());
    run_with(first(), async move |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", Change::version("second").spec(&offline));
        let deployed = t.deploy().await;
        deployed
            .succeeds()
            .says(&said)
            .does_not_say("Rolling back")
            .does_not_say("waking");
        assert_eq!(deployed.output("status"), "ready");
        assert!(deployed.summary().contains(&said), "{}", deployed.summary());
        assert_eq!(t.serving("shop").await.0, 503, "the offline page");
        t.command(["verify", "--environment", "production"])
            .await
            .succeeds()
            .says(&said);
        let json = t
            .command(["verify", "--environment", "production", "--json"])
            .locally()
            .await;
        assert_eq!(json.json()["verdict"], "good");
        // A file that is silent about it changes nothing.
        t.push("main", Change::version("third").spec(&without_job()));
        t.deploy().await.succeeds().says("the app stays ").says(&said);
        assert_eq!(t.serving("shop").await.0, 503, "the offline page");
        let back = format!(
            "{}maintenance: {}\n",
            without_job(),
            maintenance.replace("true", "false")
        );
        t.push("main", Change::version("fourth").spec(&back));
        let ended = t.deploy().await;
        ended
            .succeeds()
            .says("ended the app's maintenance: the file switches it off")
            .does_not_say(&said);
        t.expect_serving("shop", "fourth").await;
    })
    .await;
}

#[tokio::test]
async fn maintenance_is_kept_and_said() {
    goes_offline_and_back(
        "{enabled: true}",
        "`shop` is in maintenance mode, as its spec says: visitors get the offline page",
    )
    .await;
}

#[tokio::test]
async fn an_archived_app_is_kept_and_said() {
    goes_offline_and_back(
        "{archive: true}",
        "`shop` is archived, as its spec says: none of its components runs",
    )
    .await;
}

#[tokio::test]
async fn a_first_deployment_in_maintenance_is_good() {
    let spec = format!("{}maintenance: {{enabled: true}}\n", without_job());
    let config = "[health]\nchecks = [{ path = \"/admin\", status = 401 }]\n";
    run_with(
        Change::whole_app("first").spec(&spec).config(config),
        async |t: &mut Tester| {
            t.deploy().await.succeeds().says("is in maintenance mode");
        },
    )
    .await;
}

/// Deploys while the platform says that `web` wants `instances`, and its address answers 503.
async fn deploys_with(t: &Tester, instances: &'static str) -> Arc<Run> {
    let unanswered = Proxy::start("http://127.0.0.1:1", |_, _| {
        Answer::Instead(Response::builder().status(503).body(Body::from("down")).unwrap())
    })
    .await;
    let (here, there) = (t.url_of("shop").await, unanswered.url());
    let api = Proxy::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), move |_, path| {
        let (here, there, is_health) = (here.clone(), there.clone(), path.ends_with("/health"));
        Answer::Changed(Box::new(move |text| match (is_health, instances) {
            (true, "0") => text
                .replace("\"replicas_desired\":1", "\"replicas_desired\":0")
                .replace("\"replicas_ready\":1", "\"replicas_ready\":0")
                .replace("\"HEALTHY\"", "\"UNKNOWN\""),
            _ => text.replace(&here, &there),
        }))
    })
    .await;
    t.deploy().env("DIGITALOCEAN_API_URL", &api.url()).await
}

#[tokio::test]
async fn a_component_without_instances_is_not_asked_from_outside() {
    run_with(
        first().config("[health]\ntimeout = \"2s\"\n"),
        async |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.push("main", "second");
            let idle = deploys_with(t, "0").await;
            idle.succeeds().does_not_say("Rolling back").does_not_say("503");
            t.push("main", "third");
            let down = deploys_with(t, "1").await;
            assert_ne!(
                down.exit_code(),
                Some(0),
                "an instance is wanted, and 503 is no answer: {down}"
            );
        },
    )
    .await;
}

#[tokio::test]
async fn an_app_that_was_archived_on_the_platform_is_not_verified_and_not_rolled_back() {
    run_with(first(), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        t.deploy().await.succeeds();
        t.change_in_panel("shop", |spec| spec["maintenance"] = json!({ "archive": true }))
            .await;
        let verified = t.command(["verify", "--environment", "production"]).await;
        insta::assert_snapshot!(t.log(verified.fails_with(1)), @"
        ::error::`shop` is archived, and nothing of it runs: that was done on the platform: its app spec does not ask for it%0Ahint: restore it in the control panel, or deploy with `maintenance: {archive: false}` in the app spec
        ");
        assert_eq!(verified.output("status"), "failed");
        let json = t.command(["verify", "--environment", "production", "--json"]).locally();
        assert_eq!(json.await.json()["verdict"], "bad");
        for to in [None, Some("--to"), Some("--dry-run")] {
            let first = t.rollouts("shop").await.last().unwrap()["id"]
                .as_str()
                .unwrap()
                .to_owned();
            let back = match to {
                Some("--to") => t.command(["rollback"]).args(["--to", &first]),
                Some(flag) => t.command(["rollback"]).arg(flag),
                None => t.command(["rollback"]),
            };
            back.await
                .fails_with(2)
                .touches_nothing()
                .says("`shop` is archived: a rollback would start it")
                .says("restore it in the control panel");
        }
        t.push("main", "third");
        let kept = t.deploy().await;
        kept.succeeds().says("the app stays archived");
        for again in ["redeploy", "verify"] {
            let again = t.command([again, "--environment", "production"]).await;
            again.says("archived");
        }
        assert_eq!(t.serving("shop").await.0, 503, "the offline page");
        t.change_in_panel("shop", |spec| spec["maintenance"] = json!({ "archive": false }))
            .await;
        t.expect_serving("shop", "third").await;
        // The deployments in between were of an app that does not serve: no way back.
        t.command(["rollback"]).await.succeeds();
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn an_automatic_rollback_leads_past_an_archived_deployment() {
    run_with(first(), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.change_in_panel("shop", |spec| spec["maintenance"] = json!({ "archive": true }))
            .await;
        let restored = format!("{}maintenance: {{archive: false}}\n", without_job());
        t.push("main", Change::version("bad").spec(&restored).config(FAILING_CHECK));
        t.deploy().await.fails_with(1).says("Rolled back to deployment");
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_preview_that_was_archived_on_the_platform_is_not_verified() {
    run_with(first(), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.change_in_panel("shop-pr-1", |spec| spec["maintenance"] = json!({ "archive": true }))
            .await;
        let verified = t.command(["verify", "--pr", "1"]).await;
        insta::assert_snapshot!(t.log(verified.fails_with(1)), @"
        ::error::`shop-pr-1` is archived, and nothing of it runs: that was done on the platform: its app spec does not ask for it%0Ahint: deploy the preview again: `do-deploy preview --pr N`, or `/preview` in a comment
        ");
        t.preview(1).await.succeeds();
        t.command(["verify", "--pr", "1"]).await.succeeds();
    })
    .await;
}
