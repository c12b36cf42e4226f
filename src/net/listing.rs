//! The pages of a listing, which has an end however many of them a server offers.

use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use super::answer::{Reply, decode};
use super::client::Client;
use super::error::{ApiError, Problem, Unreachable};
use super::links;
use super::retry::Repeat;

/// Most bytes of one listing. Parsed, they can take twenty times as much.
const LARGEST: usize = 64 << 20;

/// What is left to one listing.
#[derive(Debug)]
pub(crate) struct Listing {
    client: Client,
    bytes: usize,
    time: Duration,
}

impl Client {
    /// The next page's path below the base URL (GitHub Enterprise Server's base has a path of its own).
    pub(crate) fn next_path(&self, headers: &HeaderMap) -> Option<String> {
        let next = links::next(headers)?;
        let prefix = self.base().path().trim_end_matches('/');
        Some(next.strip_prefix(prefix).unwrap_or(&next).to_owned())
    }

    /// Its requests may take the time that is left to the run, and that of one more.
    pub(crate) fn listing(&self) -> Listing {
        Listing {
            client: self.clone(),
            bytes: LARGEST,
            time: self.remaining().saturating_add(self.time_of_a_try()),
        }
    }
}

impl Listing {
    /// # Errors
    /// Those of the request, and where the listing is too long or too large: the caller has not seen all of it.
    pub(crate) async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, ApiError> {
        let reply = self.reply(path).await?;
        decode(&reply.body).map_err(|problem| self.client.error(Method::GET, path, problem))
    }

    /// As `get`, for a caller who reads the answer.
    pub(super) async fn reply(&mut self, path: &str) -> Result<Reply, ApiError> {
        let error = |problem| self.client.error(Method::GET, path, problem);
        let since = Instant::now();
        let reply =
            tokio::time::timeout(self.time, self.client.exchange(Method::GET, path, None, Repeat::Freely)).await;
        let reply = reply.map_err(|_| {
            let reason = Unreachable::Timeout;
            error(Problem::Unreachable { reason, sent: true })
        })??;
        let bytes = self.bytes.checked_sub(reply.body.len());
        self.bytes = bytes.ok_or_else(|| error(Problem::too_large(200, LARGEST)))?;
        self.time = self.time.saturating_sub(since.elapsed());
        Ok(reply)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::Value;
    use tokio::net::TcpListener;

    use super::{LARGEST, Listing};
    use crate::net::client::Client;
    use crate::net::error::{Problem, Service, Unreachable};
    use crate::net::redirects::Redirects;
    use crate::wait::Wait;

    #[tokio::test]
    async fn a_listing_ends_when_its_time_is_over() {
        // It accepts connections and answers none.
        let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", silent.local_addr().expect("bound"));
        let base = base.parse().expect("a URL");
        let client = Client::new(
            Service {
                name: "GitHub",
                token: "GITHUB_TOKEN",
            },
            base,
            "application/json",
            None,
            Redirects::Refused,
            Wait::unbounded(),
        );
        let mut listing = Listing {
            client: client.expect("a client"),
            bytes: LARGEST,
            time: Duration::from_millis(20),
        };
        let error = listing.get::<Value>("/apps").await.expect_err("no answer");
        let reason = Unreachable::Timeout;
        assert_eq!(error.problem, Problem::Unreachable { reason, sent: true });
    }
}
