//! Rate limits: a request that one refused has not happened, and is sent again until the run's own time is over; what is
//! read from GitHub for ten minutes, and what is written there not at all.

use nix::sys::signal::Signal;

use crate::harness::{Call, Tester, fault, run};

/// More often than an error is forgiven.
const OFTEN: usize = 7;

/// A minute in an eighth of a second: what is waited for here is nothing but time.
const PACE: &str = "0.002";

#[tokio::test]
async fn a_limit_on_any_request_of_a_preview_is_waited_for() {
    for call in [
        Call::ListApps,
        Call::ProposeApp,
        Call::CreateApp,
        Call::ReadDeployment,
        Call::ReadHealth,
        Call::ReadApp,
    ] {
        run(async |t: &mut Tester| {
            t.open_pr(1).await;
            t.fault(fault::rate_limit_on(call).times(OFTEN)).await;
            let limited = t.preview(1).env("DO_DEPLOY_PACE", PACE).await;
            let said = limited
                .succeeds()
                .says("DigitalOcean's rate limit is reached: the next try is in");
            assert_eq!(said.output("status"), "ready", "{call:?}");
            let refused = limited.requests().into_iter().filter(|call| call.ends_with(" 429"));
            assert_eq!(refused.count(), OFTEN, "{limited}");
            assert_eq!(t.app_names().await, ["shop-pr-1"]);
        })
        .await;
    }
}

#[tokio::test]
async fn a_limit_on_an_update_is_waited_for() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push(1, "second");
        t.fault(fault::rate_limit_on(Call::UpdateApp).times(OFTEN)).await;
        let limited = t.preview(1).env("DO_DEPLOY_PACE", PACE).await;
        assert_eq!(limited.succeeds().output("status"), "ready");
        t.expect_serving("shop-pr-1", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_limit_on_a_teardown_is_waited_for() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        t.fault(fault::rate_limit_on(Call::DeleteApp).times(OFTEN)).await;
        let limited = t.teardown(1).env("DO_DEPLOY_PACE", PACE).await;
        assert_eq!(limited.succeeds().output("status"), "removed");
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_limit_in_production_is_waited_for() {
    run(async |t: &mut Tester| {
        t.faults(&[
            fault::rate_limit_on(Call::CreateApp).times(OFTEN),
            fault::rate_limit_on(Call::ReadHealth).times(OFTEN),
        ])
        .await;
        let limited = t.deploy().env("DO_DEPLOY_PACE", PACE).await;
        assert_eq!(limited.succeeds().output("status"), "ready");
        assert_eq!(t.app_names().await, ["shop"]);
    })
    .await;
}

#[tokio::test]
async fn githubs_secondary_limit_is_waited_for() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.faults(&[
            fault::secondary_limit_on(Call::ReadPull(1)).times(3),
            fault::rate_limit_on(Call::CreateComment(1)),
        ])
        .await;
        let limited = t.preview(1).env("DO_DEPLOY_PACE", PACE).await;
        assert_eq!(limited.succeeds().output("status"), "ready");
        assert!(t.comment(1).await.contains("✅ Ready"));
    })
    .await;
}

#[tokio::test]
async fn a_limit_on_the_first_words_does_not_hold_the_deployment_up() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.fault(fault::secondary_limit_on(Call::AnyOfComments(1)).always())
            .await;
        let silent = t.preview(1).await;
        assert_eq!(silent.succeeds().says("secondary rate limit").output("status"), "ready");
        t.no_faults().await;
    })
    .await;
}

#[tokio::test]
async fn a_limit_ends_with_the_runs_own_deadline() {
    holds!("a vendor", ["slow down"]);
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.fault(fault::rate_limit_on(Call::CreateApp).always()).await;
        let ended = t.preview(1).args(["--timeout", "3s"]).await;
        assert_eq!(ended.fails_with(3).says("rate limit").output("status"), "unknown");
        assert!(ended.took.as_secs() < 30, "{:?}", ended.took);
        t.no_faults().await;
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_signal_ends_the_wait_for_a_limit() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.fault(fault::rate_limit_on(Call::CreateApp).always()).await;
        // At the pace of real life, in which no preview waits for the minute.
        let mut running = t.preview(1).env("DO_DEPLOY_PACE", "1").start().await;
        running.says("Creating the preview").await;
        running.signal(Signal::SIGTERM);
        let cancelled = running.end().await;
        cancelled.fails_with(143);
        assert!(cancelled.took.as_secs() < 30, "{:?}", cancelled.took);
        t.no_faults().await;
    })
    .await;
}

#[tokio::test]
async fn a_preview_asks_digitalocean_for_little() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        for version in ["first", "second"] {
            if version == "second" {
                t.push(1, version);
            }
            let preview = t.preview(1).await;
            let calls = preview.succeeds().requests();
            let calls: Vec<_> = calls.iter().filter(|call| call.contains(" /v2/apps")).collect();
            let is_look = |call: &&&String| call.contains("/deployments/") && !call.contains("/logs");
            let looks = calls.iter().filter(is_look).count();
            assert!(
                calls.len() - looks <= 7,
                "beside {looks} looks at the build: {calls:#?}"
            );
        }
    })
    .await;
}
