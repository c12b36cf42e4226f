//! Cancelled in every phase as the runner does it: the board says so in time, nothing new is begun, the next run goes on.

use nix::sys::signal::Signal;

use crate::harness::{Call, Change, Gate, Tester, fault, run, run_with, spec};

/// An app whose build waits until the gate opens.
fn built_behind(gate: &Gate) -> Change {
    let built = format!(
        "    build_command: {}\n    run_command: do-deploy demo-app serve",
        gate.wait()
    );
    Change::whole_app("first").spec(&spec("    run_command: do-deploy demo-app serve", &built))
}

/// Every request to GitHub hangs from now on.
async fn github_hangs(t: &Tester) {
    t.fault(fault::hanging(Call::AnyOfGitHub).always()).await;
}

async fn github_answers_again(t: &Tester) {
    t.no_faults().await;
}

#[tokio::test]
async fn before_the_board_opens() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        github_hangs(t).await;
        let mut running = t.preview(1).start().await;
        running.says("::add-mask::").await;
        let cancelled = running.cancelled_by_the_runner().await;
        github_answers_again(t).await;
        cancelled.fails_with(130).touches_nothing().does_not_say("::error");
        assert_eq!(cancelled.output("status"), "unknown");
        assert!(cancelled.summary().contains("**Cancelled**"), "{cancelled}");
        t.preview(1).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn while_the_board_opens() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.fault(fault::hanging(Call::CreateComment(1))).await;
        let mut running = t.preview(1).start().await;
        running.says("::group::Plan").await;
        let cancelled = running.cancelled_by_the_runner().await;
        github_answers_again(t).await;
        cancelled.fails_with(130);
        assert_eq!(t.app_names().await, Vec::<String>::new());
        assert_eq!(cancelled.output("status"), "unknown");
        t.preview(1).await.succeeds();
        assert!(t.comment(1).await.contains("✅ Ready"));
    })
    .await;
}

