//! Ingress: which component answers a path, static sites included.

use serde_json::{Value, json};

use super::{create, one_service, service};
use crate::harness::{Change, Tester, run, run_with};

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

/// A static site in `pages` of the repository.
fn site(more: &Value) -> Value {
    let mut site = json!({ "name": "docs", "github": { "repo": "org/shop", "branch": "main" }, "source_dir": "docs" });
    site.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    site
}

fn with_docs() -> Change {
    Change::whole_app("first")
        .file("docs/pages/index.html", "<p>read me</p>\n")
        .file("docs/pages/404.html", "<p>not here</p>\n")
        .file("docs/pages/style.css", "p { color: red }\n")
}

#[tokio::test]
async fn a_static_site_is_served_with_its_index_and_its_error_page() {
    run_with(with_docs(), async |t: &mut Tester| {
        let sites = [site(&json!({ "output_dir": "pages" }))];
        create(t, json!({ "name": "shop", "region": "fra", "static_sites": sites })).await;
        assert_eq!(t.serving("shop").await, (200, "<p>read me</p>\n".to_owned()));
        let style = t.visit("shop", "GET", "/style.css").await;
        assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
        let absent = t.visit("shop", "GET", "/absent").await;
        assert_eq!((absent.status, absent.text.as_str()), (404, "<p>not here</p>\n"));
        assert_eq!(t.visit("shop", "POST", "/").await.status, 405);
    })
    .await;
}

#[tokio::test]
async fn a_static_site_is_built_and_answers_everything_with_its_catchall() {
    run_with(with_docs(), async |t: &mut Tester| {
        let build = "mkdir dist && echo built > dist/app.html";
        let sites = [site(
            &json!({ "build_command": build, "catchall_document": "app.html" }),
        )];
        create(t, json!({ "name": "shop", "region": "fra", "static_sites": sites })).await;
        let reply = t.visit("shop", "GET", "/deep/link").await;
        assert_eq!((reply.status, reply.text.as_str()), (200, "built\n"));
    })
    .await;
}

#[tokio::test]
async fn a_static_site_and_a_service_share_an_app_by_path() {
    run_with(with_docs(), async |t: &mut Tester| {
        let ingress = json!({ "rules": [
            { "component": { "name": "docs" }, "match": { "path": { "prefix": "/docs" } } },
            { "component": { "name": "web" }, "match": { "path": { "prefix": "/" } } },
        ]});
        let mut spec = one_service(service("do-deploy demo-app serve"));
        spec["static_sites"] = json!([site(&json!({ "output_dir": "pages" }))]);
        spec["ingress"] = ingress;
        create(t, spec).await;
        t.expect_serving("shop", "first").await;
        assert_eq!(t.visit("shop", "GET", "/docs/style.css").await.status, 200);
        assert_eq!(t.visit("shop", "GET", "/docs").await.text, "<p>read me</p>\n");
    })
    .await;
}

#[tokio::test]
async fn a_prefix_is_trimmed_kept_or_rewritten_as_the_rule_says() {
    run(async |t: &mut Tester| {
        let rule = |prefix: &str, more: Value| {
            let mut component = json!({ "name": "web" });
            component
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            json!({ "component": component, "match": { "path": { "prefix": prefix } } })
        };
        let mut spec = one_service(service("do-deploy demo-app serve"));
        spec["ingress"] = json!({ "rules": [
            rule("/trimmed", json!({})),
            rule("/kept", json!({ "preserve_path_prefix": true })),
            rule("/rewritten", json!({ "rewrite": "/health" })),
            { "redirect": { "uri": "/trimmed", "redirect_code": 308 }, "match": { "path": { "prefix": "/old" } } },
        ]});
        create(t, spec).await;
        assert_eq!(t.visit("shop", "GET", "/trimmed/health").await.status, 200);
        assert_eq!(t.visit("shop", "GET", "/kept/health").await.status, 404);
        assert_eq!(t.visit("shop", "GET", "/rewritten").await.status, 200);
        let moved = t.visit("shop", "GET", "/old").await;
        assert_eq!((moved.status, moved.header("location")), (308, Some("/trimmed")));
        assert_eq!(
            t.visit("shop", "GET", "/").await.status,
            404,
            "no rule is for this path"
        );
    })
    .await;
}
