//! What a process finds in its environment: scopes, bindable variables.

use serde_json::json;

use super::{create, one_service, service};
use crate::harness::{Tester, run};
use crate::sandbox_digitalocean::{create_active, ended, id, leaves};

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
async fn a_components_env_wins_over_the_apps() {
    run(async |t: &mut Tester| {
        let mut both = service("echo \"$WHO\" > VERSION; do-deploy demo-app serve");
        both["envs"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "key": "WHO", "value": "component" }));
        let mut spec = one_service(both);
        spec["envs"] = json!([{ "key": "WHO", "value": "app" }]);
        create(t, spec).await;
        t.expect_serving("shop", "component").await;
    })
    .await;
}

#[tokio::test]
async fn a_component_knows_its_commit_and_an_unknown_variable_stays_as_it_is_written() {
    run(async |t: &mut Tester| {
        let mut bound = service("echo \"$COMMIT $UNKNOWN\" > VERSION; do-deploy demo-app serve");
        bound["envs"].as_array_mut().unwrap().extend([
            json!({ "key": "COMMIT", "scope": "RUN_TIME", "value": "${_self.COMMIT_HASH}" }),
            json!({ "key": "UNKNOWN", "scope": "RUN_TIME", "value": "${absent.DATABASE_URL}" }),
        ]);
        create(t, one_service(bound)).await;
        let expected = format!("{} ${{absent.DATABASE_URL}}", t.repository.head("main"));
        t.expect_serving("shop", &expected).await;
    })
    .await;
}

#[tokio::test]
async fn a_managed_cluster_that_does_not_exist_is_a_clear_error() {
    run(async |t: &mut Tester| {
        let mut spec = one_service(service("do-deploy demo-app serve"));
        spec["databases"] = json!([{ "name": "db", "engine": "PG", "production": true, "cluster_name": "main-pg" }]);
        create(t, spec).await;
        let deployment = t.rollouts("shop").await.remove(0);
        let steps = leaves(&deployment["progress"]["steps"]);
        let failed = steps.iter().find(|step| step["status"] == "ERROR").unwrap();
        assert_eq!(failed["reason"]["code"], "DatabaseNotFound");
        assert!(
            failed["reason"]["message"].as_str().unwrap().contains("main-pg"),
            "{failed}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_development_database_stays_until_the_spec_has_another_name_or_version_of_it() {
    run(async |t: &mut Tester| {
        let spec_with = |name: &str, version: &str| {
            let mut web = service("echo \"$KEY\" | sha256sum | cut -c 1-9 > VERSION; do-deploy demo-app serve");
            let key = json!({ "key": "KEY", "scope": "RUN_TIME", "value": format!("${{{name}.PASSWORD}}") });
            web["envs"].as_array_mut().unwrap().push(key);
            let mut spec = one_service(web);
            spec["databases"] = json!([{ "name": name, "engine": "PG", "version": version }]);
            spec
        };
        let app = id(&create_active(t, spec_with("db", "15")).await);
        let mut seen = vec![t.serving("shop").await.1];
        for (name, version) in [("db", "15"), ("db", "16"), ("main", "16"), ("db", "15")] {
            let body = json!({ "spec": spec_with(name, version) });
            let updated = t
                .digitalocean("PUT", &format!("/v2/apps/{app}"), Some(&body))
                .await
                .expect(200);
            ended(t, &app, &id(&updated["app"]["pending_deployment"])).await;
            seen.push(t.serving("shop").await.1);
        }
        assert_eq!(seen[0], seen[1], "the same again");
        let mut others = seen.split_off(1);
        others.sort();
        others.dedup();
        assert_eq!(others.len(), 4, "a new server each time: {others:?}");
    })
    .await;
}
