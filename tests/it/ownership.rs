//! What is marked as somebody else's is neither changed nor deleted, whatever its name is.

use serde_json::{Value, json};

use crate::harness::{Tester, marks, run};

/// An app that holds the name of pull request 1's preview, and that neither `preview` nor `teardown` may touch.
async fn is_left_alone(t: &Tester, envs: Value, why: &str) {
    let before = t.somebody_creates("shop-pr-1", envs).await;
    t.open_pr(1).await;
    let refused = t.preview(1).await;
    // The author waits for a preview: the comment says why there is none, and nothing else is touched.
    let changes = refused.fails_with(2).says(why).changes();
    assert!(
        changes.iter().all(|call| call.contains("/issues/1/comments")),
        "{changes:?}"
    );
    assert!(refused.comment(1).contains(why.trim_matches('`')), "{refused}");
    t.close_pr(1).await;
    t.teardown(1).await.fails_with(2).touches_nothing().says(why);
    let after = t.app("shop-pr-1").await;
    assert_eq!((&after["id"], &after["spec"]), (&before["id"], &before["spec"]));
    t.expect_serving("shop-pr-1", "first").await;
}

#[tokio::test]
async fn another_repositorys_preview_is_left_alone() {
    run(async |t: &mut Tester| is_left_alone(t, marks(1, "pr-1"), "the repository with id 1").await).await;
}

#[tokio::test]
async fn the_preview_of_another_pull_request_is_left_alone() {
    run(async |t: &mut Tester| {
        let other = marks(t.repository_id().await, "pr-2");
        is_left_alone(t, other, "`pr-2` of this repository, not as `pr-1`").await;
    })
    .await;
}

#[tokio::test]
async fn another_environment_of_this_repository_is_left_alone() {
    run(async |t: &mut Tester| {
        let other = marks(t.repository_id().await, "production");
        is_left_alone(t, other, "`production` of this repository, not as `pr-1`").await;
    })
    .await;
}

#[tokio::test]
async fn an_app_without_marks_is_left_alone() {
    run(async |t: &mut Tester| is_left_alone(t, json!([]), "do-deploy's marks").await).await;
}
