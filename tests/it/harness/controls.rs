//! Direct calls to the clouds of a test, and the sandbox's knobs: clock, faults, account, event payloads.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::fault::Fault;
use super::http::Reply;
use super::tester::{DIGITALOCEAN_TOKEN, LOOKING_TOKEN, Tester, lock};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    DigitalOcean,
    GitHub,
    /// `/_sandbox/…`
    Sandbox,
}

impl Tester {
    /// Calls an API as the harness; `path` as the vendor documents it, with its query.
    pub(crate) async fn call(&self, api: Api, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.call_as(LOOKING_TOKEN, api, method, path, body).await
    }

    /// As the program's own DigitalOcean token.
    pub(crate) async fn digitalocean(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.call_as(DIGITALOCEAN_TOKEN, Api::DigitalOcean, method, path, body)
            .await
    }

    pub(crate) async fn github(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.call(Api::GitHub, method, path, body).await
    }

    /// A request that is wrong on purpose: its answer still has to be as documented.
    pub(crate) async fn call_badly(&self, api: Api, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let bare = path.split('?').next().unwrap_or_default().to_owned();
        lock(&self.bad_requests).push((method.to_owned(), bare));
        self.call(api, method, path, body).await
    }

    /// With a token of the test's own; an empty one is not sent at all. A person's, `user:LOGIN`, is registered first.
    pub(crate) async fn call_as(&self, token: &str, api: Api, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let (base, token) = match api {
            Api::DigitalOcean => ("DIGITALOCEAN_API_URL", token),
            Api::GitHub => ("GITHUB_API_URL", token),
            Api::Sandbox => ("SANDBOX_URL", self.sandbox.token()),
        };
        if token.starts_with("user:") && lock(&self.tokens).insert(token.to_owned()) {
            let said = lock(&self.account).clone();
            self.put_account(&said).await;
        }
        let authorization = format!("Bearer {token}");
        let mut headers = vec![("accept", "application/json")];
        if !token.is_empty() {
            headers.push(("authorization", authorization.as_str()));
        }
        let url = format!("{}{path}", self.sandbox.url(base));
        self.send_raw(method, &url, &headers, body).await
    }

    /// With these headers and nothing else: as any process on the same machine could send it.
    pub(crate) async fn send_raw(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Reply {
        let sent = self.http.send(method, url, headers, body).await;
        sent.unwrap_or_else(|why| panic!("no answer: {why}\nthe sandbox's log:\n{}", self.sandbox.log()))
    }

    pub(super) async fn sandbox_call(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        let reply = self.call(Api::Sandbox, method, path, body).await;
        assert!(
            (200..300).contains(&reply.status),
            "{method} {path}: {} {}",
            reply.status,
            reply.text
        );
        reply
    }

    /// Moves the sandbox's clock.
    pub(crate) async fn advance(&self, seconds: u64) {
        self.sandbox_call("POST", "/_sandbox/clock", Some(&json!({ "advance_seconds": seconds })))
            .await;
    }

    /// Replaces all faults. Each one has to be used up by the end of the test.
    pub(crate) async fn faults(&self, faults: &[Fault]) {
        self.faulty.store(!faults.is_empty(), Ordering::SeqCst);
        let orders: Value = faults.iter().map(Fault::order).collect();
        self.sandbox_call("PUT", "/_sandbox/faults", Some(&orders)).await;
    }

    /// Replaces all faults with this one.
    pub(crate) async fn fault(&self, fault: Fault) {
        self.faults(&[fault]).await;
    }

    /// From now on every request is answered as ever.
    pub(crate) async fn no_faults(&self) {
        self.faults(&[]).await;
    }

    /// What the account and its tokens may do; a key that is left out is as at the start.
    pub(crate) async fn account(&self, rules: &Value) {
        lock(&self.account).clone_from(rules);
        self.put_account(rules).await;
    }

    /// The harness's own tokens stay registered, whatever the test says of others.
    async fn put_account(&self, rules: &Value) {
        let mut rules = rules.clone();
        let registered = rules["tokens"].as_array().cloned().unwrap_or_default();
        let ours = lock(&self.tokens).clone();
        rules["tokens"] = ours.into_iter().map(Value::from).chain(registered).collect();
        Box::pin(self.sandbox_call("PUT", "/_sandbox/account", Some(&rules))).await;
    }

    /// The payload that GitHub would send.
    pub(crate) async fn event(&self, query: &str) -> Value {
        self.sandbox_call("GET", &format!("/_sandbox/event?{query}"), None)
            .await
            .json()
    }
}
