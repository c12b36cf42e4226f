//! `/wake`: requests the preview until it answers.

use super::{MAINTAINER, heard, ours, reactions, says, with_maintainer};
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
            heard(t, comment).await.succeeds();
            ours(t, 1).await.contains("is asleep").then_some(())
        })
        .await;
        let comment = says(t, MAINTAINER, 1, "/wake").await;
        let run = heard(t, comment).await;
        assert_eq!(run.succeeds().output("status"), "ready");
        assert_eq!(run.output("url"), t.url_of("shop-pr-1").await);
        let told = ours(t, 1).await;
        assert!(
            told.contains("the preview answered after") && told.contains("It was asleep"),
            "{told}"
        );
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
        heard(t, comment).await.succeeds();
        let told = ours(t, 1).await;
        assert!(
            told.contains("there is no preview") && told.contains("`/preview` makes it"),
            "{told}"
        );
        t.push_broken(1);
        t.preview(1).await.fails_with(1);
        let comment = says(t, MAINTAINER, 1, "/wake").await;
        heard(t, comment).await.succeeds();
        assert!(
            ours(t, 1)
                .await
                .contains("no deployment of the preview has succeeded yet")
        );
        assert_eq!(reactions(t, comment).await, ["eyes", "-1"]);
    })
    .await;
}
