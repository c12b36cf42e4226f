//! What another workflow's end starts.

use crate::harness::{Invocation, Tester, run};

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
