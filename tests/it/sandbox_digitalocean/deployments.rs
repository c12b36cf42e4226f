//! Deployments: phases, steps, causes, one after another.

use serde_json::json;

use super::{act, create, create_active, ended, id, leaves, notes_spec};
use crate::harness::{Tester, run, until};

#[tokio::test]
async fn an_app_goes_from_pending_to_active() {
    run(async |t: &mut Tester| {
        let app = create(t, notes_spec("shop")).await;
        let pending = id(&app["pending_deployment"]);
        let progress = &app["pending_deployment"]["progress"];
        assert!(progress["total_steps"].as_u64().unwrap() > 0, "{progress}");
        let deployment = ended(t, &id(&app), &pending).await;
        assert_eq!(deployment["phase"], "ACTIVE");
        assert_eq!(
            deployment["progress"]["success_steps"],
            deployment["progress"]["total_steps"]
        );
        assert_eq!(
            deployment["services"][0]["source_commit_hash"],
            t.repository.head("main")
        );
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_second_deployment_supersedes_a_running_one() {
    run(async |t: &mut Tester| {
        let app = create(t, notes_spec("shop")).await;
        let first = id(&app["pending_deployment"]);
        let path = format!("/v2/apps/{}/deployments", id(&app));
        let second = t
            .digitalocean("POST", &path, Some(&json!({ "force_build": true })))
            .await
            .expect(200);
        assert_eq!(ended(t, &id(&app), &id(&second["deployment"])).await["phase"], "ACTIVE");
        assert_eq!(ended(t, &id(&app), &first).await["phase"], "SUPERSEDED");
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_deployment_leaves_the_one_before() {
    run(async |t: &mut Tester| {
        let app = create(t, notes_spec("shop")).await;
        t.settled().await;
        t.push("main", "second");
        let path = format!("/v2/apps/{}/deployments", id(&app));
        let second = id(&t.digitalocean("POST", &path, Some(&json!({}))).await.expect(200)["deployment"]);
        t.digitalocean("POST", &format!("{path}/{second}/cancel"), None)
            .await
            .expect(200);
        assert_eq!(ended(t, &id(&app), &second).await["phase"], "CANCELED");
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn deployments_are_listed_newest_first_in_pages() {
    run(async |t: &mut Tester| {
        let app = create_active(t, notes_spec("shop")).await;
        let second = id(&act(t, &id(&app), "/deployments", &json!({})).await["deployment"]);
        t.settled().await;
        let path = format!("/v2/apps/{}/deployments", id(&app));
        let page = t
            .digitalocean("GET", &format!("{path}?per_page=1"), None)
            .await
            .expect(200);
        assert_eq!(page["deployments"][0]["id"], second);
        assert_eq!(page["meta"]["total"], 2);
        let next = page["links"]["pages"]["next"].as_str().unwrap();
        let place = next.find("/v2/").unwrap();
        let last = t.digitalocean("GET", &next[place..], None).await.expect(200);
        assert_eq!(last["deployments"][0]["id"], app["pending_deployment"]["id"]);
    })
    .await;
}

#[tokio::test]
async fn a_restart_is_a_deployment_with_steps_and_the_same_commit() {
    run(async |t: &mut Tester| {
        let app = create_active(t, notes_spec("shop")).await;
        let commit = t.repository.head("main");
        t.push("main", "second");
        let restart = act(t, &id(&app), "/restart", &json!({})).await["deployment"].clone();
        assert!(restart["progress"]["total_steps"].as_u64().unwrap() > 0, "{restart}");
        let restart = ended(t, &id(&app), &id(&restart)).await;
        assert_eq!(restart["phase"], "ACTIVE");
        assert_eq!(restart["progress"]["success_steps"], restart["progress"]["total_steps"]);
        assert_eq!(restart["services"][0]["source_commit_hash"], commit);
        assert_eq!(restart["cause_details"]["digitalocean_user_action"]["name"], "RESTART");
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_deployment_says_who_caused_it_and_how() {
    run(async |t: &mut Tester| {
        let app = create_active(t, notes_spec("shop")).await;
        let deployment = act(t, &id(&app), "/deployments", &json!({})).await["deployment"].clone();
        assert_eq!(
            deployment["cause_details"],
            json!({
                "type": "MANUAL",
                "digitalocean_user_action": {
                    "name": "CREATE_DEPLOYMENT",
                    "user": { "email": "sandbox@example.com", "full_name": "Sandbox" },
                },
            })
        );
        assert_eq!(deployment["cause"], "manual");
        assert_eq!(deployment["previous_deployment_id"], app["pending_deployment"]["id"]);
        t.settled().await;
    })
    .await;
}

#[tokio::test]
async fn a_failed_step_has_a_reason_code() {
    run(async |t: &mut Tester| {
        let mut spec = notes_spec("shop");
        spec["services"][0]["build_command"] = json!("exit 7");
        let app = create(t, spec).await;
        let deployment = ended(t, &id(&app), &id(&app["pending_deployment"])).await;
        assert_eq!(deployment["phase"], "ERROR");
        assert_eq!(deployment["progress"]["error_steps"], 1);
        let failed: Vec<_> = leaves(&deployment["progress"]["steps"])
            .into_iter()
            .filter(|step| step["status"] == "ERROR")
            .collect();
        assert_eq!(failed[0]["reason"]["code"], "BuildJobExitNonZero");
        assert_eq!(failed[0]["component_name"], "web");
    })
    .await;
}

#[tokio::test]
async fn an_unchanged_commit_is_not_built_again_unless_forced() {
    run(async |t: &mut Tester| {
        let app = create_active(t, notes_spec("shop")).await;
        for (force, reason) in [(false, json!("PreviousBuildReused")), (true, json!(null))] {
            let body = json!({ "force_build": force });
            let started = act(t, &id(&app), "/deployments", &body).await;
            let deployment = ended(t, &id(&app), &id(&started["deployment"])).await;
            let steps = leaves(&deployment["progress"]["steps"]);
            let build = steps.iter().find(|step| step["message_base"] == "Building service");
            assert_eq!(build.unwrap()["reason"]["code"], reason, "force_build: {force}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_failed_deploy_job_stays_pending_in_a_good_deployment() {
    run(async |t: &mut Tester| {
        let mut spec = notes_spec("shop");
        spec["jobs"] = json!([{
            "name": "tell", "kind": "FAILED_DEPLOY", "run_command": "exit 1",
            "github": { "repo": "org/shop", "branch": "main" },
        }]);
        let app = create(t, spec).await;
        let progress = ended(t, &id(&app), &id(&app["pending_deployment"])).await["progress"].clone();
        assert!(progress["pending_steps"].as_u64().unwrap() > 0, "{progress}");
        assert!(progress["success_steps"].as_u64() < progress["total_steps"].as_u64());
    })
    .await;
}

#[tokio::test]
async fn an_ended_deployment_cannot_be_cancelled() {
    run(async |t: &mut Tester| {
        let app = create_active(t, notes_spec("shop")).await;
        let path = format!(
            "/v2/apps/{}/deployments/{}/cancel",
            id(&app),
            id(&app["pending_deployment"])
        );
        let refused = t.digitalocean("POST", &path, None).await.expect(400);
        assert!(refused["message"].as_str().unwrap().contains("ACTIVE"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn a_build_beyond_the_accounts_limit_waits_and_says_so() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "concurrent_builds": 0 })).await;
        let app = create(t, notes_spec("shop")).await;
        let deployment = id(&app["pending_deployment"]);
        let path = format!("/v2/apps/{}/deployments/{deployment}", id(&app));
        let waiting = until("it waits for a build", async || {
            let deployment = t.digitalocean("GET", &path, None).await.expect(200)["deployment"].clone();
            let steps = leaves(&deployment["progress"]["steps"]);
            let limited = steps.iter().any(|step| step["reason"]["code"] == "BuildRateLimit");
            limited.then_some(deployment["phase"].clone())
        })
        .await;
        assert_eq!(waiting, "PENDING_BUILD");
        t.account(&json!({ "concurrent_builds": 1 })).await;
        assert_eq!(ended(t, &id(&app), &deployment).await["phase"], "ACTIVE");
    })
    .await;
}
