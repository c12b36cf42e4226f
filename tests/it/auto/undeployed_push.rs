//! The nightly run is red while a push has not been deployed: no run has seen it, so no run has said so.

use axum::body::Body;
use axum::response::Response;
use insta::assert_snapshot;
use serde_json::json;

use crate::harness::{Answer, Api, Change, FAILING_CHECK, Invocation, Proxy, Tester, run, run_with, until};

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
        ### ❌ Failed: production

        **Cause:** `production` runs `[first]`, but `main` is at `[second]`: no run has deployed it. GitHub starts none after a merge by `GITHUB_TOKEN` (auto-merge), for a disabled workflow, or for paths that the workflow's filter leaves out; or a run waits for approval

        **Next:** deploy it with `gh workflow run do-deploy-redeploy.yml -f command=deploy -f environment=production -f commit=[commit second]`, after a rollback also with `-f release=true`. Where it is meant to stay, set `nightly = false` for this environment in `do-deploy.toml`
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
            .says("rolled `shop` back at ")
            .says("pinned it to deployment");
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
async fn what_is_intended_or_still_in_progress_is_not_reported() {
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
                .says("which is not known to work: its deployment failed");
        },
    )
    .await;
}

async fn id(t: &Tester) -> String {
    t.app("shop").await["id"].as_str().expect("an id").to_owned()
}

/// Goes back to the app's first deployment, as its owner does in the panel.
async fn rolled_back_in_the_panel(t: &Tester) {
    let first = t.rollouts("shop").await.pop().expect("a deployment");
    let path = format!("/v2/apps/{}/rollback", id(t).await);
    let back = json!({ "deployment_id": first["id"] });
    let back = t.call(Api::DigitalOcean, "POST", &path, Some(&back)).await;
    back.expect(200);
    until("the first one serves again", async || {
        (t.serving("shop").await.1.trim() == "notes first").then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_the_platform_says_of_itself_outranks_what_github_recorded() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        t.deploy().await.succeeds();
        nightly(t).await.succeeds();
        rolled_back_in_the_panel(t).await;
        let red = nightly(t).await;
        red.fails_with(1).touches_nothing();
        assert_snapshot!(t.redact(red.summary()), @"
        ### ❌ Failed: production

        **Cause:** `production` runs `[first]`, but `main` is at `[second]`: Sandbox rolled `shop` back at [time], which pinned it to deployment [id]; `do-deploy deploy --environment production --release` releases it and deploys the branch, and so does a dispatched run with `command: deploy` and `release: true`

        **Next:** deploy it with `gh workflow run do-deploy-redeploy.yml -f command=deploy -f environment=production -f commit=[commit second]`, after a rollback also with `-f release=true`. Where it is meant to stay, set `nightly = false` for this environment in `do-deploy.toml`
        ");
        t.deploy().arg("--release").await.succeeds();
        nightly(t).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_head_that_a_person_deploys_in_the_panel_is_deployed() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        nightly(t).await.fails_with(1);
        let path = format!("/v2/apps/{}/deployments", id(t).await);
        t.call(Api::DigitalOcean, "POST", &path, Some(&json!({})))
            .await
            .expect(200);
        until("it serves", async || {
            (t.serving("shop").await.1.trim() == "notes second").then_some(())
        })
        .await;
        nightly(t).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn an_app_that_the_token_does_not_see_is_another_teams_while_it_answers() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let digitalocean = Proxy::start(&t.sandbox.url("DIGITALOCEAN_API_URL"), |_, path| {
            match path.starts_with("/v2/apps?") {
                true => Answer::Instead(Response::new(Body::from(
                    "{\"apps\": [], \"links\": {}, \"meta\": {\"total\": 0}}",
                ))),
                false => Answer::Changed(Box::new(|text| text)),
            }
        })
        .await;
        let of_another_team = nightly(t).env("DIGITALOCEAN_API_URL", &digitalocean.url()).await;
        of_another_team
            .succeeds()
            .says("This run's token sees no app of `production`, which may be another team's");
    })
    .await;
}

#[tokio::test]
async fn an_app_that_is_gone_makes_the_nightly_run_red() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let path = format!("/v2/apps/{}", id(t).await);
        t.call(Api::DigitalOcean, "DELETE", &path, None).await;
        let red = nightly(t).await;
        red.fails_with(1).touches_nothing();
        assert_eq!(red.output("status"), "failed");
        assert_snapshot!(t.redact(red.summary()), @"
        ### ❌ Failed: production

        **Cause:** the app of `production` has disappeared: this run's token sees no app `shop`, and nothing serves at `http://127.0.0.1:[port]` (the connection was refused): GitHub's records say that `[first]` was deployed there successfully

        **Next:** look in the control panel whether someone deleted or renamed the app, or moved it to another team, which this workflow's token cannot see. The next deployment creates it again, without its data. If it is meant to be gone, set `nightly = false` for `production` in `do-deploy.toml`
        ");
        t.push(
            "main",
            Change::version("second").config("[production]\nnightly = false\n"),
        );
        nightly(t).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_head_that_is_not_to_be_deployed_hides_no_push_below_it() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        // One push of two commits: only its head counts.
        t.push("main", "second");
        t.push("main", "third [skip deploy]");
        nightly(t).await.succeeds();
        t.open_pr_with(1, "merged").await;
        let merged = t.merge_pr(1).await;
        t.advance(4 * 3_600).await;
        t.push("main", "fourth [skip deploy]");
        t.push("main", "fifth [deploy skip]");
        let red = nightly(t).await;
        let below = format!(
            "the head says `[skip deploy]`, but `{}` below it does not",
            &merged[..7]
        );
        red.fails_with(1).says(&below).says("no run has deployed it");
        t.deploy().await.succeeds();
        t.push("main", "sixth [skip deploy]");
        nightly(t).await.succeeds();
        t.push("main", Change::version("seventh").config(FAILING_CHECK));
        t.deploy().await.fails_with(1);
        t.push("main", "eighth [skip deploy]");
        nightly(t)
            .await
            .fails_with(1)
            .says("below it does not: its deployment failed");
    })
    .await;
}

