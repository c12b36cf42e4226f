//! Isolated previews: the default branch's workflow acts on what GitHub says of the commit, not on what a run left behind.

use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::{Change, Invocation, Run, Tester, run, run_with};

/// The job that finds the pull requests: without the cloud's token, after `preview-start.yml` ran for a pull request.
fn find<'t>(t: &'t Tester, payload: Value) -> Invocation<'t> {
    t.command(["auto"])
        .without_checkout()
        .without_env("DIGITALOCEAN_ACCESS_TOKEN")
        .on_payload("workflow_run", payload)
}

/// The job with the token, for one of them.
fn act<'t>(t: &'t Tester, payload: Value, number: u64) -> Invocation<'t> {
    t.command(["auto", "--pr", &number.to_string()])
        .without_checkout()
        .on_payload("workflow_run", payload)
}

async fn start(t: &Tester, number: u64) -> Value {
    t.event(&format!("name=workflow_run&number={number}")).await
}

/// Both jobs of the workflow: every pull request that the first one finds has one of the second.
async fn workflow(t: &Tester, payload: &Value) -> Vec<Arc<Run>> {
    let found = find(t, payload.clone()).await;
    let outputs = found.succeeds().outputs();
    let numbers = outputs.get("pull-requests").map_or("[]", String::as_str);
    let numbers: Vec<u64> = serde_json::from_str(numbers).expect("a JSON list of numbers");
    let mut runs = Vec::new();
    for number in numbers {
        runs.push(act(t, payload.clone(), number).await);
    }
    runs
}

/// The workflow after an event of one pull request whose head no other has.
async fn after_start(t: &Tester, number: u64) -> Arc<Run> {
    let runs = workflow(t, &start(t, number).await).await;
    assert_eq!(runs.len(), 1, "one job for pull request {number}");
    Arc::clone(&runs[0])
}

#[tokio::test]
async fn a_pull_request_has_its_preview_from_the_first_push_to_the_last() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let opened = after_start(t, 1).await;
        assert_eq!(opened.succeeds().output("status"), "ready");
        t.expect_serving("shop-pr-1", "first").await;
        t.push(1, "second");
        after_start(t, 1).await.succeeds();
        t.expect_serving("shop-pr-1", "second").await;
        t.close_pr(1).await;
        assert_eq!(after_start(t, 1).await.succeeds().output("status"), "removed");
        assert_eq!(t.app_names().await, Vec::<String>::new());
        t.reopen_pr(1).await;
        assert_eq!(after_start(t, 1).await.succeeds().output("status"), "ready");
        t.merge_pr(1).await;
        assert_eq!(after_start(t, 1).await.succeeds().output("status"), "removed");
    })
    .await;
}

#[tokio::test]
async fn the_job_without_the_token_finds_the_pull_request_and_touches_nothing() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let found = find(t, start(t, 1).await).await;
        found.succeeds().touches_nothing();
        assert_eq!(found.output("pull-requests"), "[1]");
        assert_eq!(found.output("status"), "skipped");
        let sha = t.repository.head("feature-1");
        assert_snapshot!(found.log().replace(&sha[..7], "COMMIT"), @"
        Event: `workflow_run` (of `preview-start.yml`, in a job that is not given `pr`)
        Chosen: the output `pull-requests` (`COMMIT` is the head of pull request 1)
        ");
    })
    .await;
}

#[tokio::test]
async fn nothing_that_a_run_says_of_itself_counts() {
    holds!("a writer, with the isolated workflows", ["use a token"]);
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.open_pr(2).await;
        let mut payload = start(t, 1).await;
        let theirs = start(t, 2).await;
        for key in ["pull_requests", "head_branch", "display_title", "name"] {
            payload["workflow_run"][key] = theirs["workflow_run"][key].clone();
        }
        assert_eq!(find(t, payload.clone()).await.succeeds().output("pull-requests"), "[1]");
        let other = act(t, payload, 2).await;
        other
            .succeeds()
            .touches_nothing()
            .says("is not the head of pull request 2");
    })
    .await;
}

