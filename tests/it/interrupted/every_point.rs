//! Every flow about one app is killed at each request with which it changes something, and run again: the end is that of the
//! undisturbed run.

use crate::comment::{MAINTAINER, on_comment, ours, says, with_maintainer};
use crate::harness::{Change, FAILING_CHECK, Invocation, Point, Tester, run_with, without_job};

/// The id of the workflow run that is run again.
const RUN: u64 = 4711;

/// A flow, and what there is before it.
#[derive(Clone, Copy, Debug)]
enum Flow {
    FirstPreview,
    SecondPush,
    BrokenPush,
    Teardown,
    TeardownByCommand,
    Sweep,
    SweepOfIdle,
    Deploy,
    /// Rolled back, because a check fails.
    BadDeploy,
    Rollback,
    Redeploy,
}

const A_DAY: u64 = 24 * 60 * 60;

impl Flow {
    fn first_commit(self) -> Change {
        let whole = Change::whole_app("first");
        match self {
            Self::SweepOfIdle => whole.config("[preview]\nttl = \"7d\"\n"),
            Self::BadDeploy => whole.spec(&without_job()),
            _ => whole,
        }
    }

    /// Returns the comment with the command, where it is one.
    async fn prepare(self, t: &Tester) -> Option<u64> {
        match self {
            Self::FirstPreview => t.open_pr(1).await,
            Self::SecondPush => {
                t.open_pr(1).await;
                t.preview(1).await.succeeds();
                t.push(1, "second");
            }
            Self::Teardown | Self::Sweep => {
                t.open_pr(1).await;
                t.preview(1).await.succeeds();
                t.close_pr(1).await;
            }
            Self::BrokenPush => {
                t.open_pr(1).await;
                t.preview(1).await.succeeds();
                t.push_broken(1);
            }
            Self::TeardownByCommand => {
                with_maintainer(t).await;
                t.open_pr(1).await;
                t.preview(1).await.succeeds();
                return Some(says(t, MAINTAINER, 1, "/teardown").await);
            }
            Self::SweepOfIdle => {
                t.open_pr(1).await;
                t.preview(1).await.succeeds();
                t.advance(8 * A_DAY).await;
            }
            Self::BadDeploy => {
                t.deploy().await.succeeds();
                t.push("main", Change::version("second").config(FAILING_CHECK));
            }
            Self::Deploy | Self::Redeploy => {
                t.deploy().await.succeeds();
                t.push("main", "second");
                if let Self::Redeploy = self {
                    t.deploy().await.succeeds();
                }
            }
            Self::Rollback => {
                // The comments of merged pull requests are the rollback's as well.
                t.open_pr(1).await;
                t.preview(1).await.succeeds();
                t.deploy().await.succeeds();
                t.merge_pr(1).await;
                t.teardown(1).await.succeeds();
                t.deploy().await.succeeds();
            }
        }
        None
    }

    fn of(self, t: &Tester, command: Option<u64>) -> Invocation<'_> {
        if let Some(comment) = command {
            return on_comment(t, comment);
        }
        match self {
            Self::FirstPreview | Self::SecondPush | Self::BrokenPush => t.preview(1),
            Self::Teardown | Self::TeardownByCommand => t.auto_pull_request(1, "closed"),
            Self::Sweep | Self::SweepOfIdle => t.command(["sweep"]),
            Self::Deploy | Self::BadDeploy => t.deploy(),
            Self::Rollback => t.command(["rollback"]),
            Self::Redeploy => t.command(["redeploy"]),
        }
    }

    /// Where the sample of `cargo test` begins: flows that are much alike are killed at different points.
    fn first(self) -> usize {
        self as usize
    }
}

/// What there is to see, without what differs from run to run.
#[derive(Debug, PartialEq)]
struct World {
    /// Name, and what it serves.
    apps: Vec<(String, String)>,
    comment: String,
    /// The states of GitHub's deployments that serve or are under way, of previews and of production.
    records: Vec<Vec<String>>,
}

impl World {
    async fn seen(t: &Tester) -> Self {
        t.settled().await;
        let mut apps = Vec::new();
        for name in t.app_names().await {
            let (_, serves) = t.serving(&name).await;
            apps.push((name, serves));
        }
        let comment = match has_pull(t).await {
            true => t.redact(&ours(t, 1).await),
            false => String::new(),
        };
        // Which run wrote it, and why an idle preview was removed, which only the run that did so knows.
        let hints = ["<!-- run:", "<!-- production:", "- Removed: "];
        let is_hint = |line: &&str| hints.iter().any(|hint| line.starts_with(hint));
        let lines: Vec<&str> = comment.lines().filter(|line| !is_hint(line)).collect();
        let comment = lines.join("\n").replace("/attempts/2", "");
        let mut records = Vec::new();
        for environment in ["preview", "production"] {
            let mut states = t.deployment_states(environment).await;
            states.retain(|state| !["inactive", "failure", "error"].contains(&state.as_str()));
            records.push(states);
        }
        Self { apps, comment, records }
    }
}

async fn has_pull(t: &Tester) -> bool {
    t.github("GET", "/repos/org/shop/pulls/1", None).await.status == 200
}

async fn killed_anywhere(flow: Flow) {
    let mut undisturbed = None;
    let mut changes = 0;
    run_with(flow.first_commit(), async |t: &mut Tester| {
        let command = flow.prepare(t).await;
        let run = flow.of(t, command).await;
        changes = run.changes().len();
        undisturbed = Some((run.exit_code(), World::seen(t).await));
    })
    .await;
    for point in Point::some(changes, flow.first()) {
        run_with(flow.first_commit(), async |t: &mut Tester| {
            let command = flow.prepare(t).await;
            flow.of(t, command).attempt(RUN, 1).killed_at(point).await;
            let again = flow.of(t, command).attempt(RUN, 2).await;
            let seen = Some((again.exit_code(), World::seen(t).await));
            assert_eq!(seen, undisturbed, "{flow:?} {point:?} {again}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_first_preview() {
    killed_anywhere(Flow::FirstPreview).await;
}

#[tokio::test]
async fn a_second_push() {
    killed_anywhere(Flow::SecondPush).await;
}

#[tokio::test]
async fn a_teardown() {
    killed_anywhere(Flow::Teardown).await;
}

#[tokio::test]
async fn a_sweep() {
    killed_anywhere(Flow::Sweep).await;
}

#[tokio::test]
async fn a_deployment_to_production() {
    killed_anywhere(Flow::Deploy).await;
}

#[tokio::test]
async fn a_rollback() {
    killed_anywhere(Flow::Rollback).await;
}

#[tokio::test]
async fn a_redeployment() {
    killed_anywhere(Flow::Redeploy).await;
}

#[tokio::test]
async fn a_push_that_is_broken() {
    killed_anywhere(Flow::BrokenPush).await;
}

#[tokio::test]
async fn a_teardown_by_command() {
    killed_anywhere(Flow::TeardownByCommand).await;
}

#[tokio::test]
async fn a_sweep_of_an_idle_preview() {
    killed_anywhere(Flow::SweepOfIdle).await;
}

#[tokio::test]
async fn a_deployment_that_is_rolled_back() {
    killed_anywhere(Flow::BadDeploy).await;
}
