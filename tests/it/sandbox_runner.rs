//! The sandbox runs deployments for real: checkouts, processes, disks, jobs, health checks, crashes.

use serde_json::{Value, json};

use crate::harness::{Change, Tester, run, run_with, until};

fn service(run_command: &str) -> Value {
    json!({
        "name": "web", "run_command": run_command, "http_port": 8080,
        "instance_count": 1, "instance_size_slug": "apps-s-1vcpu-0.5gb",
        "github": { "repo": "org/shop", "branch": "main" },
        "envs": [{ "key": "DATABASE_URL", "scope": "RUN_TIME", "value": "sqlite:////tmp/notes.db" }],
    })
}

async fn create(t: &Tester, spec: Value) -> Value {
    let app = t
        .digitalocean("POST", "/v2/apps", Some(&json!({ "spec": spec })))
        .await
        .expect(200)["app"]
        .clone();
    t.settled().await;
    app
}

/// Phase of the app's newest deployment.
async fn phase(t: &Tester, name: &str) -> String {
    t.rollouts(name).await[0]["phase"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn the_disk_is_lost_at_every_deploy() {
    run(async |t: &mut Tester| {
        let prepared = service("do-deploy demo-app migrate && do-deploy demo-app serve");
        let app = create(t, json!({ "name": "shop", "region": "fra", "services": [prepared] })).await;
        t.write_note("shop", "soon forgotten").await;
        let path = format!("/v2/apps/{}/deployments", app["id"].as_str().unwrap());
        t.digitalocean("POST", &path, Some(&json!({}))).await.expect(200);
        t.settled().await;
        assert_eq!(t.visit("shop", "GET", "/notes").await.json(), json!([]));
    })
    .await;
}

#[tokio::test]
async fn two_apps_do_not_share_a_disk() {
    run(async |t: &mut Tester| {
        let prepared = service("do-deploy demo-app migrate && do-deploy demo-app serve");
        create(t, json!({ "name": "one", "region": "fra", "services": [prepared] })).await;
        create(t, json!({ "name": "two", "region": "fra", "services": [prepared] })).await;
        t.write_note("one", "mine").await;
        assert_eq!(t.visit("two", "GET", "/notes").await.json(), json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_service_that_does_not_start_fails_its_deployment() {
    run(async |t: &mut Tester| {
        create(
            t,
            json!({ "name": "shop", "region": "fra", "services": [service("exit 3")] }),
        )
        .await;
        assert_eq!(phase(t, "shop").await, "ERROR");
    })
    .await;
}

#[tokio::test]
async fn a_service_that_never_gets_healthy_fails_its_deployment() {
    run(async |t: &mut Tester| {
        let mut unhealthy = service("do-deploy demo-app serve");
        unhealthy["health_check"] = json!({ "http_path": "/nowhere" });
        create(t, json!({ "name": "shop", "region": "fra", "services": [unhealthy] })).await;
        assert_eq!(phase(t, "shop").await, "ERROR");
    })
    .await;
}

#[tokio::test]
async fn a_failing_build_command_fails_the_deployment_and_its_output_is_the_build_log() {
    run(async |t: &mut Tester| {
        let mut broken = service("do-deploy demo-app serve");
        broken["build_command"] = json!("echo cannot find the moon; exit 7");
        let app = create(t, json!({ "name": "shop", "region": "fra", "services": [broken] })).await;
        assert_eq!(phase(t, "shop").await, "ERROR");
        let deployment = t.rollouts("shop").await[0]["id"].as_str().unwrap().to_owned();
        let id = app["id"].as_str().unwrap();
        let path = format!("/v2/apps/{id}/deployments/{deployment}/components/web/logs?type=BUILD");
        let logs = t.digitalocean("GET", &path, None).await.expect(200);
        let log = t.get(logs["historic_urls"][0].as_str().unwrap()).await.unwrap().text;
        assert!(log.contains("cannot find the moon"), "{log}");
    })
    .await;
}

#[tokio::test]
async fn envs_reach_the_process_by_scope() {
    run(async |t: &mut Tester| {
        let mut scoped = service("echo \"$RUN$BOTH\" > VERSION; do-deploy demo-app serve");
        scoped["build_command"] = json!("test -n \"$BUILD\" -a -z \"$RUN\"");
        scoped["envs"].as_array_mut().unwrap().extend([
            json!({ "key": "RUN", "scope": "RUN_TIME", "value": "run" }),
            json!({ "key": "BUILD", "scope": "BUILD_TIME", "value": "build" }),
        ]);
        let envs = json!([{ "key": "BOTH", "value": "-and-app" }]);
        create(
            t,
            json!({ "name": "shop", "region": "fra", "envs": envs, "services": [scoped] }),
        )
        .await;
        t.expect_serving("shop", "run-and-app").await;
    })
    .await;
}

#[tokio::test]
async fn bindable_variables_are_replaced() {
    run(async |t: &mut Tester| {
        let mut bound = service("echo \"$WHERE\" > VERSION; do-deploy demo-app serve");
        bound["envs"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "key": "WHERE", "scope": "RUN_TIME", "value": "${APP_URL}" }));
        create(t, json!({ "name": "shop", "region": "fra", "services": [bound] })).await;
        let url = t.url_of("shop").await;
        t.expect_serving("shop", &url).await;
    })
    .await;
}

#[tokio::test]
async fn a_job_before_the_deployment_decides_over_it() {
    run(async |t: &mut Tester| {
        let job = json!({
            "name": "migrate", "kind": "PRE_DEPLOY", "run_command": "echo no database; exit 1",
            "instance_size_slug": "apps-s-1vcpu-0.5gb", "github": { "repo": "org/shop", "branch": "main" },
        });
        let spec = json!({ "name": "shop", "region": "fra", "services": [service("do-deploy demo-app serve")], "jobs": [job] });
        create(t, spec).await;
        assert_eq!(phase(t, "shop").await, "ERROR");
    })
    .await;
}

#[tokio::test]
async fn two_services_share_an_app_by_path() {
    run_with(
        Change::whole_app("first").file("api/VERSION", "api\n"),
        async |t: &mut Tester| {
            let mut api = service("do-deploy demo-app serve");
            api["name"] = json!("api");
            api["source_dir"] = json!("api");
            let ingress = json!({ "rules": [
                { "component": { "name": "api" }, "match": { "path": { "prefix": "/api" } } },
                { "component": { "name": "web" }, "match": { "path": { "prefix": "/" } } },
            ]});
            let services = json!([service("do-deploy demo-app serve"), api]);
            create(
                t,
                json!({ "name": "shop", "region": "fra", "services": services, "ingress": ingress }),
            )
            .await;
            assert_eq!(t.visit("shop", "GET", "/api/").await.text.trim(), "notes api");
            t.expect_serving("shop", "first").await;
        },
    )
    .await;
}

#[tokio::test]
async fn no_request_is_lost_while_a_new_version_takes_over() {
    run(async |t: &mut Tester| {
        let app = create(
            t,
            json!({ "name": "shop", "region": "fra", "services": [service("do-deploy demo-app serve")] }),
        )
        .await;
        let url = t.url_of("shop").await;
        t.push("main", "second");
        let path = format!("/v2/apps/{}/deployments", app["id"].as_str().unwrap());
        t.digitalocean("POST", &path, Some(&json!({}))).await.expect(200);
        until("the second version answers", async || {
            let reply = t.get(&url).await.expect("the edge answers all the time");
            assert_eq!(reply.status, 200, "{}", reply.text);
            reply.text.contains("second").then_some(())
        })
        .await;
        t.settled().await;
    })
    .await;
}

#[tokio::test]
async fn a_crashed_instance_comes_back_and_leaves_its_log() {
    run(async |t: &mut Tester| {
        let dying = service("timeout 1 do-deploy demo-app serve; exit 9");
        let app = create(t, json!({ "name": "shop", "region": "fra", "services": [dying] })).await;
        let path = format!(
            "/v2/apps/{}/components/web/logs?type=RUN_RESTARTED",
            app["id"].as_str().unwrap()
        );
        until("the crashed instance's log is there", async || {
            let logs = t.digitalocean("GET", &path, None).await;
            let url = (logs.status == 200).then(|| logs.json()["historic_urls"][0].clone())?;
            t.get(url.as_str()?)
                .await
                .ok()
                .filter(|log| log.text.contains("notes first listening"))
        })
        .await;
        until("it serves again", async || {
            (t.serving("shop").await.0 == 200).then_some(())
        })
        .await;
    })
    .await;
}