#[tokio::test]
async fn two_pull_requests_with_one_head_have_a_preview_each() {
    run(async |t: &mut Tester| {
        t.push("develop", "develop");
        t.open_pr(1).await;
        t.open_pr_as(
            2,
            json!({ "head": "feature-1", "base": "develop", "title": "The same" }),
        )
        .await;
        let both = workflow(t, &start(t, 1).await).await;
        assert_eq!(both.len(), 2);
        for run in &both {
            assert_eq!(run.succeeds().output("status"), "ready");
        }
        assert_eq!(t.app_names().await, ["shop-pr-1", "shop-pr-2"]);
        t.close_pr(2).await;
        let both = workflow(t, &start(t, 2).await).await;
        let ended: Vec<String> = both.iter().map(|run| run.succeeds().output("status")).collect();
        assert_eq!(ended, ["skipped", "removed"], "the other one stays as it is");
        assert_eq!(t.app_names().await, ["shop-pr-1"]);
    })
    .await;
}

#[tokio::test]
async fn a_head_that_has_moved_on_is_left_to_the_newer_run() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let late = start(t, 1).await;
        let found = find(t, late.clone()).await;
        let newer = t.push(1, "second");
        let meanwhile = act(t, late.clone(), 1).await;
        meanwhile.succeeds().touches_nothing();
        assert_eq!(meanwhile.output("status"), "skipped");
        assert_eq!(found.output("pull-requests"), "[1]");
        let nothing = find(t, late).await;
        nothing
            .succeeds()
            .touches_nothing()
            .says("is no longer the head of a pull request; a newer commit has a run of its own");
        assert!(!nothing.outputs().contains_key("pull-requests"));
        assert_eq!(after_start(t, 1).await.output("commit"), newer);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_branch_closes_its_pull_request_and_the_preview_goes() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        after_start(t, 1).await.succeeds();
        let payload = start(t, 1).await;
        t.repository.git(&["checkout", "--quiet", "main"]);
        t.repository.git(&["branch", "--quiet", "-D", "feature-1"]);
        // As GitHub does it then.
        t.close_pr(1).await;
        let runs = workflow(t, &payload).await;
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].succeeds().output("status"), "removed");
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn what_changes_nothing_deploys_nothing_and_a_person_who_runs_it_again_gets_it() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        after_start(t, 1).await.succeeds();
        t.label_pr(1, "documentation").await;
        let same = after_start(t, 1).await;
        same.succeeds().touches_nothing().says("already: it stays as it is");
        let again = act(t, start(t, 1).await, 1).env("GITHUB_RUN_ATTEMPT", "2").await;
        assert_eq!(again.succeeds().output("status"), "ready");
        assert_eq!(t.rollouts("shop-pr-1").await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_preview_that_failed_is_tried_again() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.push_broken(1);
        after_start(t, 1).await.fails_with(1);
        after_start(t, 1).await.fails_with(1).does_not_say("it stays as it is");
    })
    .await;
}

#[tokio::test]
async fn a_label_that_was_taken_and_a_draft_lose_their_preview() {
    let config = "[preview]\nlabel = \"preview\"\n";
    run_with(Change::whole_app("first").config(config), async |t: &mut Tester| {
        t.open_pr(1).await;
        assert_eq!(after_start(t, 1).await.succeeds().output("status"), "skipped");
        t.label_pr(1, "preview").await;
        assert_eq!(after_start(t, 1).await.succeeds().output("status"), "ready");
        t.unlabel_pr(1, "preview").await;
        assert_eq!(after_start(t, 1).await.succeeds().output("status"), "removed");
        t.label_pr(1, "preview").await;
        assert_eq!(after_start(t, 1).await.succeeds().output("status"), "ready");
        t.patch_pr(1, json!({ "draft": true })).await;
        let removed = after_start(t, 1).await;
        assert_eq!(removed.succeeds().output("status"), "removed");
        assert!(removed.comment(1).contains("is a draft"), "{}", removed.comment(1));
        t.patch_pr(1, json!({ "draft": false })).await;
        assert_eq!(after_start(t, 1).await.succeeds().output("status"), "ready");
    })
    .await;
}

