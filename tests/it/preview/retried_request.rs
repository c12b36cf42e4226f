//! A preview's request that a rate limit held up is decided on again before it is sent again, and so is a removal.

use crate::harness::{Change, Held, Invocation, Proxy, Running, Tester, run, run_with};

const A_DAY: u64 = 24 * 60 * 60;

/// In front of both APIs: DigitalOcean's limit refuses the first such request, and the look at the pull request waits.
async fn held_up(t: &Tester, method: &'static str, path_end: &str) -> (Proxy, Held) {
    let (cloud, github) = (t.sandbox.url("DIGITALOCEAN_API_URL"), t.sandbox.url("GITHUB_API_URL"));
    Held::before_the_next_look(&cloud, &github, method, path_end).await
}

async fn id_of(t: &Tester, app: &str) -> String {
    t.app(app).await["id"].as_str().expect("an id").to_owned()
}

/// Begins a run behind both of them; what GitHub is asked next waits.
async fn begun<'t>(run: Invocation<'t>, cloud: &Proxy, github: &mut Held) -> Running<'t> {
    let run = run.env("DIGITALOCEAN_API_URL", &cloud.url());
    let running = run.env("GITHUB_API_URL", &github.url()).start().await;
    github.reached().await;
    running
}

#[tokio::test]
async fn no_preview_is_made_of_a_pull_request_that_was_closed_while_a_limit_held_it_up() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let (cloud, mut github) = held_up(t, "POST", "/v2/apps").await;
        let preview = begun(t.preview(1), &cloud, &mut github).await;
        t.close_pr(1).await;
        let between = github.go();
        let preview = preview.end().await;
        preview.succeeds();
        assert_eq!(preview.output("status"), "removed", "{preview}");
        let made = preview
            .requests()
            .into_iter()
            .filter(|it| it.starts_with("POST /v2/apps "));
        assert_eq!(made.count(), 0, "{preview}");
        assert!(t.app_names().await.is_empty());
        drop((cloud, between));
    })
    .await;
}

#[tokio::test]
async fn a_newer_head_is_left_to_its_own_run_where_a_limit_held_the_update_up() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let id = id_of(t, "shop-pr-1").await;
        for force in [false, true] {
            t.push(1, format!("before, {force}").as_str());
            if force {
                t.preview(1).await.succeeds();
            }
            let deployed = t.rollouts("shop-pr-1").await.len();
            let (method, path_end) = match force {
                false => ("PUT", id.as_str()),
                true => ("POST", "/deployments"),
            };
            let (cloud, mut github) = held_up(t, method, path_end).await;
            let update = match force {
                false => t.preview(1),
                true => t.command(["redeploy", "--pr", "1", "--force-build"]),
            };
            let update = begun(update, &cloud, &mut github).await;
            t.push(1, format!("after, {force}").as_str());
            let between = github.go();
            let update = update.end().await;
            update.succeeds().says("the pull request moved on to");
            assert_eq!(update.output("status"), "skipped", "{update}");
            assert_eq!(t.rollouts("shop-pr-1").await.len(), deployed, "{update}");
            drop((cloud, between));
            t.preview(1).await.succeeds();
            t.expect_serving("shop-pr-1", &format!("after, {force}")).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_preview_stays_where_its_pull_request_was_opened_again_while_a_limit_held_the_removal_up() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let id = id_of(t, "shop-pr-1").await;
        for command in ["teardown", "sweep"] {
            t.close_pr(1).await;
            let (cloud, mut github) = held_up(t, "DELETE", &id).await;
            let removal = match command {
                "teardown" => t.teardown(1),
                _ => t.command(["sweep"]),
            };
            let removal = begun(removal, &cloud, &mut github).await;
            t.reopen_pr(1).await;
            let between = github.go();
            let removal = removal.end().await;
            removal
                .succeeds()
                .says("Not removed: the pull request was opened again before the platform took the request");
            assert_eq!(t.app_names().await, ["shop-pr-1"], "{command}");
            assert!(!t.comment(1).await.contains("Removed"), "{command}");
            drop((cloud, between));
        }
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_preview_that_was_deployed_again_while_a_limit_held_the_sweep_up_stays() {
    let config = "[preview]\nttl = \"7d\"\n";
    run_with(Change::whole_app("first").config(config), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.advance(8 * A_DAY).await;
        let id = id_of(t, "shop-pr-1").await;
        let mut held = Held::up_by_a_limit(&t.sandbox.url("DIGITALOCEAN_API_URL"), "DELETE", id).await;
        let sweep = t
            .command(["sweep"])
            .env("DIGITALOCEAN_API_URL", &held.url())
            .start()
            .await;
        held.reached().await;
        t.push(1, "second");
        t.preview(1).await.succeeds();
        let between = held.go();
        let sweep = sweep.end().await;
        sweep.succeeds().says("Not removed: `shop-pr-1` was deployed again");
        t.expect_serving("shop-pr-1", "second").await;
        drop(between);
    })
    .await;
}