/// A commit with this date, in Git's words.
fn push_dated(t: &Tester, date: &str) -> String {
    let commit = format!(
        "git checkout -q main; GIT_COMMITTER_DATE=\"{date}\" git -c user.name=Ada -c user.email=ada@example.com \
         commit -q --allow-empty -m dated"
    );
    t.repository.script(&commit, &t.repository.path);
    t.repository.head("main")
}

#[tokio::test]
async fn a_head_is_as_old_as_its_push_and_not_as_its_date() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        push_dated(t, "2099-01-01T00:00:00Z");
        nightly(t).await.fails_with(1).says("no run has deployed it");
        let old = push_dated(t, "2020-01-01T00:00:00Z");
        nightly(t).await.fails_with(1);
        let runs = |branch: &str, ago: i64| {
            let at = jiff::Timestamp::now() - std::time::Duration::from_secs(ago.unsigned_abs());
            let run = json!({"event": "push", "head_branch": branch, "created_at": at.to_string(), "head_sha": old});
            json!({"total_count": 1, "workflow_runs": [run]}).to_string()
        };
        for (branch, ago, is_young) in [("main", 60, true), ("other", 60, false), ("main", 4 * 3_600, false)] {
            let runs = runs(branch, ago);
            let github = Proxy::start(&t.sandbox.url("GITHUB_API_URL"), move |_, path| {
                match path.contains("/actions/runs") {
                    true => Answer::Instead(Response::new(Body::from(runs.clone()))),
                    false => Answer::Changed(Box::new(|text| text)),
                }
            })
            .await;
            let ended = nightly(t).env("GITHUB_API_URL", &github.url()).await;
            assert_eq!(ended.exit_code(), Some(i32::from(!is_young)), "{branch} {ago} {ended}");
        }
    })
    .await;
}
