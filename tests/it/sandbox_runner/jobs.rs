//! Jobs before, after and instead of a deployment.

use serde_json::json;

use super::{ASK, create, deploy_again, log, phase, service, with_jobs};
use crate::harness::{Tester, run};

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
async fn a_job_before_the_deployment_runs_while_the_old_version_serves() {
    run(async |t: &mut Tester| {
        let app = create(t, with_jobs(&[("look", "PRE_DEPLOY", "echo a; true")])).await;
        t.push("main", "second");
        let path = format!("/v2/apps/{}", app["id"].as_str().unwrap());
        let body = json!({ "spec": with_jobs(&[("look", "PRE_DEPLOY", ASK)]), "update_all_source_versions": true });
        t.digitalocean("PUT", &path, Some(&body)).await.expect(200);
        t.settled().await;
        let seen = log(t, &app, "look", "DEPLOY").await;
        assert!(seen.contains("notes first"), "{seen}");
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_job_after_the_deployment_meets_the_new_version() {
    run(async |t: &mut Tester| {
        let app = create(t, with_jobs(&[("look", "POST_DEPLOY", ASK)])).await;
        assert_eq!(phase(t, "shop").await, "ACTIVE");
        t.push("main", "second");
        deploy_again(t, &app).await;
        let seen = log(t, &app, "look", "DEPLOY").await;
        assert!(seen.contains("notes second"), "{seen}");
    })
    .await;
}

#[tokio::test]
async fn a_failing_job_after_the_deployment_brings_the_old_version_back() {
    run(async |t: &mut Tester| {
        let unless_second = "test \"$(cat VERSION)\" != second";
        let app = create(t, with_jobs(&[("look", "POST_DEPLOY", unless_second)])).await;
        t.push("main", "second");
        deploy_again(t, &app).await;
        assert_eq!(phase(t, "shop").await, "ERROR");
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_job_for_failures_runs_only_after_one() {
    run(async |t: &mut Tester| {
        let app = create(t, with_jobs(&[("tell", "FAILED_DEPLOY", "echo telling everybody")])).await;
        assert_eq!(log(t, &app, "tell", "DEPLOY").await, "");
        t.push_broken("main");
        deploy_again(t, &app).await;
        assert_eq!(phase(t, "shop").await, "ERROR");
        assert!(log(t, &app, "tell", "DEPLOY").await.contains("telling everybody"));
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn jobs_of_one_kind_run_in_the_order_of_the_spec() {
    run(async |t: &mut Tester| {
        let jobs = [("one", "PRE_DEPLOY", "exit 1"), ("two", "PRE_DEPLOY", "echo never")];
        let app = create(t, with_jobs(&jobs)).await;
        assert_eq!(phase(t, "shop").await, "ERROR");
        assert_eq!(log(t, &app, "two", "DEPLOY").await, "");
    })
    .await;
}
