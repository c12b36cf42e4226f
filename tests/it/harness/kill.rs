//! Kills the program at one of its requests: right before it is sent, or once the API has done what it asks for.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::sync::oneshot;

use super::invocation::Invocation;
use super::proxy::{Answer, Proxy};
use super::run::Run;
use super::tester::Tester;

/// No run takes longer to reach the request.
const LONGEST: Duration = Duration::from_secs(60);

/// Where the program is killed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    /// Which of the requests that are meant, from 0.
    pub(crate) number: usize,
    /// The API has done it, and its reply is lost.
    pub(crate) is_done: bool,
}

impl Point {
    /// Every one of a run that makes so many of these requests.
    pub(crate) fn all(requests: usize) -> impl Iterator<Item = Self> {
        let of = |number| [false, true].map(|is_done| Self { number, is_done });
        (0..requests).flat_map(of)
    }

    /// The same, and every seventh only unless `DO_DEPLOY_EVERY_KILL` is set: all of them take minutes.
    /// `first`: where the sample begins, so that different flows are killed at different points.
    pub(crate) fn some(requests: usize, first: usize) -> impl Iterator<Item = Self> {
        const STEP: usize = 7;
        assert!(requests > 0, "the run changes nothing that it could be killed at");
        let every = std::env::var_os("DO_DEPLOY_EVERY_KILL").is_some();
        // Each change is two points.
        let (first, step) = if every {
            (0, 1)
        } else {
            (first % STEP.min(2 * requests), STEP)
        };
        Self::all(requests).skip(first).step_by(step)
    }
}

/// Whether a request changes something. `path` may have a query.
pub(crate) fn is_change(method: &str, path: &str) -> bool {
    method != "GET" && !path.ends_with("/propose") && !path.ends_with("/rollback/validate")
}

impl Invocation<'_> {
    /// Runs it until it makes that one of its changes, and kills it there.
    pub(crate) async fn killed_at(self, point: Point) -> Arc<Run> {
        self.killed(point, is_change).await
    }

    /// Runs it until the first request of this method whose path ends so has been done, and kills it there.
    pub(crate) async fn killed_after(self, method: &'static str, path_end: &str) -> Arc<Run> {
        let path_end = path_end.to_owned();
        let is_meant = move |asked: &str, path: &str| asked == method && path.ends_with(&path_end);
        let point = Point {
            number: 0,
            is_done: true,
        };
        self.killed(point, is_meant).await
    }

    async fn killed(
        self,
        point: Point,
        is_meant: impl Fn(&str, &str) -> bool + Clone + Send + Sync + 'static,
    ) -> Arc<Run> {
        let (github, cloud, arrives) = point.proxies(self.tester(), is_meant).await;
        let running = self
            .env("GITHUB_API_URL", &github.url())
            .env("DIGITALOCEAN_API_URL", &cloud.url())
            .start()
            .await;
        let reached = tokio::time::timeout(LONGEST, arrives).await;
        running.signal(Signal::SIGKILL);
        let killed = running.end().await;
        assert!(matches!(reached, Ok(Ok(()))), "{point:?} is never reached by {killed}");
        killed
    }
}

impl Point {
    /// In front of both APIs: the proxies, and what is sent to once the program has reached the point.
    async fn proxies(
        self,
        t: &Tester,
        is_meant: impl Fn(&str, &str) -> bool + Clone + Send + Sync + 'static,
    ) -> (Proxy, Proxy, oneshot::Receiver<()>) {
        let (reached, arrives) = oneshot::channel();
        let left = Arc::new(Mutex::new((self.number, Some(reached))));
        let rule = move |method: &str, path: &str| {
            let mut left = left.lock().expect("no test panics here");
            if left.1.is_none() || !is_meant(method, path) {
                return Answer::unchanged();
            }
            if left.0 > 0 {
                left.0 -= 1;
                return Answer::unchanged();
            }
            let reached = left.1.take().expect("it was there");
            match self.is_done {
                true => Answer::Lost(reached),
                false => Answer::Unsent(reached),
            }
        };
        let github = Proxy::start(&t.sandbox.url("GITHUB_API_URL"), rule.clone()).await;
        let cloud = Proxy::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), rule).await;
        (github, cloud, arrives)
    }
}
