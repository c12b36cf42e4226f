//! `auto` chooses the flow from the event, and says why where there is nothing to do.

use serde_json::json;

use crate::harness::{Change, Invocation, Tester, run, run_with};

#[tokio::test]
async fn a_push_to_the_default_branch_deploys_production() {
    run(async |t: &mut Tester| {
        let deployed = t.auto_push("main").await;
        assert_eq!(deployed.succeeds().output("environment"), "production");
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_push_to_another_branch_does_nothing_and_says_why() {
    run(async |t: &mut Tester| {
        t.push("other", "second");
        let nothing = t.auto_push("other").await;
        assert_eq!(
            nothing.succeeds().touches_nothing().says("other").output("status"),
            "skipped"
        );
    })
    .await;
}

#[tokio::test]
async fn a_push_to_a_named_environments_branch_deploys_it() {
    let config = "[environments.staging]\nbranch = \"staging\"\nspec = \".do/staging.yaml\"\n";
    let staging =
        crate::harness::spec("name: shop\n", "name: shop-staging\n").replace("branch: main", "branch: staging");
    let first = Change::whole_app("first")
        .config(config)
        .file(".do/staging.yaml", &staging);
    run_with(first, async |t: &mut Tester| {
        t.push("staging", "next");
        assert_eq!(t.auto_push("staging").await.succeeds().output("environment"), "staging");
        t.expect_serving("shop-staging", "next").await;
    })
    .await;
}

#[tokio::test]
async fn an_opened_pull_request_gets_its_preview() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        assert_eq!(
            t.auto_pull_request(1, "opened").await.succeeds().output("status"),
            "ready"
        );
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_push_to_a_pull_request_updates_its_preview() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.auto_pull_request(1, "opened").await.succeeds();
        t.push(1, "second");
        t.auto_pull_request(1, "synchronize").await.succeeds();
        t.expect_serving("shop-pr-1", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_closed_pull_request_loses_its_preview_and_a_reopened_one_gets_it_back() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.auto_pull_request(1, "opened").await.succeeds();
        t.close_pr(1).await;
        assert_eq!(
            t.auto_pull_request(1, "closed").await.succeeds().output("status"),
            "removed"
        );
        assert_eq!(t.app_names().await, Vec::<String>::new());
        t.reopen_pr(1).await;
        assert_eq!(
            t.auto_pull_request(1, "reopened").await.succeeds().output("status"),
            "ready"
        );
        assert_eq!(t.comments(1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_is_not_ours_ends_with_a_sentence() {
    run(async |t: &mut Tester| {
        let nothing = t
            .command(["auto"])
            .on_payload("watch", json!({ "action": "started" }))
            .await;
        nothing.succeeds().touches_nothing().says("watch");
        assert_eq!(nothing.output("status"), "skipped");
    })
    .await;
}

#[tokio::test]
async fn an_action_that_is_not_ours_ends_with_a_sentence() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.auto_pull_request(1, "assigned")
            .await
            .succeeds()
            .touches_nothing()
            .says("assigned");
    })
    .await;
}

/// `auto` after another workflow's run on `main`.
fn after_tests<'t>(t: &'t Tester, conclusion: &str, commit: &str) -> Invocation<'t> {
    let query = format!("name=workflow_run&branch=main&sha={commit}&conclusion={conclusion}");
    t.command(["auto"]).on_event("workflow_run", &query)
}

#[tokio::test]
async fn tests_that_passed_deploy_what_they_tested() {
    run(async |t: &mut Tester| {
        after_tests(t, "success", &t.repository.head("main")).await.succeeds();
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn tests_that_failed_deploy_nothing() {
    run(async |t: &mut Tester| {
        let nothing = after_tests(t, "failure", &t.repository.head("main")).await;
        assert_eq!(nothing.succeeds().touches_nothing().output("status"), "skipped");
    })
    .await;
}

#[tokio::test]
async fn a_branch_that_moved_on_since_its_tests_is_skipped() {
    run(async |t: &mut Tester| {
        let tested = t.repository.head("main");
        t.push("main", "second");
        let nothing = after_tests(t, "success", &tested).await;
        assert_eq!(nothing.succeeds().touches_nothing().output("status"), "skipped");
    })
    .await;
}

#[tokio::test]
async fn the_policy_of_a_dispatched_run_comes_from_the_base_branch() {
    run_with(
        Change::whole_app("first").config("[preview]\nenabled = false\n"),
        async |t: &mut Tester| {
            t.open_pr_with(1, Change::version("sly").config("[preview]\nenabled = true\n"))
                .await;
            let mut payload = t.event("name=workflow_dispatch").await;
            payload["inputs"] = json!({ "pr": "1" });
            let dispatched = t.command(["auto"]).at("feature-1");
            dispatched
                .on_payload("workflow_dispatch", payload)
                .await
                .succeeds()
                .says("switched off");
            assert_eq!(t.app_names().await, Vec::<String>::new());
        },
    )
    .await;
}

#[tokio::test]
async fn an_event_that_a_newer_push_has_overtaken_is_left_to_the_newer_run() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let older = t.event("name=pull_request&action=synchronize&number=1").await;
        t.push(1, "second");
        let overtaken = t.command(["auto"]).on_payload("pull_request", older).await;
        overtaken.succeeds().touches_nothing().says("superseded");
        assert_eq!(overtaken.output("status"), "skipped");
    })
    .await;
}