#[tokio::test]
async fn while_building() {
    let gate = Gate::closed().await;
    run_with(built_behind(&gate), async |t: &mut Tester| {
        t.open_pr(1).await;
        let mut running = t.preview(1).start().await;
        running.says("building").await;
        let cancelled = running.cancelled_by_the_runner().await;
        cancelled.fails_with(130).does_not_say("::error");
        assert_eq!(cancelled.output("status"), "unknown");
        insta::assert_snapshot!(t.redact(cancelled.comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ⏹️ Cancelled: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | shop-pr-1 | ⏹️ Cancelled | [`[first]`](https://github.com/org/shop/commit/[commit first]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        Cancelled before [`[first]`](https://github.com/org/shop/commit/[commit first]) was ready
        ");
        insta::assert_snapshot!(t.redact(cancelled.summary()), @r#"
        ### ⏹️ Cancelled: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | shop-pr-1 | ⏹️ Cancelled | [`[first]`](https://github.com/org/shop/commit/[commit first]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        Cancelled before [`[first]`](https://github.com/org/shop/commit/[commit first]) was ready

        What is different from production's spec:

        | Change | Why |
        |---|---|
        | `web` is built from `feature-1` | the pull request's branch |
        | `migrate` is built from `feature-1` | the pull request's branch |
        | runs the command of job `migrate` in the service, before `web` starts | a job's disk is not the service's |
        | `web` has 30s more before its first health check | its start includes the migration |
        | uses SQLite | previews never use production's database; a file on the instance's disk costs nothing |
        | sleeps when unused | after a day, because a wake starts with a fresh disk; `sleep = "1h"` saves up to $0.16 a day |
        | called `shop-pr-1` | every pull request has an app of its own |
        "#);
        assert_eq!(t.deployment_states("preview").await, ["error"]);
        t.settled().await;
        assert_eq!(t.rollouts("shop-pr-1").await[0]["phase"], "CANCELED");
        drop(gate);
        t.preview(1).await.succeeds();
        assert!(t.comment(1).await.contains("✅ Ready"));
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn by_a_newer_push() {
    let gate = Gate::closed().await;
    run_with(built_behind(&gate), async |t: &mut Tester| {
        t.open_pr(1).await;
        let mut running = t.preview(1).start().await;
        running.says("building").await;
        t.push(1, "second");
        let superseded = running.cancelled_by_the_runner().await;
        superseded.fails_with(130);
        insta::assert_snapshot!(t.redact(superseded.comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ⏩ Superseded: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | shop-pr-1 | ⏩ Superseded | [`[first]`](https://github.com/org/shop/commit/[commit first]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        Superseded by [`[second]`](https://github.com/org/shop/commit/[commit second]) before [`[first]`](https://github.com/org/shop/commit/[commit first]) was ready
        ");
        assert_eq!(superseded.output("status"), "unknown");
        t.settled().await;
        assert_eq!(t.rollouts("shop-pr-1").await[0]["phase"], "CANCELED");
    })
    .await;
    drop(gate);
}

#[tokio::test]
async fn productions_deployment_is_left_to_finish_also_when_it_is_superseded() {
    let gate = Gate::closed().await;
    run_with(built_behind(&gate), async |t: &mut Tester| {
        let mut running = t.deploy().start().await;
        running.says("building").await;
        t.push("main", "second");
        let superseded = running.cancelled_by_the_runner().await;
        superseded.fails_with(130);
        insta::assert_snapshot!(t.redact(superseded.summary()), @"
        ### ⏩ Superseded: shop, production

        | App | State | Commit |
        |---|---|---|
        | shop | ⏩ Superseded | [`[first]`](https://github.com/org/shop/commit/[commit first]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        Superseded by [`[second]`](https://github.com/org/shop/commit/[commit second]) before [`[first]`](https://github.com/org/shop/commit/[commit first]) was ready

        - Deployment [id] continues on the platform; this run did not see how it ends
        ");
        let cancels = superseded
            .changes()
            .into_iter()
            .filter(|call| call.contains("/cancel "));
        assert_eq!(cancels.count(), 0, "{superseded}");
        drop(gate);
        t.settled().await;
        t.expect_serving("shop", "first").await;
        t.deploy().await.succeeds();
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn while_probing() {
    let first = Change::whole_app("first").config("[health]\nchecks = [{ path = \"/nowhere\", status = 200 }]\n");
    run_with(first, async |t: &mut Tester| {
        t.open_pr(1).await;
        let mut running = t.preview(1).start().await;
        running.says("Checking the built commit").await;
        let cancelled = running.cancelled_by_the_runner().await;
        cancelled.fails_with(130);
        assert!(
            cancelled.comment(1).contains("⏹️ Cancelled"),
            "{}",
            cancelled.comment(1)
        );
        assert_eq!(cancelled.output("status"), "unknown");
    })
    .await;
}

#[tokio::test]
async fn while_removing() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        t.fault(fault::hanging(Call::DeleteApp)).await;
        let mut running = t.teardown(1).start().await;
        running.says("Removing the preview").await;
        let cancelled = running.cancelled_by_the_runner().await;
        github_answers_again(t).await;
        cancelled.fails_with(130);
        assert_eq!(cancelled.output("status"), "unknown");
        let comment = t.comment(1).await;
        insta::assert_snapshot!(t.redact(&comment), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ⏹️ Cancelled: shop-pr-1, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | shop-pr-1 | ⏹️ Cancelled |  |

        Updated [time] UTC · [Run [run]]([link to the run])

        Cancelled

        - The preview was being removed: run the teardown again to have it seen to its end
        ");
        t.teardown(1).await.succeeds();
        assert!(t.comment(1).await.contains("🗑️ Removed"));
    })
    .await;
}

#[tokio::test]
async fn while_rolling_back() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        t.deploy().await.succeeds();
        let mut running = t.command(["rollback"]).start().await;
        running.says("Rolling `shop` back").await;
        let cancelled = running.cancelled_by_the_runner().await;
        cancelled.fails_with(130);
        assert!(cancelled.summary().contains("⏹️ Cancelled"), "{cancelled}");
        assert_eq!(cancelled.output("status"), "unknown");
        t.settled().await;
    })
    .await;
}

#[tokio::test]
async fn while_github_hangs() {
    let gate = Gate::closed().await;
    run_with(built_behind(&gate), async |t: &mut Tester| {
        t.open_pr(1).await;
        let mut running = t.preview(1).start().await;
        running.says("building").await;
        github_hangs(t).await;
        let cancelled = running.cancelled_by_the_runner().await;
        github_answers_again(t).await;
        cancelled.fails_with(130);
        assert_eq!(cancelled.output("status"), "unknown");
        assert!(cancelled.summary().contains("⏹️ Cancelled"), "{cancelled}");
        t.settled().await;
        assert_eq!(t.rollouts("shop-pr-1").await[0]["phase"], "CANCELED");
    })
    .await;
    drop(gate);
}

#[tokio::test]
async fn while_digitalocean_hangs() {
    let gate = Gate::closed().await;
    run_with(built_behind(&gate), async |t: &mut Tester| {
        t.open_pr(1).await;
        let mut running = t.preview(1).start().await;
        running.says("building").await;
        t.fault(fault::hanging(Call::AnyOfDigitalOcean).always()).await;
        let cancelled = running.cancelled_by_the_runner().await;
        github_answers_again(t).await;
        cancelled.fails_with(130);
        let comment = t.comment(1).await;
        assert!(comment.contains("⏹️ Cancelled"), "{comment}");
    })
    .await;
    drop(gate);
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let gate = Gate::closed().await;
    run_with(built_behind(&gate), async |t: &mut Tester| {
        t.open_pr(1).await;
        let mut running = t.preview(1).start().await;
        running.says("building").await;
        github_hangs(t).await;
        running.signal(Signal::SIGTERM);
        running.signal(Signal::SIGINT);
        let ended = running.end().await;
        github_answers_again(t).await;
        // Signals that are both waiting are not delivered in the order of their sending.
        assert!([Some(130), Some(143)].contains(&ended.exit_code()), "{ended}");
        assert_eq!(ended.output("status"), "unknown");
    })
    .await;
    drop(gate);
}
