//! The apps of a pull request are removed together, and the comment names each of them.

use nix::sys::signal::Signal;

use super::both;
use super::previews::{changes_both, records};
use crate::harness::{Call, Tester, fault, run_with, until};

#[tokio::test]
async fn a_closed_pull_request_takes_both_with_it() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        let removed = t.teardown(1).await;
        insta::assert_snapshot!(t.redact(removed.succeeds().comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### 🗑️ Removed: shop-api-pr-1, shop-front-pr-1, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | shop-api-pr-1 | 🗑️ Removed | [`[second]`](https://github.com/org/shop/commit/[commit second]) |
        | shop-front-pr-1 | 🗑️ Removed | [`[second]`](https://github.com/org/shop/commit/[commit second]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        The preview and its data are gone
        ");
        assert_eq!(t.app_names().await, Vec::<String>::new());
        assert_eq!(records(t).await, ["shop-api inactive", "shop-front inactive"]);
        t.teardown(1).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn an_app_that_cannot_be_removed_keeps_neither_the_other_nor_the_comment_from_it() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        t.fault(fault::forbidden_on(Call::DeleteApp)).await;
        let removed = t.teardown(1).await;
        removed.fails_with(2).says("could not be removed");
        assert_eq!(t.app_names().await.len(), 1);
        t.no_faults().await;
        let comment = t.comment(1).await;
        assert!(
            comment.contains("🗑️ Removed |") && comment.contains("⚠️ Result unknown |"),
            "{comment}"
        );
        t.teardown(1).await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_sweep_removes_both_apps_of_a_closed_pull_request_and_ends_their_records() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        t.command(["sweep"]).await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
        assert_eq!(records(t).await, ["shop-api inactive", "shop-front inactive"]);
        let comment = t.comment(1).await;
        assert_eq!(comment.matches("🗑️ Removed |").count(), 2, "{comment}");
    })
    .await;
}

#[tokio::test]
async fn a_teardown_that_was_killed_between_two_apps_names_both_when_it_is_run_again() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        t.fault(fault::hanging(Call::DeleteApp).from(2)).await;
        let running = t.teardown(1).start().await;
        until("the first app is gone", async || {
            (t.app_names().await.len() == 1).then_some(())
        })
        .await;
        running.signal(Signal::SIGKILL);
        running.end().await;
        t.no_faults().await;
        t.teardown(1).await.succeeds();
        // Once more has nothing to add.
        t.teardown(1).await.succeeds();
        insta::assert_snapshot!(t.redact(&t.comment(1).await), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### 🗑️ Removed: shop-api-pr-1, shop-front-pr-1, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | shop-api-pr-1 | 🗑️ Removed | [`[second]`](https://github.com/org/shop/commit/[commit second]) |
        | shop-front-pr-1 | 🗑️ Removed | [`[second]`](https://github.com/org/shop/commit/[commit second]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        The preview and its data are gone
        ");
    })
    .await;
}
