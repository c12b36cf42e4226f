//! One look at a URL from outside.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, CACHE_CONTROL, COOKIE, HOST, HeaderValue};
use reqwest::{Method, Url};

use super::hosts::is_same_host;
use super::observation::{Answer, Observation, classify};
use super::obstacle::Obstacle;
use super::redirects::{self, Step, Trail};
use super::target::{Redirected, Target};
use crate::net::error::{Problem, Unreachable};
use crate::net::http::probing_http;
use crate::net::proxy::{Proxies, Proxy};
use crate::net::trace::Attempt;
use crate::net::unreachable::unreachable_because;
use crate::wait::{Cancelled, Wait};

/// Longest wait for one answer: a service that wakes from zero may take this long to start.
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);

/// Looks at URLs without credentials, and follows redirects within the app. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Prober {
    http: reqwest::Client,
    proxies: Arc<Proxies>,
}

impl Prober {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            http: probing_http()?,
            proxies: Arc::new(Proxies::of_the_environment()),
        })
    }

    /// One look, which takes no longer than `most`, redirects and all.
    pub(crate) async fn probe(&self, target: &Target, most: Duration) -> Observation {
        let end = Instant::now() + most.min(ANSWER_DEADLINE);
        let mut trail = Trail::default();
        trail.step(&target.place());
        let (mut seen, mut location) = self.look(target, &mut trail, end).await;
        while let Some(place) = location.take().filter(|_| seen.is_up() && target.follows_redirects()) {
            let next = match target.redirected_to(&place) {
                Redirected::Within(next) => next,
                Redirected::Unaskable => return seen,
                Redirected::Away => return seen.leading_to(&place),
            };
            match trail.step(&next.place()) {
                Step::New => {}
                Step::Again => return Observation::Endless { again: true },
                Step::TooMany => return Observation::Endless { again: false },
            }
            let (after, further) = self.look(&next, &mut trail, end).await;
            if says_nothing(&after, target, &next) {
                return seen;
            }
            (seen, location) = (after.behind_redirect(&next.place()), further);
        }
        seen
    }

    /// The same, unless the run is cancelled first.
    pub(crate) async fn probe_until_cancelled(
        &self,
        target: &Target,
        most: Duration,
        wait: &Wait,
    ) -> Result<Observation, Cancelled> {
        tokio::select! {
            observation = self.probe(target, most) => Ok(observation),
            cancelled = wait.cancelled() => Err(cancelled),
        }
    }

    /// One request, and where its answer redirects to.
    async fn look(&self, target: &Target, trail: &mut Trail, end: Instant) -> (Observation, Option<Url>) {
        let started = Instant::now();
        let place = target.place();
        let proxy = self.proxies.before(&target.url);
        // No `text/html`: a browser is shown the loading page of a sleeping app, a program waits until it is awake.
        let mut request = self.http.get(target.url.clone());
        if let Some(host) = &target.host {
            request = request.header(HOST, host);
        }
        if let Some((name, value)) = target.key_to_guard()
            && let Ok(mut value) = HeaderValue::from_str(value.expose())
        {
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        if let Some(cookies) = trail.header(&place) {
            request = request.header(COOKIE, cookies);
        }
        let mut attempt = Attempt::begin("app", Method::GET, target.url.path(), 1);
        let sent = request
            .header(ACCEPT, "application/json, */*;q=0.1")
            .header(CACHE_CONTROL, "no-cache")
            .timeout(end.saturating_duration_since(started))
            .send()
            .await;
        let reply = match sent {
            Ok(reply) => reply,
            Err(error) => {
                attempt.failed(&unreachable_because(&error));
                return (down(&error, proxy), None);
            }
        };
        attempt.answered(reply.status().as_u16(), reply.headers());
        trail.keep(&place, reply.headers());
        let location = redirects::target(&place, reply.status().as_u16(), reply.headers());
        let answer = Answer {
            status: reply.status().as_u16(),
            headers: reply.headers(),
            took: started.elapsed(),
            proxy: proxy.as_ref(),
        };
        (classify(target, &answer), location)
    }
}

/// What lies behind a redirect could not be asked, which the way there may be the reason for: then the redirect is all
/// that is known. Another name of the app may lead elsewhere, for instance, or port 80 may be closed.
fn says_nothing(after: &Observation, target: &Target, next: &Target) -> bool {
    match after {
        Observation::Blocked(_) => true,
        Observation::Down { .. } => !after.proves_bad() || !is_same_host(&target.place(), &next.place()),
        _ => false,
    }
}

fn down(error: &reqwest::Error, proxy: Option<Proxy>) -> Observation {
    let connected = !error.is_connect();
    let reason = match unreachable_because(error) {
        Problem::Unreachable { reason, .. } => reason,
        _ => Unreachable::Broken,
    };
    match (reason, proxy) {
        (Unreachable::Untrusted(issuer), _) => Observation::Blocked(Obstacle::Untrusted(issuer)),
        (reason, Some(proxy)) => Observation::Blocked(Obstacle::Proxy(proxy, reason)),
        (reason, None) => Observation::Down { reason, connected },
    }
}

#[cfg(test)]
mod tests;
