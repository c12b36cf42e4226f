//! Rollbacks: by hand with their pin, and the platform's own.

use serde_json::json;

use super::{act, create, create_active, ended, id, notes_spec};
use crate::harness::{Tester, run, until};

/// An app at its second version: its id and those of both deployments.
async fn two_versions(t: &Tester) -> (String, String, String) {
    let app = create_active(t, notes_spec("shop")).await;
    t.push("main", "second");
    let second = id(&act(t, &id(&app), "/deployments", &json!({})).await["deployment"]);
    assert_eq!(ended(t, &id(&app), &second).await["phase"], "ACTIVE");
    (id(&app), id(&app["pending_deployment"]), second)
}

#[tokio::test]
async fn rollback_pins_until_it_is_committed_or_reverted() {
    run(async |t: &mut Tester| {
        let app = create(t, notes_spec("shop")).await;
        let first = id(&app["pending_deployment"]);
        t.settled().await;
        t.push("main", "second");
        let path = format!("/v2/apps/{}", id(&app));
        t.digitalocean("POST", &format!("{path}/deployments"), Some(&json!({})))
            .await
            .expect(200);
        t.settled().await;
        t.expect_serving("shop", "second").await;
        t.digitalocean(
            "POST",
            &format!("{path}/rollback"),
            Some(&json!({ "deployment_id": first })),
        )
        .await
        .expect(200);
        t.settled().await;
        t.expect_serving("shop", "first").await;
        assert!(t.app("shop").await["pinned_deployment"].is_object());
        t.digitalocean("POST", &format!("{path}/rollback/revert"), None)
            .await
            .expect(200);
        t.settled().await;
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_pinned_app_takes_no_deployment_until_the_rollback_is_committed() {
    run(async |t: &mut Tester| {
        let (app, first, _) = two_versions(t).await;
        act(t, &app, "/rollback", &json!({ "deployment_id": first })).await;
        t.settled().await;
        let deployments = format!("/v2/apps/{app}/deployments");
        let refused = t.digitalocean("POST", &deployments, Some(&json!({}))).await.expect(400);
        assert!(refused["message"].as_str().unwrap().contains("pinned"), "{refused}");
        let committed = t
            .digitalocean("POST", &format!("/v2/apps/{app}/rollback/commit"), None)
            .await;
        committed.expect(200);
        assert!(t.app("shop").await["pinned_deployment"].is_null());
        act(t, &app, "/deployments", &json!({})).await;
        t.settled().await;
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_rollback_can_do_without_the_pin() {
    run(async |t: &mut Tester| {
        let (app, first, _) = two_versions(t).await;
        let body = json!({ "deployment_id": first, "skip_pin": true });
        let back = act(t, &app, "/rollback", &body).await["deployment"].clone();
        assert_eq!(back["cause_details"]["type"], "MANUAL_ROLLBACK");
        assert_eq!(back["cloned_from"], first);
        t.settled().await;
        assert!(t.app("shop").await["pinned_deployment"].is_null());
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_rollback_is_validated_before_it_is_made() {
    run(async |t: &mut Tester| {
        let (app, first, _) = two_versions(t).await;
        let body = json!({ "deployment_id": first });
        assert_eq!(
            act(t, &app, "/rollback/validate", &body).await,
            json!({ "valid": true })
        );
        t.push_broken("main");
        let failed = id(&act(t, &app, "/deployments", &json!({})).await["deployment"]);
        t.settled().await;
        let refused = act(t, &app, "/rollback/validate", &json!({ "deployment_id": failed })).await;
        assert!(refused["valid"].is_null(), "{refused}");
        assert_eq!(refused["error"]["code"], "incompatible_result");
        act(t, &app, "/rollback", &body).await;
        t.settled().await;
        let pinned = act(t, &app, "/rollback/validate", &body).await;
        assert_eq!(pinned["error"]["code"], "app_pinned");
    })
    .await;
}

#[tokio::test]
async fn the_platform_rolls_back_automatically_where_the_account_says_so() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "auto_rollback": true })).await;
        let (app, _, second) = two_versions(t).await;
        let serving = t.repository.head("main");
        t.push_broken("main");
        let failed = id(&act(t, &app, "/deployments", &json!({})).await["deployment"]);
        assert_eq!(ended(t, &app, &failed).await["phase"], "ERROR");
        let back = until("the rollback appears", async || {
            let newest = t.rollouts("shop").await.remove(0);
            (newest["id"] != failed.as_str()).then_some(newest)
        })
        .await;
        assert_eq!(back["cause_details"], json!({ "type": "AUTO_ROLLBACK" }));
        assert_eq!(back["cloned_from"], second);
        let back = ended(t, &app, &id(&back)).await;
        assert_eq!(back["phase"], "ACTIVE");
        assert_eq!(back["services"][0]["source_commit_hash"], serving);
        t.expect_serving("shop", "second").await;
        assert_eq!(t.rollouts("shop").await.len(), 4, "it is made once");
    })
    .await;
}

#[tokio::test]
async fn without_anything_that_served_nothing_is_rolled_back() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "auto_rollback": true })).await;
        let mut spec = notes_spec("shop");
        spec["services"][0]["run_command"] = json!("exit 3");
        create(t, spec).await;
        t.settled().await;
        assert_eq!(t.rollouts("shop").await.len(), 1);
    })
    .await;
}
