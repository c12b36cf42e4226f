//! After a bad deployment that took traffic: rolled back where that is safe.

use crate::harness::{Change, FAILING_CHECK, Tester, run, run_with, without_job};

#[tokio::test]
async fn rolls_back_when_a_configured_check_fails_and_no_job_changed_the_database() {
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.push("main", Change::version("second").config(FAILING_CHECK));
            t.deploy().await.fails_with(1).says("/nowhere");
            t.expect_serving("shop", "first").await;
            assert!(
                t.app("shop").await["pinned_deployment"].is_null(),
                "an automatic rollback does not pin"
            );
        },
    )
    .await;
}

#[tokio::test]
async fn does_not_roll_back_where_a_job_may_have_changed_the_database() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", Change::version("second").config(FAILING_CHECK));
        t.deploy().await.fails_with(1).says("rollback");
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn does_not_roll_back_when_rollback_is_never() {
    let config = format!("[production]\nrollback = \"never\"\n{FAILING_CHECK}");
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.push("main", Change::version("second").config(&config));
            t.deploy().await.fails_with(1);
            t.expect_serving("shop", "second").await;
        },
    )
    .await;
}
