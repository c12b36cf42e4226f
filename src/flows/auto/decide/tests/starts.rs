//! The ends of the workflow that starts isolated previews, and what GitHub knows about their commits.

use serde_json::{Value, json};

use super::TOKEN;
use super::{other_run, with};
use crate::config::Config;
use crate::flows::auto::decide::decide;
use crate::flows::auto::event::Event;
use crate::flows::flags::Flags;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::pull_request::{Head, PullRequest};

/// The end of a run of the workflow that starts isolated previews, on the commit `bbb…`.
pub(super) fn start(path: &str) -> Value {
    let run = with(other_run("success"), "/workflow_run/path", json!(path));
    with(run, "/workflow_run/event", json!("pull_request"))
}

pub(super) const START: &str = ".github/workflows/do-deploy-preview-start.yml";

pub(super) fn head(number: u64, open: bool) -> PullRequest {
    PullRequest {
        number,
        title: String::new(),
        open,
        draft: false,
        author: "octocat".to_owned(),
        author_is_bot: false,
        labels: Vec::new(),
        head: Head {
            sha: Sha::new("b".repeat(40)),
            branch: "feature".to_owned(),
            repository: Some("org/shop".to_owned()),
        },
        base_branch: "main".to_owned(),
    }
}

/// What is said of a start: in the job for the pull request `about`, with the heads that GitHub knows.
pub(super) fn say(payload: &Value, about: Option<u64>, heads: &[PullRequest]) -> (&'static str, String) {
    let flags = Flags {
        environment: about.map(Environment::Preview),
        ..Flags::default()
    };
    let mut event = Event::new("workflow_run", payload.clone(), about.is_some(), TOKEN).expect("a payload");
    event.start.about = about;
    let needs_heads = decide(&event, None, &flags).is_ok_and(|chosen| chosen.is_none());
    event.start.heads = needs_heads.then(|| heads.to_vec());
    match decide(&event, Some(&Config::default()), &flags) {
        Ok(chosen) => {
            let chosen = chosen.expect("an answer");
            (chosen.row.when, format!("{}: {}", chosen.decision, chosen.reason))
        }
        Err(failure) => ("", format!("error: {failure}")),
    }
}

/// Payload, the job's pull request, the heads, and how the answer begins.
#[rustfmt::skip]
pub(super) fn cases() -> Vec<(Value, Option<u64>, Vec<PullRequest>, &'static str)> {
    let (open, closed) = (|| head(7, true), || head(7, false));
    let fork = || with(start(START), "/workflow_run/head_repository", json!({"id": 2, "full_name": "stranger/shop"}));
    let from_fork = || PullRequest { head: Head { repository: Some("stranger/shop".to_owned()), ..open().head }, ..open() };
    vec![
        (with(start(START), "/action", json!("requested")), None, vec![open()], "nothing: the other workflow has not finished"),
        (with(start(START), "/workflow_run/conclusion", json!("skipped")), None, vec![open()], "nothing: the other workflow ended with `skipped`"),
        (with(start(START), "/workflow_run/event", json!("push")), None, vec![open()], "nothing: previews start with `pull_request`, and the other workflow was started by `push`"),
        (with(start(START), "/workflow_run/event", json!("workflow_dispatch")), Some(7), vec![open()], "nothing: previews start with `pull_request`"),
        (start(START), None, vec![], "nothing: `bbbbbbb` is no longer the head of a pull request"),
        (start(START), Some(7), vec![], "nothing: `bbbbbbb` is no longer the head of a pull request"),
        (fork(), None, vec![from_fork()], "a comment: the change comes from a fork"),
        (fork(), Some(7), vec![from_fork()], "a comment: the change comes from a fork"),
        (with(start(START), "/workflow_run/head_repository", json!(null)), None, vec![from_fork()], "a comment: the change comes from a fork"),
        (start(START), None, vec![open()], "the output `pull-requests`: `bbbbbbb` is the head of pull request 7"),
        (start("preview-start.yml@refs/heads/main"), None, vec![closed()], "the output `pull-requests`: `bbbbbbb` is the head of pull request 7"),
        (start(START), None, vec![head(9, false), open()], "the output `pull-requests`: `bbbbbbb` is the head of pull request 7, 9"),
        (start(START), Some(9), vec![head(9, false), open()], "teardown of pull request 9's preview: pull request 9 is closed"),
        (start(START), Some(7), vec![head(9, false), open()], "preview of pull request 7 as it is now: `bbbbbbb` is the head of pull request 7"),
        (start(START), Some(8), vec![head(9, false), open()], "nothing: `bbbbbbb` is not the head of pull request 8 any more"),
        // Other workflows that ran for a pull request, whatever they are called.
        (start(".github/workflows/tests.yml"), None, vec![open()], "nothing: the other workflow was started by `pull_request`"),
        (start(".github/workflows/not-a-preview-start.yml.yml"), None, vec![open()], "nothing: the other workflow was started by"),
        (start(".github/workflows/mypreview-start.yml"), None, vec![open()], "nothing: the other workflow was started by"),
        (start(".github/workflows/tests.yml"), Some(7), vec![open()], "error: `auto` takes no `--environment` or `--pr` on `workflow_run`"),
    ]
}
