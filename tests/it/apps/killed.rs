//! A run about two apps is killed at each request with which it changes something, and run again.

use super::both;
use super::previews::{changes_both, records};
use crate::harness::{Point, Tester, run_with};

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
    for point in Point::some(changes, 0) {
        run_with(both("first"), async |t: &mut Tester| {
            t.open_pr_with(1, changes_both("second")).await;
            t.preview(1).killed_at(point).await;
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
