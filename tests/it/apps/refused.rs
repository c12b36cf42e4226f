//! What keeps the previews of several apps from being made: limits, and mistakes that are about all of them.

use super::previews::changes_both;
use super::{CONFIG, both, manifest};
use crate::harness::{Change, Tester, run_with};

#[tokio::test]
async fn the_limit_counts_pull_requests_and_not_apps() {
    let config = format!("{CONFIG}[preview]\nlimit = 1\n");
    run_with(both("first").config(&config), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        assert_eq!(t.app_names().await, ["shop-api-pr-1", "shop-front-pr-1"]);
        t.preview(1).await.succeeds();
        t.open_pr_with(2, changes_both("third")).await;
        t.preview(2).await.succeeds().says("`[preview] limit` is 1");
        assert_eq!(t.app_names().await, ["shop-api-pr-1", "shop-front-pr-1"]);
    })
    .await;
}

#[tokio::test]
async fn the_budget_counts_every_app_of_a_pull_request() {
    for (budget, apps) in [("9.99", 0), ("10.00", 2)] {
        let config = format!("{CONFIG}[preview]\nbudget = {budget}\n");
        run_with(both("first").config(&config), async |t: &mut Tester| {
            t.open_pr_with(1, changes_both("second")).await;
            t.preview(1).await.succeeds();
            assert_eq!(t.app_names().await.len(), apps, "{budget}");
        })
        .await;
    }
}

#[tokio::test]
async fn two_manifests_of_one_name_are_refused_before_anything_exists() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        t.push(
            "main",
            Change::version("same").file("front/app.yaml", &manifest("shop-api", "front")),
        );
        t.push(
            1,
            Change::version("same").file("front/app.yaml", &manifest("shop-api", "front")),
        );
        let preview = t.preview(1).await;
        preview
            .fails_with(2)
            .says("`front/app.yaml` and `api/app.yaml` are both named `shop-api`");
        assert_eq!(t.app_names().await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn apps_that_wait_for_each_other_are_refused() {
    run_with(both("first"), async |t: &mut Tester| {
        let circle = format!("{CONFIG}after = [\"front\"]\n");
        t.push("main", Change::version("circle").config(&circle));
        t.open_pr_with(1, changes_both("second")).await;
        let preview = t.preview(1).await;
        preview
            .fails_with(2)
            .says("the apps depend on each other in a circle: `front` → `api` → `front`");
    })
    .await;
}
