//! Apps without an order between them are deployed at the same time.

use super::production::front_and_api;
use super::{both, manifest, previews, production, unlinked};
use crate::harness::{Gate, Tester, run_with, until};

/// The service in a folder of the repository, whose build waits at a gate.
pub(super) fn service_behind(gate: &Gate, folder: &str, name: &str) -> String {
    let start = "    run_command:";
    manifest(name, folder).replace(start, &format!("    build_command: {}\n{start}", gate.wait()))
}

async fn both_exist(t: &Tester) {
    until("both apps exist", async || {
        (t.app_names().await.len() == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn two_apps_of_production_are_built_at_the_same_time() {
    let (front, api) = (Gate::closed().await, Gate::closed().await);
    let first = front_and_api(production::CONFIG)
        .file("front/app.yaml", &service_behind(&front, "front", "front"))
        .file("api/app.yaml", &service_behind(&api, "api", "api"));
    run_with(first, async |t: &mut Tester| {
        let running = t.deploy().arg("--timings").start().await;
        // Neither build ends before both have begun.
        both_exist(t).await;
        drop((front, api));
        running.end().await.succeeds();
        t.expect_serving("front", "first").await;
        t.expect_serving("api", "first").await;
    })
    .await;
}

#[tokio::test]
async fn two_previews_are_built_at_the_same_time() {
    let (front, api) = (Gate::closed().await, Gate::closed().await);
    let config = unlinked();
    let first = both("first")
        .config(&config)
        .file("front/app.yaml", &service_behind(&front, "front", "shop-front"))
        .file("api/app.yaml", &service_behind(&api, "api", "shop-api"));
    run_with(first, async |t: &mut Tester| {
        t.open_pr_with(1, previews::changes_both("second")).await;
        let running = t.preview(1).start().await;
        both_exist(t).await;
        drop((front, api));
        running.end().await.succeeds();
        t.expect_serving("shop-front-pr-1", "second").await;
        t.expect_serving("shop-api-pr-1", "second").await;
    })
    .await;
}
