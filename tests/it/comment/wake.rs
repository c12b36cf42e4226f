//! `/wake`: requests the preview until it answers.

use super::{MAINTAINER, on_comment, ours, reactions, says, with_maintainer};
use crate::harness::{Tester, run, until};

#[tokio::test]
async fn wake_wakes_a_sleeping_preview_and_says_how_long_it_took() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.advance(25 * 60 * 60).await;
        until("the preview is asleep", async || {
            let comment = says(t, MAINTAINER, 1, "/status").await;
            on_comment(t, comment).await.succeeds();
            ours(t, 1).await.contains("is asleep").then_some(())
        })
        .await;
        let comment = says(t, MAINTAINER, 1, "/wake").await;
        let run = on_comment(t, comment).await;
        assert_eq!(run.succeeds().output("status"), "ready");
        assert_eq!(run.output("url"), t.url_of("shop-pr-1").await);
        let reply = ours(t, 1).await;
        insta::assert_snapshot!(t.redact(&reply), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        <!-- answer:[run]:1:[comment] -->
        ### ✅ Ready: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

        ---

        `/wake`: the preview answered

        http://127.0.0.1:[port]

        - It was asleep: what its instance had on its disk is gone
        - [Run [run]]([link to the run])
        ");
        assert_eq!(reactions(t, comment).await, ["eyes", "rocket"]);
    })
    .await;
}

#[tokio::test]
async fn a_preview_that_is_not_there_cannot_wake() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/wake").await;
        on_comment(t, comment).await.succeeds();
        let reply = ours(t, 1).await;
        insta::assert_snapshot!(t.redact(&reply), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:0:0 -->
        <!-- answer:[run]:1:[comment] -->
        ---

        `/wake`: there is no preview of this pull request

        - `/preview` makes it
        - [Run [run]]([link to the run])
        ");
        t.push_broken(1);
        t.preview(1).await.fails_with(1);
        let comment = says(t, MAINTAINER, 1, "/wake").await;
        on_comment(t, comment).await.succeeds();
        assert!(
            ours(t, 1)
                .await
                .contains("no deployment of the preview has succeeded yet")
        );
        assert_eq!(reactions(t, comment).await, ["eyes", "-1"]);
    })
    .await;
}
