//! The contract check's own tests: it has to find what is wrong, or it proves nothing.

use std::io::Write as _;

use serde_json::{Value, json};

use super::check::check;
use super::document::{SHARED, all_at_hand, shared};
use super::exchange::{Exchange, read};

/// Set where a missing folder must not go unnoticed.
const REQUIRED: &str = "DO_DEPLOY_REQUIRE_SHARED";

#[test]
fn the_vendors_documents_are_at_hand() {
    if all_at_hand() {
        return;
    }
    let message = format!(
        "The contract with the vendors' OpenAPI documents was NOT checked: no openapi/ in {} ({SHARED} names another folder)",
        shared().display()
    );
    // What goes through `eprintln!` is only shown of tests that fail.
    writeln!(std::io::stderr(), "{message}").expect("stderr");
    assert!(
        std::env::var_os(REQUIRED).is_none_or(|value| value.is_empty()),
        "{message}"
    );
}

/// The test above once more, where nothing is at hand.
#[test]
fn what_was_not_checked_is_said_and_fails_where_the_documents_are_required() {
    let empty = tempfile::tempdir().expect("a folder");
    for required in ["", "1"] {
        let ran = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "contract::self_check::the_vendors_documents_are_at_hand"])
            .env(SHARED, empty.path())
            .env(REQUIRED, required)
            .output()
            .expect("it runs");
        let said = [ran.stdout, ran.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(said.contains("1 passed") || said.contains("1 failed"), "{said}");
        assert_eq!(ran.status.success(), required.is_empty(), "{said}");
        assert!(said.contains("was NOT checked"), "{said}");
    }
}

fn exchange(api: &str, method: &str, path: &str, status: u16, request: Value, response: Value) -> Exchange {
    let line = json!({
        "method": method, "path": path, "request_body": request,
        "status": status, "response_body": response, "fault": null,
    });
    let exchange = read(&line.to_string()).remove(0);
    assert_eq!(exchange.api, api, "whose path {path} is");
    exchange
}

/// Asserts that the check finds a problem that contains `expected`; none where it is empty.
#[track_caller]
fn finds(exchange: Exchange, expected: &str) {
    if !all_at_hand() {
        return;
    }
    let found = check(&[exchange], &[]).join("\n");
    match expected {
        "" => assert_eq!(found, ""),
        expected => assert!(found.contains(expected), "{expected:?} is not in {found:?}"),
    }
}

#[test]
fn accepts_what_the_documents_describe() {
    let error =
        json!({ "id": "not_found", "message": "The resource you requested could not be found.", "request_id": "x" });
    finds(
        exchange(
            "digitalocean",
            "GET",
            "/v2/apps?page=1&per_page=200",
            200,
            json!(null),
            json!({ "apps": [], "meta": { "total": 0 } }),
        ),
        "",
    );
    finds(
        exchange("digitalocean", "GET", "/v2/apps/x", 404, json!(null), error),
        "",
    );
    finds(
        exchange(
            "github",
            "DELETE",
            "/repos/org/shop/issues/comments/7",
            204,
            json!(null),
            json!(null),
        ),
        "",
    );
    let spec = json!({ "spec": { "name": "shop", "region": "fra" } });
    finds(
        exchange(
            "digitalocean",
            "POST",
            "/v2/apps",
            200,
            spec,
            json!({ "app": { "spec": { "name": "shop" } } }),
        ),
        "",
    );
}

#[test]
fn a_fault_is_exempt() {
    let mut broken = exchange("digitalocean", "GET", "/v2/apps", 200, json!(null), json!("<html>"));
    broken.fault = Some("garbage".to_owned());
    finds(broken, "");
}

#[test]
fn a_request_that_is_wrong_on_purpose_is_exempt_but_its_reply_is_not() {
    if !all_at_hand() {
        return;
    }
    let reply = json!({ "message": 7 });
    let exchange = exchange("digitalocean", "POST", "/v2/apps", 400, json!({}), reply);
    let problems = check(&[exchange], &[("POST".to_owned(), "/v2/apps".to_owned())]).join("\n");
    assert!(!problems.contains("request body"), "{problems}");
    assert!(problems.contains("response body"), "{problems}");
}

#[test]
fn finds_a_route_that_no_document_knows() {
    finds(
        exchange("digitalocean", "GET", "/v2/appz", 200, json!(null), json!({})),
        "not in the vendor's document",
    );
}

#[test]
fn finds_a_wrong_query() {
    let get = |path: &str| {
        exchange(
            "digitalocean",
            "GET",
            path,
            200,
            json!(null),
            json!({ "apps": [], "meta": { "total": 0 } }),
        )
    };
    finds(get("/v2/apps?per_page=500"), "`per_page`");
    finds(get("/v2/apps?perpage=5"), "unknown query parameter `perpage`");
}

#[test]
fn finds_a_wrong_request_body() {
    let spec = json!({ "spec": { "name": "3shop" } });
    let reply = json!({ "app": { "spec": { "name": "shop" } } });
    finds(
        exchange("digitalocean", "POST", "/v2/apps", 200, spec, reply),
        "request body",
    );
    let status = json!({ "state": "splendid" });
    let path = "/repos/org/shop/deployments/1/statuses";
    finds(
        exchange(
            "github",
            "POST",
            path,
            422,
            status,
            json!({ "message": "Validation Failed" }),
        ),
        "request body",
    );
}

#[test]
fn finds_a_wrong_response_body() {
    finds(
        exchange(
            "digitalocean",
            "GET",
            "/v2/apps",
            200,
            json!(null),
            json!({ "apps": {} }),
        ),
        "response body",
    );
    finds(
        exchange(
            "github",
            "GET",
            "/repos/org/shop/pulls/1",
            200,
            json!(null),
            json!({ "number": 1 }),
        ),
        "response body",
    );
}

#[test]
fn finds_a_status_that_is_not_documented() {
    finds(
        exchange("digitalocean", "GET", "/v2/apps", 202, json!(null), json!({})),
        "status 202 is not documented",
    );
    let wrong_error = json!({ "error": "teapot" });
    finds(
        exchange("github", "GET", "/repos/org/shop", 418, json!(null), wrong_error),
        "error body",
    );
}
