//! What a test can see of the world: apps and what they serve, comments, GitHub deployments, requests.

use serde_json::Value;

use super::controls::Api;
use super::deadline::{LONG, within};
use super::http::Reply;
use super::tester::Tester;

impl Tester {
    pub(crate) async fn apps(&self) -> Vec<Value> {
        let listed = self
            .call(Api::DigitalOcean, "GET", "/v2/apps?per_page=200", None)
            .await
            .expect(200);
        listed["apps"].as_array().cloned().unwrap_or_default()
    }

    /// Names of all apps, sorted.
    pub(crate) async fn app_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.apps().await.iter().map(name_of).collect();
        names.sort();
        names
    }

    /// The app of this name; the test fails where there is none.
    pub(crate) async fn app(&self, name: &str) -> Value {
        let apps = self.apps().await;
        let names: Vec<String> = apps.iter().map(name_of).collect();
        let found = apps.into_iter().find(|app| name_of(app) == name);
        found.unwrap_or_else(|| panic!("there is no app `{name}`, only {names:?}"))
    }

    /// Deployments of an app, newest first.
    pub(crate) async fn rollouts(&self, name: &str) -> Vec<Value> {
        let id = text(&self.app(name).await["id"]);
        let path = format!("/v2/apps/{id}/deployments?per_page=200");
        let listed = self.call(Api::DigitalOcean, "GET", &path, None).await.expect(200);
        listed["deployments"].as_array().cloned().unwrap_or_default()
    }

    /// Where the app answers, without a slash at the end.
    pub(crate) async fn url_of(&self, name: &str) -> String {
        let app = self.app(name).await;
        let url = app["live_url"].as_str().or(app["default_ingress"].as_str());
        let url = url.unwrap_or_else(|| panic!("app `{name}` has no URL yet: {app}"));
        url.trim_end_matches('/').to_owned()
    }

    /// Status and body of the app's front page.
    pub(crate) async fn serving(&self, name: &str) -> (u16, String) {
        let reply = self.visit(name, "GET", "/").await;
        (reply.status, reply.text)
    }

    /// A visitor's request to an app.
    pub(crate) async fn visit(&self, name: &str, method: &str, path: &str) -> Reply {
        self.visit_with(name, method, path, &[]).await
    }

    pub(crate) async fn visit_with(&self, name: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        let url = format!("{}{path}", self.url_of(name).await);
        self.http
            .send(method, &url, headers, None)
            .await
            .unwrap_or_else(|why| panic!("`{name}` does not answer: {why}"))
    }

    /// Leaves a note with the notes service.
    pub(crate) async fn write_note(&self, name: &str, note: &str) {
        let url = format!("{}/notes", self.url_of(name).await);
        let body = serde_json::json!({ "text": note });
        let reply = self
            .http
            .send("POST", &url, &[], Some(&body))
            .await
            .expect("the notes service answers");
        assert_eq!(reply.status, 201, "{}", reply.text);
    }

    /// Asserts that the app answers with this version, now.
    pub(crate) async fn expect_serving(&self, name: &str, version: &str) {
        let (status, body) = self.serving(name).await;
        assert_eq!(
            (status, body.trim()),
            (200, format!("notes {version}").as_str()),
            "what `{name}` serves"
        );
    }

    /// Whether anything answers at a URL.
    pub(crate) async fn answers(&self, url: &str) -> bool {
        self.http
            .send("GET", url, &[], None)
            .await
            .is_ok_and(|reply| reply.status < 400)
    }

    /// A GET without any token, for URLs outside the APIs.
    pub(crate) async fn get(&self, url: &str) -> Result<Reply, String> {
        self.http.send("GET", url, &[], None).await
    }

    /// Comments on a pull request, oldest first.
    pub(crate) async fn comments(&self, number: u64) -> Vec<Value> {
        let path = format!("/repos/org/shop/issues/{number}/comments?per_page=100");
        let listed = self.call(Api::GitHub, "GET", &path, None).await.expect(200);
        listed.as_array().cloned().unwrap_or_default()
    }

    /// The text of the pull request's one comment.
    pub(crate) async fn comment(&self, number: u64) -> String {
        let comments = self.comments(number).await;
        assert_eq!(
            comments.len(),
            1,
            "pull request {number} should have one comment: {comments:#?}"
        );
        text(&comments[0]["body"])
    }

    /// GitHub deployments of an environment, newest first, each with its latest state as `state`.
    pub(crate) async fn deployments(&self, environment: &str) -> Vec<Value> {
        let path = format!("/repos/org/shop/deployments?environment={environment}&per_page=100");
        let listed = self.call(Api::GitHub, "GET", &path, None).await.expect(200);
        let mut deployments = listed.as_array().cloned().unwrap_or_default();
        for deployment in &mut deployments {
            let path = format!("/repos/org/shop/deployments/{}/statuses", deployment["id"]);
            let statuses = self.call(Api::GitHub, "GET", &path, None).await.expect(200);
            deployment["state"] = statuses[0]["state"].clone();
            deployment["statuses"] = statuses;
        }
        deployments
    }

    /// Latest state of every deployment of an environment, newest first.
    pub(crate) async fn deployment_states(&self, environment: &str) -> Vec<String> {
        self.deployments(environment)
            .await
            .iter()
            .map(|deployment| text(&deployment["state"]))
            .collect()
    }

    /// Every request to the clouds so far, without the harness's own calls of `/_sandbox/`.
    pub(crate) async fn requests(&self) -> Vec<Value> {
        let all = self.sandbox_call("GET", "/_sandbox/requests", None).await.json();
        // Either a list or an object that holds one.
        let all = all
            .as_array()
            .or(all["requests"].as_array())
            .cloned()
            .unwrap_or_default();
        all.into_iter()
            .filter(|request| !request["path"].as_str().unwrap_or_default().starts_with("/_sandbox"))
            .collect()
    }

    /// Bodies of the requests so far with this method and a path that ends like this, oldest first.
    pub(crate) fn bodies(&self, method: &str, path_end: &str) -> Vec<Value> {
        let record = std::fs::read_to_string(&self.sandbox.record).expect("the sandbox writes a record");
        let exchanges = crate::contract::read(&record).into_iter();
        exchanges
            .filter(|exchange| exchange.method == method && exchange.path.ends_with(path_end))
            .map(|exchange| exchange.request_body)
            .collect()
    }

    /// Waits until no app has a deployment under way, as long as one that is meant to end may take.
    pub(crate) async fn settled(&self) {
        let done = within(LONG, async || {
            let busy = |app: &Value| !app["in_progress_deployment"].is_null() || !app["pending_deployment"].is_null();
            (!self.apps().await.iter().any(busy)).then_some(())
        })
        .await;
        assert!(done.is_some(), "a deployment does not end: {:#?}", self.apps().await);
    }
}

fn name_of(app: &Value) -> String {
    text(&app["spec"]["name"])
}

/// A JSON string as text; empty for anything else.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
