//! A run about two apps is killed at each request with which it changes something, and run again.

use std::sync::{Arc, Mutex};

use nix::sys::signal::Signal;
use tokio::sync::oneshot;

use super::both;
use super::previews::{changes_both, records};
use crate::harness::{Answer, Proxy, Tester, run_with};

/// Which of the run's changes the program is killed at.
#[derive(Clone, Copy, Debug)]
struct Point {
    /// From 0.
    change: usize,
    /// The API has done it, and its reply is lost.
    is_done: bool,
}

impl Point {
    /// Every one of a run that makes so many changes.
    fn all(changes: usize) -> impl Iterator<Item = Self> {
        let of = |change| [false, true].map(|is_done| Self { change, is_done });
        (0..changes).flat_map(of)
    }

    /// In front of both APIs: the proxies, and what is sent to once the program has reached the point.
    async fn proxies(self, t: &Tester) -> (Proxy, Proxy, oneshot::Receiver<()>) {
        let (reached, arrives) = oneshot::channel();
        let left = Arc::new(Mutex::new((self.change, Some(reached))));
        let rule = move |method: &str, path: &str| {
            let changes = method != "GET" && !path.ends_with("/propose");
            let mut left = left.lock().expect("no test panics here");
            if !changes || left.1.is_none() {
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

/// What there is to see once the run is over, without what differs from run to run.
async fn end(t: &Tester) -> (Vec<String>, String) {
    t.expect_serving("shop-front-pr-1", "second").await;
    t.expect_serving("shop-api-pr-1", "second").await;
    (t.app_names().await, t.redact(&t.comment(1).await))
}

#[tokio::test]
async fn killed_at_any_change_and_run_again_ends_as_the_undisturbed_run() {
    let mut undisturbed = None;
    let mut changes = 0;
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        let run = t.preview(1).await;
        let made = run.succeeds().changes();
        changes = made.iter().filter(|call| !call.contains("/propose")).count();
        undisturbed = Some(end(t).await);
    })
    .await;
    assert!(changes > 10, "{changes} changes");
    // All of them take a minute or two: CONTRIBUTING has the command.
    let step = if std::env::var_os("DO_DEPLOY_EVERY_KILL").is_some() {
        1
    } else {
        7
    };
    for point in Point::all(changes).step_by(step) {
        run_with(both("first"), async |t: &mut Tester| {
            t.open_pr_with(1, changes_both("second")).await;
            let (github, cloud, arrives) = point.proxies(t).await;
            let running = t
                .preview(1)
                .env("GITHUB_API_URL", &github.url())
                .env("DIGITALOCEAN_API_URL", &cloud.url())
                .start()
                .await;
            arrives.await.expect("the program makes that change");
            running.signal(Signal::SIGKILL);
            running.end().await;
            t.preview(1).await.succeeds();
            assert_eq!(Some(end(t).await), undisturbed, "{point:?}");
            let records = records(t).await;
            let live = records.iter().filter(|it| it.ends_with(" success")).count();
            let others = records.iter().filter(|it| it.ends_with(" inactive")).count();
            assert_eq!((live, live + others), (2, records.len()), "{point:?}: {records:?}");
        })
        .await;
    }
}
