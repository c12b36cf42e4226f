//! The sandbox as DigitalOcean's own clients see it.

use serde_json::{Value, json};

use crate::harness::{Api, Tester, run, until};

fn notes_spec(name: &str) -> Value {
    json!({
        "name": name, "region": "fra",
        "services": [{
            "name": "web", "run_command": "do-deploy demo-app serve", "http_port": 8080,
            "instance_count": 1, "instance_size_slug": "apps-s-1vcpu-0.5gb",
            "github": { "repo": "org/shop", "branch": "main" },
            "envs": [{ "key": "DATABASE_URL", "scope": "RUN_TIME", "value": "sqlite:////tmp/notes.db" }],
        }],
    })
}

async fn create(t: &Tester, spec: Value) -> Value {
    t.digitalocean("POST", "/v2/apps", Some(&json!({ "spec": spec })))
        .await
        .expect(200)["app"]
        .clone()
}

/// Waits until the deployment has ended and returns it.
async fn ended(t: &Tester, app: &str, deployment: &str) -> Value {
    let path = format!("/v2/apps/{app}/deployments/{deployment}");
    until("the deployment has ended", async || {
        let deployment = t.digitalocean("GET", &path, None).await.expect(200)["deployment"].clone();
        let over =
            ["ACTIVE", "ERROR", "CANCELED", "SUPERSEDED"].contains(&deployment["phase"].as_str().unwrap_or_default());
        over.then_some(deployment)
    })
    .await
}

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn without_a_token_there_is_401() {
    run(async |t: &mut Tester| {
        t.tolerate("token");
        let refused = t.call_as("", Api::DigitalOcean, "GET", "/v2/account", None).await;
        assert_eq!(refused.expect(401)["id"], "unauthorized");
    })
    .await;
}

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
async fn an_app_that_does_not_exist_is_404_with_a_request_id() {
    run(async |t: &mut Tester| {
        let path = "/v2/apps/00000000-0000-4000-8000-000000000000";
        let error = t.digitalocean("GET", path, None).await.expect(404);
        assert_eq!(error["id"], "not_found");
        assert!(error["request_id"].is_string(), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_name_is_taken_once() {
    run(async |t: &mut Tester| {
        create(t, notes_spec("shop")).await;
        let again = t
            .digitalocean("POST", "/v2/apps", Some(&json!({ "spec": notes_spec("shop") })))
            .await;
        assert!([409, 422, 400].contains(&again.status), "{}", again.text);
        t.settled().await;
    })
    .await;
}

#[tokio::test]
async fn lists_are_paged() {
    run(async |t: &mut Tester| {
        for name in ["one", "two", "three"] {
            let mut spec = notes_spec(name);
            spec["services"] = json!([]);
            spec["static_sites"] =
                json!([{ "name": "pages", "github": { "repo": "org/shop", "branch": "main" }, "output_dir": "." }]);
            create(t, spec).await;
        }
        let page = t
            .digitalocean("GET", "/v2/apps?page=2&per_page=2", None)
            .await
            .expect(200);
        assert_eq!(page["apps"].as_array().unwrap().len(), 1);
        assert_eq!(page["meta"]["total"], 3);
        assert!(
            page["links"]["pages"]["first"].as_str().unwrap().contains("page=1"),
            "{}",
            page["links"]
        );
        t.settled().await;
    })
    .await;
}

#[tokio::test]
async fn propose_gives_the_price_and_takes_no_name() {
    run(async |t: &mut Tester| {
        let proposed = t
            .digitalocean("POST", "/v2/apps/propose", Some(&json!({ "spec": notes_spec("shop") })))
            .await
            .expect(200);
        assert_eq!(proposed["app_name_available"], true);
        assert_eq!(proposed["app_cost"], 5);
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_put_replaces_the_whole_spec() {
    run(async |t: &mut Tester| {
        let mut spec = notes_spec("shop");
        spec["envs"] = json!([{ "key": "OLD", "value": "1" }]);
        let app = create(t, spec).await;
        t.settled().await;
        let path = format!("/v2/apps/{}", id(&app));
        let updated = t
            .digitalocean("PUT", &path, Some(&json!({ "spec": notes_spec("shop") })))
            .await
            .expect(200);
        assert!(updated["app"]["spec"]["envs"].is_null(), "{}", updated["app"]["spec"]);
        t.settled().await;
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
async fn a_secret_comes_back_encrypted_and_is_accepted_from_its_own_app_only() {
    run(async |t: &mut Tester| {
        let value = t.secret("KEY");
        let mut spec = notes_spec("shop");
        spec["envs"] = json!([{ "key": "KEY", "type": "SECRET", "value": value }]);
        let app = create(t, spec).await;
        let encrypted = app["spec"]["envs"][0]["value"].as_str().unwrap().to_owned();
        assert!(encrypted.starts_with("EV["), "{encrypted}");
        let mut other = notes_spec("other");
        other["envs"] = json!([{ "key": "KEY", "type": "SECRET", "value": encrypted }]);
        let refused = t
            .digitalocean("POST", "/v2/apps", Some(&json!({ "spec": other })))
            .await;
        assert!([400, 422].contains(&refused.status), "{}", refused.text);
        let path = format!("/v2/apps/{}", id(&app));
        t.digitalocean("PUT", &path, Some(&json!({ "spec": app["spec"] })))
            .await
            .expect(200);
        t.settled().await;
    })
    .await;
}

#[tokio::test]
async fn logs_are_offered_by_url() {
    run(async |t: &mut Tester| {
        let app = create(t, notes_spec("shop")).await;
        let deployment = id(&app["pending_deployment"]);
        ended(t, &id(&app), &deployment).await;
        let path = format!(
            "/v2/apps/{}/deployments/{deployment}/components/web/logs?type=RUN",
            id(&app)
        );
        let logs = t.digitalocean("GET", &path, None).await.expect(200);
        assert!(
            logs["live_url"].as_str().is_none_or(str::is_empty),
            "only with follow=true: {logs}"
        );
        let url = logs["historic_urls"][0].as_str().unwrap();
        assert!(t.get(url).await.unwrap().text.contains("notes first listening"));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_app_is_gone_and_does_not_answer() {
    run(async |t: &mut Tester| {
        let app = create(t, notes_spec("shop")).await;
        t.settled().await;
        let url = t.url_of("shop").await;
        let path = format!("/v2/apps/{}", id(&app));
        assert_eq!(t.digitalocean("DELETE", &path, None).await.expect(200)["id"], app["id"]);
        t.digitalocean("GET", &path, None).await.expect(404);
        until("nothing answers any more", async || {
            (!t.answers(&url).await).then_some(())
        })
        .await;
    })
    .await;
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
async fn says_how_much_of_the_rate_limit_is_left() {
    run(async |t: &mut Tester| {
        let reply = t.digitalocean("GET", "/v2/account", None).await;
        assert_eq!(reply.header("ratelimit-limit"), Some("5000"));
        assert!(reply.header("ratelimit-remaining").is_some() && reply.header("ratelimit-reset").is_some());
    })
    .await;
}

#[tokio::test]
async fn a_burst_is_429_with_retry_after() {
    run(async |t: &mut Tester| {
        let replies =
            futures_util::future::join_all((0..400).map(|_| t.digitalocean("GET", "/v2/account", None))).await;
        let refused = replies
            .iter()
            .find(|reply| reply.status == 429)
            .expect("400 at once are too many");
        assert!(refused.header("retry-after").is_some());
    })
    .await;
}

#[tokio::test]
async fn prices_are_text_in_the_catalogue() {
    run(async |t: &mut Tester| {
        let sizes = t
            .digitalocean("GET", "/v2/apps/tiers/instance_sizes", None)
            .await
            .expect(200);
        let size = sizes["instance_sizes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|size| size["slug"] == "apps-s-1vcpu-0.5gb");
        assert_eq!(size.unwrap()["usd_per_month"], "5.00");
    })
    .await;
}
