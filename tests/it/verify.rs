//! `verify`: any URL or environment, alone in any pipeline; broken, asleep and unreachable are different endings.

use tokio::net::TcpListener;

use crate::harness::{Change, Tester, run, run_with};

#[tokio::test]
async fn a_good_url_is_good() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let url = t.url_of("shop").await;
        t.command(["verify", &url])
            .without_checkout()
            .await
            .succeeds()
            .touches_nothing();
    })
    .await;
}

#[tokio::test]
async fn an_environment_is_found_by_its_name() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.command(["verify", "--environment", "production"]).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn the_summary_of_an_environment_that_is_bad_has_a_heading_a_cause_and_a_next_step() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let bad = t
            .command([
                "verify",
                "--environment",
                "production",
                "--path",
                "/nowhere",
                "--timeout",
                "5s",
            ])
            .await;
        bad.fails_with(1);
        insta::assert_snapshot!(t.redact(bad.summary()), @"
        ### ❌ Failed: production

        **Cause:** `http://127.0.0.1:[port]/nowhere` does not answer as expected: 404 instead of 200 to 399

        **Next:** read what the app logs when it is asked

        Asked: `http://127.0.0.1:[port]`
        ");
    })
    .await;
}

#[tokio::test]
async fn a_preview_is_found_by_its_number() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.command(["verify", "--pr", "1"]).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_path_that_is_missing_is_bad() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let url = t.url_of("shop").await;
        t.command(["verify", &url, "--path", "/nowhere", "--timeout", "5s"])
            .await
            .fails_with(1)
            .says("404");
    })
    .await;
}

#[tokio::test]
async fn a_check_may_expect_404() {
    let config = "[health]\nchecks = [{ path = \"/admin\", status = 404 }]\n";
    run_with(Change::whole_app("first").config(config), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.command(["verify", "--environment", "production"]).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_refused_connection_is_called_so() {
    run(async |t: &mut Tester| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let refused = t
            .command(["verify", &format!("http://127.0.0.1:{port}"), "--timeout", "5s"])
            .await;
        refused.says("refused");
        assert_ne!(refused.stderr, "");
    })
    .await;
}

#[tokio::test]
async fn the_wait_for_a_dead_url_says_how_long_it_takes() {
    run(async |t: &mut Tester| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let url = format!("http://127.0.0.1:{port}");
        let refused = t
            .command(["verify", &url, "--timeout", "5s"])
            // Half a minute in a second.
            .env("DO_DEPLOY_PACE", "0.03")
            .await;
        refused
            .says(&format!("Asking {url} for good answers, waiting up to 5s"))
            .says("of at most 5s")
            .says("read what the app logs")
            .does_not_say("do-deploy verify");
    })
    .await;
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_called_so() {
    run(async |t: &mut Tester| {
        t.command(["verify", "http://nowhere.invalid", "--timeout", "5s"])
            .await
            .says("could not be resolved");
    })
    .await;
}

#[tokio::test]
async fn does_not_look_like_a_browser() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let url = t.url_of("shop").await;
        // The notes service answers a browser with HTML.
        t.command(["verify", &url]).await.succeeds().does_not_say("<html");
    })
    .await;
}

#[tokio::test]
async fn says_it_as_one_json_document() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let url = t.url_of("shop").await;
        assert!(
            t.command(["verify", &url, "--json"])
                .locally()
                .await
                .succeeds()
                .json()
                .is_object()
        );
    })
    .await;
}