#[tokio::test]
async fn the_job_without_the_token_shows_a_forks_author_why_there_is_no_preview() {
    run(async |t: &mut Tester| {
        t.push("feature", "second");
        let body = json!({ "head": "stranger:feature", "base": "main", "title": "From a fork" });
        t.open_pr_as(1, body).await;
        let reply = find(t, start(t, 1).await).await;
        assert_eq!(reply.succeeds().output("status"), "skipped");
        assert!(!reply.outputs().contains_key("pull-requests"), "no job with the token");
        assert_snapshot!(t.redact(reply.comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ⏭️ Skipped: preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | pr-1 | ⏭️ Skipped | [`[second]`](https://github.com/org/shop/commit/[commit second]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        - No preview: the change comes from a fork, and the platform builds branches of this repository only; a maintainer who has read it can push it to a branch here
        ");
        t.close_pr(1).await;
        let closed = find(t, start(t, 1).await).await;
        closed.succeeds().touches_nothing();
        assert!(!closed.outputs().contains_key("pull-requests"));
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

/// Anybody can open pull requests of a fork, in any number. What they cost is one less of the thousand requests of an hour.
#[tokio::test]
async fn a_forks_pull_requests_cost_a_few_requests_each_however_many_there_are() {
    holds!("a stranger", ["slow down"]);
    run(async |t: &mut Tester| {
        t.push("feature", "second");
        for number in 1..=8 {
            let branch = format!("copy-{number}");
            t.repository.git(&["branch", &branch, "feature"]);
            let body = json!({ "head": format!("stranger:{branch}"), "base": "main", "title": "Mine" });
            t.open_pr_as(number, body).await;
            let reply = find(t, start(t, number).await).await;
            let requests = reply.succeeds().requests();
            assert!(requests.len() <= 15, "{requests:#?}");
            assert!(t.comment(number).await.contains("the change comes from a fork"));
        }
        // Changed back and forth.
        for draft in [true, false, true] {
            t.patch_pr(8, json!({ "draft": draft })).await;
            let again = find(t, start(t, 8).await).await;
            let requests = again.succeeds().touches_nothing().requests();
            assert!(requests.len() <= 6, "{requests:#?}");
            assert_eq!(again.output("status"), "skipped");
        }
    })
    .await;
}

/// Each takes a job with the token, and a matrix of GitHub's has 256 at most.
#[tokio::test]
async fn the_open_pull_requests_of_a_commit_have_jobs_before_the_closed_ones() {
    run(async |t: &mut Tester| {
        t.push("feature", "second");
        t.push("staging", "staging");
        let body = |base: &str| json!({ "head": "feature", "base": base, "title": "Mine" });
        t.open_pr_as(1, body("main")).await;
        for number in 2..=12 {
            t.open_pr_as(number, body("staging")).await;
            t.close_pr(number).await;
        }
        let found = find(t, start(t, 12).await).await;
        let numbers = found.succeeds().output("pull-requests");
        assert_eq!(numbers, "[1,6,7,8,9,10,11,12]");
    })
    .await;
}

#[tokio::test]
async fn a_branch_cannot_use_it_to_deploy_what_is_not_a_preview() {
    holds!("a writer, with the isolated workflows", ["use a token"]);
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let mut pushed = t.event("name=workflow_run&branch=main").await;
        pushed["workflow_run"]["path"] = json!(".github/workflows/do-deploy-preview-start.yml");
        let nothing = find(t, pushed).await;
        nothing
            .succeeds()
            .touches_nothing()
            .says("previews start with `pull_request`");
        let other = t
            .event("name=workflow_run&number=1&path=.github/workflows/tests.yml")
            .await;
        find(t, other)
            .await
            .succeeds()
            .touches_nothing()
            .says("not for a branch");
    })
    .await;
}

#[tokio::test]
async fn a_token_that_was_forgotten_does_not_look_like_success() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let forgotten = act(t, start(t, 1).await, 1)
            .without_env("DIGITALOCEAN_ACCESS_TOKEN")
            .await;
        forgotten.fails_with(2).touches_nothing().says("no DigitalOcean token");
    })
    .await;
}
