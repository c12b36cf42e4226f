//! A plain HTTP client of the tests' own, so that what the program sends and what a test looks at stay apart.

use std::sync::Once;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// No answer of a sandbox takes longer, a wake included.
const PATIENCE: Duration = Duration::from_secs(60);

static PROVIDER: Once = Once::new();

#[derive(Clone, Debug)]
pub(crate) struct Http(reqwest::Client);

/// An answer as a test compares it.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Http {
    pub(crate) fn new() -> Self {
        PROVIDER.call_once(|| {
            // An error means that someone else has installed one.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("do-deploy-tests")
            .timeout(PATIENCE)
            .build();
        Self(client.expect("a client without TLS options can be built"))
    }

    /// Sends a request. `Err` says why no answer came.
    pub(crate) async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Reply, String> {
        let method = Method::from_bytes(method.as_bytes()).expect("a method of HTTP");
        let mut request = self.0.request(method, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|why| format!("{url}: {why:?}"))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.map_err(|why| format!("{url}: {why:?}"))?;
        Ok(Reply { status, headers, text })
    }
}

impl Reply {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|why| panic!("not JSON ({why}): {}", self.text))
    }

    /// Asserts the status and returns the body as JSON; `null` where there is none.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "the answer was {}: {}", self.status, self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
