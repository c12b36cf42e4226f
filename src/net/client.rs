//! Sends JSON requests to one API, each with a deadline, and repeats what may be repeated.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answer::{Answer, Reply, decode};
use super::body::bounded;
use super::clock::Clock;
use super::error::{ApiError, Problem, Service, Unreachable, describe, problem_of};
use super::fields;
use super::http::{REQUEST_DEADLINE, direct_if_loopback};
use super::limit;
use super::patience::Patience;
use super::redirects::{self, Redirects};
use super::retry::{Repeat, next_pause, pauses};
use super::trace::{self, Attempt};
use super::unreachable::unreachable_because;
use crate::model::address::is_loopback;
use crate::redact::Secret;
use crate::wait::{Cancelled, Wait, humanize, random_share};

/// How long a mutation may still take after a signal: its outcome is worth knowing, but the run is killed soon.
/// <https://docs.github.com/en/actions/reference/workflow-cancellation-reference>
const LEFT_TO_FINISH: Duration = Duration::from_millis(1_500);

/// A client of one API. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    service: Service,
    base: Url,
    headers: HeaderMap,
    http: reqwest::Client,
    redirects: Redirects,
    wait: Wait,
    clock: Clock,
    /// How many more requests the server allows, as its last reply said; -1 before the first that said so.
    allowance: Arc<AtomicI64>,
    limits: Arc<Limits>,
    /// For how long it waits for rate limits, where that is less than the run's own time.
    patience: Option<Patience>,
}

/// What rate limits have done to this run.
#[derive(Debug, Default)]
struct Limits {
    /// How many requests stay away because of one right now.
    waiting: AtomicU32,
    /// Whether there ever was one: others are at work with the same token.
    met: AtomicBool,
}

/// How long a request may take where the run's own time is over: its last words are worth that much. GitHub itself ends
/// what takes longer than ten seconds.
/// <https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts>
const LAST_WORDS: Duration = Duration::from_secs(10);

impl Client {
    /// `base` may carry a path; `accept` is the API's media type.
    pub(crate) fn new(
        service: Service,
        base: Url,
        accept: &'static str,
        token: Option<&Secret>,
        redirects: Redirects,
        wait: Wait,
    ) -> anyhow::Result<Self> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        if let Some(token) = token {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
                .map_err(|_| anyhow::anyhow!("the {} token contains invalid characters", service.name))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(Self {
            service,
            http: direct_if_loopback(&base)?,
            base,
            headers,
            redirects,
            wait,
            clock: Clock::default(),
            allowance: Arc::new(AtomicI64::new(-1)),
            limits: Arc::default(),
            patience: None,
        })
    }

    /// The same client, deaf to cancellation: for the few requests that clean up after a signal.
    pub(crate) fn uncancellable(&self) -> Self {
        Self {
            wait: self.wait.uncancellable(),
            ..self.clone()
        }
    }

    /// The same client, which waits no longer than this for rate limits, in all: for what must not hold up the rest. Not
    /// at all for zero: the caller has to decide again before the next try, and waits with `outwait`.
    pub(crate) fn patient_for(&self, duration: Duration) -> Self {
        Self {
            patience: Some(Patience::of(duration.mul_f64(self.wait.pace()))),
            ..self.clone()
        }
    }

    /// A client for a URL that authenticates itself: without our token, and through the proxies that lead there.
    pub(crate) fn without_token(&self, url: &Url) -> anyhow::Result<reqwest::Client> {
        match is_loopback(url) == is_loopback(&self.base) {
            true => Ok(self.http.clone()),
            false => direct_if_loopback(url),
        }
    }

    /// Where the API is.
    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// How many more requests the server's rate limit allows, where it says so.
    pub(crate) fn allowance(&self) -> Option<u64> {
        u64::try_from(self.allowance.load(Ordering::Relaxed)).ok()
    }

    /// Whether a request stays away right now until a rate limit lets it in.
    pub(crate) fn waits_for_a_limit(&self) -> bool {
        self.limits.waiting.load(Ordering::Relaxed) > 0
    }

    /// Whether a rate limit has refused a request of this run.
    pub(crate) fn has_met_a_limit(&self) -> bool {
        self.limits.met.load(Ordering::Relaxed)
    }

