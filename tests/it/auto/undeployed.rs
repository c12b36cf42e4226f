//! The nightly run is red while a push has not been deployed: no run has seen it, so no run has said so.

use insta::assert_snapshot;

use crate::harness::{Change, FAILING_CHECK, Invocation, Tester, run, run_with};

fn nightly(t: &Tester) -> Invocation<'_> {
    t.command(["auto"]).on_event("schedule", "name=schedule")
}

#[tokio::test]
async fn a_push_that_started_no_run_makes_the_nightly_run_red_with_the_command_that_deploys_it() {
    run(async |t: &mut Tester| {
        // Production may be deployed by something else.
        nightly(t).await.succeeds();
        t.deploy().await.succeeds();
        nightly(t).await.succeeds();
        t.push("main", "second");
        let red = nightly(t).await;
        red.fails_with(1).touches_nothing();
        assert_eq!(red.output("status"), "failed");
        assert_snapshot!(t.redact(red.summary()), @"
        `production` runs `[first]`, but `main` is at `[second]`: no run has deployed it. GitHub starts none after a merge by `GITHUB_TOKEN` (auto-merge), for a disabled workflow, or for paths that the workflow's filter leaves out; or a run waits for approval

        Next: deploy it with `gh workflow run do-deploy-redeploy.yml -f command=deploy -f environment=production -f commit=[commit second]`, after a rollback also with `-f release=true`. Where it is meant to stay, set `nightly = false` for this environment in `do-deploy.toml`
        ");
        assert_snapshot!(t.redact(&red.stdout), @"::error::`production` runs `[first]`, but `main` is at `[second]`: no run has deployed it. GitHub starts none after a merge by `GITHUB_TOKEN` (auto-merge), for a disabled workflow, or for paths that the workflow's filter leaves out; or a run waits for approval%0Ahint: deploy it with `gh workflow run do-deploy-redeploy.yml -f command=deploy -f environment=production -f commit=[commit second]`, after a rollback also with `-f release=true`. Where it is meant to stay, set `nightly = false` for this environment in `do-deploy.toml`");
        t.command(["sweep"]).await.succeeds();
        t.deploy().await.succeeds();
        nightly(t).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn the_reason_is_named_where_it_is_known() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second [ci skip]");
        let skipped = nightly(t).await;
        skipped
            .fails_with(1)
            .says("its message says `[ci skip]`, so GitHub started no run");
        t.push("main", Change::version("third").config(FAILING_CHECK));
        t.deploy().await.fails_with(1);
        nightly(t).await.fails_with(1).says("its deployment failed");
        t.push("main", Change::version("fourth").config(""));
        t.deploy().await.succeeds();
        t.command(["rollback"]).await.succeeds();
        let rolled_back = nightly(t).await;
        rolled_back
            .fails_with(1)
            .says("another deployment took its place since");
    })
    .await;
}

#[tokio::test]
async fn a_preview_that_has_to_go_goes_all_the_same() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        t.push("main", "second");
        let red = nightly(t).await;
        red.fails_with(1);
        assert!(red.summary().contains("Removed `shop-pr-1`"), "{}", red.summary());
        assert_eq!(t.app_names().await, ["shop"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_meant_or_still_under_way_is_no_news() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second [skip deploy]");
        nightly(t).await.succeeds();
        // Pushed a moment ago.
        let now = "git checkout -q main; GIT_COMMITTER_DATE=\"$(date +%s) +0000\" git -c user.name=Ada \
                   -c user.email=ada@example.com commit -q --allow-empty -m third";
        t.repository.script(now, &t.repository.path);
        nightly(t).await.succeeds();
        let off = "[production]\nnightly = false\n";
        t.push("main", Change::version("fourth").config(off));
        nightly(t).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn an_outage_from_the_first_deployment_on_is_not_silent() {
    run_with(
        Change::whole_app("first").config(FAILING_CHECK),
        async |t: &mut Tester| {
            t.deploy().await.fails_with(1);
            let red = nightly(t).await;
            red.fails_with(1)
                .says("none of the last deployments of `production` ended well");
        },
    )
    .await;
}
