//! Apps: created, listed, replaced, proposed, deleted.

use serde_json::json;

use super::{create, ended, id, notes_spec};
use crate::harness::{Api, Tester, run, until};

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
        assert_eq!(again.expect(409)["message"], "App name already exists");
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
async fn the_reply_to_create_and_update_names_its_deployment() {
    run(async |t: &mut Tester| {
        let app = create(t, notes_spec("shop")).await;
        assert!(app["in_progress_deployment"].is_null(), "it appears later: {app}");
        let first = id(&app["pending_deployment"]);
        assert_eq!(ended(t, &id(&app), &first).await["phase"], "ACTIVE");
        let path = format!("/v2/apps/{}", id(&app));
        let body = json!({ "spec": notes_spec("shop") });
        let updated = t.digitalocean("PUT", &path, Some(&body)).await.expect(200)["app"].clone();
        assert_ne!(id(&updated["pending_deployment"]), first);
        assert_eq!(id(&updated["active_deployment"]), first);
        ended(t, &id(&app), &id(&updated["pending_deployment"])).await;
    })
    .await;
}

#[tokio::test]
async fn a_deployment_is_in_progress_from_when_it_is_taken_up() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "concurrent_builds": 0 })).await;
        let app = create(t, notes_spec("shop")).await;
        until("it is in progress", async || {
            t.app("shop").await["in_progress_deployment"].is_object().then_some(())
        })
        .await;
        let seen = t.app("shop").await;
        assert_eq!(seen["in_progress_deployment"]["id"], app["pending_deployment"]["id"]);
        assert!(seen["pending_deployment"].is_null(), "{seen}");
        t.account(&json!({})).await;
        t.settled().await;
    })
    .await;
}

#[tokio::test]
async fn a_url_appears_with_the_first_active_deployment() {
    run(async |t: &mut Tester| {
        let app = create(t, notes_spec("shop")).await;
        assert!(app["default_ingress"].is_null() && app["live_url"].is_null(), "{app}");
        t.settled().await;
        assert!(t.app("shop").await["default_ingress"].is_string());
        let live = until("the live URL is reported", async || {
            t.app("shop").await["live_url"].as_str().map(str::to_owned)
        })
        .await;
        assert!(t.get(&live).await.unwrap().text.contains("notes first"));
    })
    .await;
}

#[tokio::test]
async fn every_app_has_a_port_of_its_own() {
    run(async |t: &mut Tester| {
        create(t, notes_spec("one")).await;
        create(t, notes_spec("two")).await;
        t.settled().await;
        assert_ne!(t.url_of("one").await, t.url_of("two").await);
    })
    .await;
}

#[tokio::test]
async fn a_spec_error_names_the_field() {
    run(async |t: &mut Tester| {
        let mut spec = notes_spec("shop");
        spec["services"][0]["instance_size_slug"] = json!("apps-s-9vcpu-9gb");
        for path in ["/v2/apps/propose", "/v2/apps"] {
            let refused = t
                .call_badly(Api::DigitalOcean, "POST", path, Some(&json!({ "spec": spec })))
                .await
                .expect(400);
            let message = refused["message"].as_str().unwrap();
            assert!(message.contains("services[0].instance_size_slug"), "{message}");
        }
    })
    .await;
}

#[tokio::test]
async fn propose_of_a_taken_name_suggests_another() {
    run(async |t: &mut Tester| {
        let app = create(t, notes_spec("shop")).await;
        let body = json!({ "spec": notes_spec("shop") });
        let proposed = t
            .digitalocean("POST", "/v2/apps/propose", Some(&body))
            .await
            .expect(200);
        assert!(
            proposed["app_name_available"].is_null(),
            "false is left out: {proposed}"
        );
        assert!(proposed["app_name_suggestion"].as_str().unwrap().starts_with("shop-"));
        let body = json!({ "spec": notes_spec("shop"), "app_id": id(&app) });
        let own = t
            .digitalocean("POST", "/v2/apps/propose", Some(&body))
            .await
            .expect(200);
        assert_eq!(own["app_name_available"], true, "an update keeps its name");
        t.settled().await;
    })
    .await;
}

#[tokio::test]
async fn a_missing_branch_or_repository_is_refused() {
    run(async |t: &mut Tester| {
        for (key, value, says) in [
            ("branch", "nowhere", "branch \"nowhere\" not found"),
            ("repo", "org/stranger", "does not have access to org/stranger"),
        ] {
            let mut spec = notes_spec("shop");
            spec["services"][0]["github"][key] = json!(value);
            let body = json!({ "spec": spec });
            let refused = t.digitalocean("POST", "/v2/apps", Some(&body)).await.expect(400);
            assert!(refused["message"].as_str().unwrap().contains(says), "{refused}");
        }
    })
    .await;
}

#[tokio::test]
async fn without_all_source_versions_an_update_deploys_the_old_commit_again() {
    run(async |t: &mut Tester| {
        let app = create(t, notes_spec("shop")).await;
        t.settled().await;
        t.push("main", "second");
        let path = format!("/v2/apps/{}", id(&app));
        for (all, serves) in [(false, "first"), (true, "second")] {
            let body = json!({ "spec": notes_spec("shop"), "update_all_source_versions": all });
            t.digitalocean("PUT", &path, Some(&body)).await.expect(200);
            t.settled().await;
            t.expect_serving("shop", serves).await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_image_has_no_source_commit() {
    run(async |t: &mut Tester| {
        let mut spec = notes_spec("shop");
        let image = json!({ "registry_type": "DOCKER_HUB", "registry": "library", "repository": "nginx", "tag": "1" });
        spec["services"][0]["image"] = image;
        spec["services"][0].as_object_mut().unwrap().remove("github");
        let app = create(t, spec).await;
        let deployment = ended(t, &id(&app), &id(&app["pending_deployment"])).await;
        assert_eq!(deployment["services"][0], json!({ "name": "web" }));
    })
    .await;
}
