//! What the schedule starts: a sweep, which says what it removed.

use crate::harness::{Tester, run};

#[tokio::test]
async fn the_schedule_sweeps_and_reports_what_it_removed_and_why() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.open_pr(2).await;
        t.preview(1).await.succeeds();
        t.preview(2).await.succeeds();
        let scheduled = || t.command(["auto"]).on_event("schedule", "name=schedule");
        let nothing = scheduled().await;
        assert_eq!(nothing.succeeds().touches_nothing().output("status"), "skipped");
        assert!(nothing.summary().contains("Nothing to sweep"), "{}", nothing.summary());
        t.close_pr(1).await;
        let dry = scheduled().arg("--dry-run").await;
        assert_eq!(dry.succeeds().touches_nothing().output("status"), "skipped");
        assert!(dry.summary().contains("Would remove `shop-pr-1`"), "{}", dry.summary());
        let swept = scheduled().await;
        assert_eq!(swept.succeeds().output("status"), "removed");
        assert_eq!(
            swept.summary().trim(),
            "### 🗑️ Removed: shop-pr-1, preview of #1\n\nRemoved `shop-pr-1`: its pull request is closed"
        );
        assert!(swept.output("apps").contains("shop-pr-1"), "{}", swept.output("apps"));
        assert_eq!(t.app_names().await, ["shop-pr-2"]);
        assert!(
            swept.comment(1).contains("its pull request is closed"),
            "{}",
            swept.comment(1)
        );
    })
    .await;
}
