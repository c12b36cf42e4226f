//! A deployment is good only if every check agrees: the commit that was built, the platform's health, our own request.

use crate::harness::{Call, Change, Gate, Tester, fault, run, run_with};

/// Long enough for a push between the run's look at the branch and the platform's.
const BEFORE_THE_PLATFORM_LOOKS: u64 = 3;

#[tokio::test]
async fn a_preview_built_from_a_descendant_is_good_and_the_outputs_name_it() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let asked = t.repository.head("feature-1");
        t.fault(fault::slow(Call::CreateApp, BEFORE_THE_PLATFORM_LOOKS)).await;
        let mut running = t.preview(1).start().await;
        running.says("Creating the preview").await;
        let built = t.push(1, "second");
        let deployed = running.end().await;
        assert_eq!(deployed.succeeds().output("status"), "ready");
        assert_eq!(deployed.output("commit"), built);
        let comment = t.comment(1).await;
        let note = format!("`{}` was built, 1 commit after `{}`", &built[..7], &asked[..7]);
        assert!(comment.contains(&note), "{comment}");
        t.expect_serving("shop-pr-1", "second").await;
    })
    .await;
}

#[tokio::test]
async fn production_built_from_a_descendant_is_good_and_the_outputs_name_it() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        t.fault(fault::slow(Call::UpdateApp, BEFORE_THE_PLATFORM_LOOKS)).await;
        let mut running = t.deploy().start().await;
        running.says("Updating").await;
        let built = t.push("main", "third");
        let deployed = running.end().await;
        assert_eq!(deployed.succeeds().output("status"), "ready");
        assert_eq!(deployed.output("commit"), built);
        t.expect_serving("shop", "third").await;
    })
    .await;
}

#[tokio::test]
async fn a_preview_built_from_any_other_commit_is_bad() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let asked = t.repository.head("feature-1");
        t.fault(fault::slow(Call::CreateApp, BEFORE_THE_PLATFORM_LOOKS)).await;
        let mut running = t.preview(1).start().await;
        running.says("Creating the preview").await;
        let built = rewritten(t, "feature-1", "main");
        let deployed = running.end().await;
        assert_eq!(deployed.fails_with(1).output("status"), "failed");
        deployed.says(&format!("`{}` was built, not `{}`", &built[..7], &asked[..7]));
    })
    .await;
}

#[tokio::test]
async fn production_built_from_any_other_commit_is_bad() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let asked = t.push("main", "second");
        t.fault(fault::slow(Call::UpdateApp, BEFORE_THE_PLATFORM_LOOKS)).await;
        let mut running = t.deploy().start().await;
        running.says("Updating").await;
        let built = rewritten(t, "main", "main~1");
        let deployed = running.end().await;
        assert_eq!(deployed.fails_with(1).output("status"), "failed");
        deployed.says(&format!("`{}` was built, not `{}`", &built[..7], &asked[..7]));
    })
    .await;
}

/// Force-pushes a branch: another commit on top of `base`, which is its head from now on.
fn rewritten(t: &Tester, branch: &str, base: &str) -> String {
    let base = t.repository.head(base);
    t.repository.git(&["checkout", "--quiet", "--detach", &base]);
    t.repository.git(&["branch", "--force", branch, &base]);
    t.push(branch, "rewritten")
}

#[tokio::test]
async fn a_component_that_the_platform_calls_unhealthy_makes_the_deployment_bad() {
    let gate = Gate::closed().await;
    // Without a URL there is no request from outside: the platform's health is the only check that can object.
    let worker = format!(
        "name: shop\nregion: fra\nworkers:\n  - name: mailer\n    github:\n      repo: org/shop\n      branch: main\n    \
         run_command: {}; exit 9\n    instance_count: 1\n    instance_size_slug: apps-s-1vcpu-0.5gb\n",
        gate.wait()
    );
    let first = Change::whole_app("first")
        .spec(&worker)
        .config("[health]\ntimeout = \"2s\"\n");
    run_with(first, async |t: &mut Tester| {
        t.fault(fault::slow(Call::ReadHealth, 2)).await;
        let mut running = t.deploy().start().await;
        running.says("Checking the built commit").await;
        drop(gate);
        let unhealthy = running.end().await;
        assert_eq!(unhealthy.fails_with(1).output("status"), "failed");
        unhealthy
            .says("`mailer` is unhealthy")
            .says("0 of 1 instances are ready");
    })
    .await;
}