    /// The server's time at its last reply, or this machine's before the first: ages are counted from the server's.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The server's time at its first reply to this run.
    pub(crate) fn begun(&self) -> Timestamp {
        self.clock.begun()
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiError> {
        self.send(Method::GET, path, None, Repeat::Freely).await
    }

    /// A request with or without a body whose answer is JSON.
    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        repeat: Repeat,
    ) -> Result<T, ApiError> {
        let body = body.map(|body| Bytes::from(body.to_string()));
        let reply = self.exchange(method.clone(), path, body.as_ref(), repeat).await?;
        decode(&reply.body).map_err(|problem| self.error(method, path, problem))
    }

    /// A request whose answer's body does not matter: any 2xx is success.
    pub(crate) async fn send_only(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        repeat: Repeat,
    ) -> Result<(), ApiError> {
        let body = body.map(|body| Bytes::from(body.to_string()));
        self.exchange(method, path, body.as_ref(), repeat).await.map(drop)
    }

    /// `body` is JSON.
    pub(super) async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<&Bytes>,
        repeat: Repeat,
    ) -> Result<Reply, ApiError> {
        if !fields::stays_in_place(path) {
            return Err(self.error(method, path, Problem::not_sent()));
        }
        let mut pauses = pauses();
        let (mut refused, mut tries) = (0, 0);
        let since = Instant::now();
        loop {
            if self.wait.check().is_err() {
                let problem = Problem::Unreachable {
                    reason: Unreachable::Cancelled,
                    sent: false,
                };
                return Err(self.error(method, path, problem));
            }
            tries += 1;
            let error = match self.attempt(&method, path, body, repeat, tries).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            // Ahead of the retry rule: what a limit refused was not done, so a mutation may be sent again.
            if error.is_limit() {
                self.outwait(error, refused).await?;
                refused += 1;
                continue;
            }
            let Some(pause) = next_pause(&error.problem, repeat, &mut pauses) else {
                return Err(error);
            };
            // Once the run's time is over, requests for its last report still get this long.
            let left = self.wait.remaining().max(LAST_WORDS.saturating_sub(since.elapsed()));
            let paced = pause.mul_f64(self.wait.pace());
            trace::sent_again(&error, paced);
            if left <= paced || self.wait.sleep(pause).await.is_err() {
                return Err(error);
            }
        }
    }

    /// One try, its event, and what it came to: every try of every request ends here. `number` counts from 1.
    async fn attempt(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Bytes>,
        repeat: Repeat,
        number: u32,
    ) -> Result<Reply, ApiError> {
        let attempt = Attempt::begin(self.service.name, method.clone(), path, number);
        let ended = self.once_unless_cancelled(method, path, body, repeat).await;
        attempt.ended(body, &ended);
        let problem = match ended {
            Ok(Answer {
                status: 200..=299,
                reply,
            }) => {
                // A page of some proxy is no answer of this API, whatever its status says.
                let is_html = reply.body.first() == Some(&b'<');
                if !is_html {
                    return Ok(reply);
                }
                Problem::NotJson {
                    status: 200,
                    looks_like: describe(&reply.body),
                }
            }
            Ok(Answer { status, reply }) => {
                let problem = problem_of(status, &reply.headers, &reply.body);
                limit::recognise(problem, &reply.headers, self.now())
            }
            Err(problem) => problem,
        };
        Err(self.error(method.clone(), path, problem))
    }

    /// How long one try may take: the run's own time bounds it, however busily a server sends drops.
    pub(super) fn time_of_a_try(&self) -> Duration {
        self.wait.remaining().max(LAST_WORDS).min(REQUEST_DEADLINE)
    }

    /// Stays away until the limit that refused a request may let the next try in, the `refused`th after the first.
    ///
    /// # Errors
    /// The refusal itself, where it is not a limit's, or the time that is left is over before.
    pub(crate) async fn outwait(&self, error: ApiError, refused: u32) -> Result<(), ApiError> {
        let Problem::Limited { back, .. } = error.problem else {
            return Err(error);
        };
        let remaining = self.remaining();
        if !limit::ends_before(back, remaining, self.wait.pace()) {
            return Err(error);
        }
        let pause = limit::pause(back, refused, random_share());
        trace::sent_again(&error, pause.mul_f64(self.wait.pace()));
        if refused == 0 {
            let pause = humanize(pause.mul_f64(self.wait.pace()));
            self.wait.announce(&format!(
                "{}'s rate limit is reached: the next try is in {pause}",
                self.service.name
            ));
        }
        self.stay_away(pause, remaining).await.map_err(|_| error)
    }

    /// For how long rate limits may still be waited for.
    pub(super) fn remaining(&self) -> Duration {
        let of_the_run = self.wait.remaining();
        let patience = self.patience.as_ref().map(Patience::left);
        patience.map_or(of_the_run, |left| left.min(of_the_run))
    }

    /// Waits until a limit may let the next try in, or the time is over: then the next try is the last.
    async fn stay_away(&self, pause: Duration, remaining: Duration) -> Result<(), Cancelled> {
        /// Also taken back where the request is given up meanwhile.
        struct Waiting<'a>(&'a AtomicU32);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::Relaxed);
            }
        }
        self.limits.met.store(true, Ordering::Relaxed);
        self.limits.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.limits.waiting);
        let since = Instant::now();
        let waited = self.wait.sleep_at_most(pause, remaining).await;
        self.patience
            .iter()
            .for_each(|patience| patience.spend(since.elapsed()));
        waited
    }

    /// A signal ends what only looks; a mutation on its way is left to finish, so that its outcome is known.
    async fn once_unless_cancelled(
        &self,
        method: &Method,
        path: &str,
        body: Option<&Bytes>,
        repeat: Repeat,
    ) -> Result<Answer, Problem> {
        tokio::select! {
            answer = self.once(method, path, body) => answer,
            () = tokio::time::sleep(self.time_of_a_try()) => {
                Err(Problem::Unreachable { reason: Unreachable::Timeout, sent: true })
            }
            () = self.patience(repeat) => Err(Problem::Unreachable { reason: Unreachable::Cancelled, sent: true })
        }
    }

    /// Ends when a signal has come and what is under way has had its time.
    async fn patience(&self, repeat: Repeat) {
        self.wait.cancelled().await;
        if repeat == Repeat::OnlyIfNotDone {
            tokio::time::sleep(LEFT_TO_FINISH).await;
        }
    }

    async fn once(&self, method: &Method, path: &str, body: Option<&Bytes>) -> Result<Answer, Problem> {
        let mut url = self.url(path);
        for redirects in 0..=redirects::MOST {
            let mut request = self.http.request(method.clone(), url.clone());
            request = request.headers(self.headers.clone());
            if let Some(body) = body {
                request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
            }
            let reply = request.send().await.map_err(|error| unreachable_because(&error))?;
            let (status, headers) = (reply.status(), reply.headers().clone());
            self.note(&headers);
            let location = headers.get(LOCATION).and_then(|location| location.to_str().ok());
            match self.redirects.next(method, status, &url, location) {
                Some(next) => url = next,
                None if status.is_redirection() => return Err(redirects::refused(status, location)),
                None => {
                    let reply = Reply {
                        headers,
                        body: bounded(reply).await?,
                        moved: redirects > 0,
                    };
                    let status = status.as_u16();
                    return Ok(Answer { status, reply });
                }
            }
        }
        Err(redirects::refused(StatusCode::FOUND, None))
    }

    fn url(&self, path: &str) -> Url {
        let text = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        Url::parse(&text).expect("a path appended to a base URL is one")
    }

    fn note(&self, headers: &HeaderMap) {
        if let Some(allowance) = limit::left(headers) {
            self.allowance.store(allowance, Ordering::Relaxed);
        }
        self.clock.note(headers);
    }

    /// `path` may have a query, which no error shows.
    pub(crate) fn error(&self, method: Method, path: &str, problem: Problem) -> ApiError {
        let path = path.split('?').next().unwrap_or(path).to_owned();
        ApiError {
            service: self.service,
            method,
            path,
            problem,
        }
    }
}

#[cfg(test)]
mod tests;
