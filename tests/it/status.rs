//! `status`: what is deployed where, for people and for programs.

use serde_json::json;

use crate::harness::{Call, Change, Tester, fault, image_spec, run, run_with, until};

/// The default of `[preview] sleep`, and an hour.
const LONGER_THAN_SLEEP: u64 = 25 * 60 * 60;

#[tokio::test]
async fn nothing_deployed_is_a_sentence() {
    run(async |t: &mut Tester| {
        let status = t.command(["status"]).locally().await;
        status.succeeds().touches_nothing();
        assert!(!format!("{}{}", status.stdout, status.stderr).trim().is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_deployed_is_said_as_every_command_says_it() {
    run(async |t: &mut Tester| {
        for (wanted, says) in [
            (["--environment", "nope"], "there is no environment `nope`"),
            (["--pr", "999"], "there is no pull request 999"),
        ] {
            for command in ["status", "verify", "logs", "redeploy"] {
                let asked = t.command([command]).args(wanted).locally().await;
                asked.fails_with(2).touches_nothing().says(says);
            }
        }
        let status = t.command(["status", "--environment", "production"]).locally().await;
        status.fails_with(2).says("`production` is not deployed");
        let status = t.command(["status", "--spec", "nowhere.yaml"]).locally().await;
        status
            .succeeds()
            .says("Apps are known by their marks alone: the app spec `nowhere.yaml` does not exist");
    })
    .await;
}

#[tokio::test]
async fn lists_production_and_previews_with_url_and_commit() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.open_pr_with(1, "feature").await;
        t.preview(1).await.succeeds();
        let status = t.command(["status"]).locally().await;
        status.succeeds().touches_nothing();
        for part in [
            "production",
            "pr-1",
            &t.url_of("shop").await,
            &t.repository.head("feature-1")[..7],
        ] {
            assert!(status.stdout.contains(part), "{part} is not in {status}");
        }
    })
    .await;
}

#[tokio::test]
async fn where_no_deployment_ever_went_live_no_commit_is_called_unknown() {
    run_with(
        Change::whole_app("broken").file("CRASH", "boom\n"),
        async |t: &mut Tester| {
            t.deploy().await.fails_with(1);
            let status = t.command(["status"]).locally().await;
            let row = status
                .succeeds()
                .stdout
                .lines()
                .find(|line| line.starts_with("production"));
            let cells: Vec<&str> = row.unwrap_or_default().split_whitespace().take(3).collect();
            assert_eq!(cells, ["production", "failed", "none"], "{status}");
        },
    )
    .await;
}

/// Opened in another order than deployed, and with a title that would break out of a table.
async fn three_environments(t: &mut Tester) {
    t.open_pr_with(1, "feature").await;
    let title = "Notes | [x](https://evil.example) @org <b>";
    t.push("named", "named");
    t.open_pr_as(2, json!({ "head": "named", "base": "main", "title": title }))
        .await;
    t.preview(2).await.succeeds();
    t.advance(LONGER_THAN_SLEEP).await;
    t.deploy().await.succeeds();
    t.advance(LONGER_THAN_SLEEP).await;
    t.preview(1).await.succeeds();
    t.advance(LONGER_THAN_SLEEP).await;
    until("both previews are asleep", async || {
        let status = t.command(["status", "--json"]).locally().await.json();
        let apps = status["apps"].as_array().expect("a list");
        (apps.iter().filter(|app| app["state"] == "asleep").count() == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_summary_of_a_run_by_hand_is_where_a_team_reads_its_bill() {
    run(async |t: &mut Tester| {
        three_environments(t).await;
        let status = t.command(["status"]).await;
        status.succeeds().touches_nothing();
        insta::assert_snapshot!(t.redact(status.summary()).replace('\u{200b}', "(zw)"), @r"
        | Environment | State | URL | Commit | Age | Awake, a month | Asleep, a month |
        |---|---|---|---|---|---|---|
        | [pr-2](https://github.com/org/shop/pull/2) Notes \| \[x\](https:(zw)//evil.example) @(zw)org \<b> | asleep | http://127.0.0.1:[port] | [`[named]`](https://github.com/org/shop/commit/[commit named]) | 3d 3h | $5.00 | $0.50 |
        | production | active | http://127.0.0.1:[port] | [`[first]`](https://github.com/org/shop/commit/[commit first]) | 2d 2h | $5.00 | does not sleep |
        | [pr-1](https://github.com/org/shop/pull/1) Feature 1 | asleep | http://127.0.0.1:[port] | [`[feature]`](https://github.com/org/shop/commit/[commit feature]) | 1d 1h | $5.00 | $0.50 |
        | **Total** |  |  |  |  | **$15.00** | **$6.00** |
        ");
        t.fault(fault::not_found_on(Call::ReadPull(1))).await;
        let without = t.command(["status"]).await;
        without
            .succeeds()
            .says("https://github.com/org/shop/pull/1")
            .does_not_say("Feature 1");
    })
    .await;
}

#[tokio::test]
async fn a_terminal_shows_what_the_summary_shows() {
    run(async |t: &mut Tester| {
        three_environments(t).await;
        let status = t.command(["status"]).locally().await;
        insta::assert_snapshot!(t.redact(&status.succeeds().stdout), @"
        ENVIRONMENT  STATE   COMMIT   AGE    AWAKE/MONTH  ASLEEP/MONTH    URL                     PULL REQUEST
        pr-2         asleep  [named]  3d 3h  $5.00        $0.50           http://127.0.0.1:[port]  https://github.com/org/shop/pull/2 Notes | [x](https://evil.example) @org <b>
        production   active  [first]  2d 2h  $5.00        does not sleep  http://127.0.0.1:[port]
        pr-1         asleep  [feature]  1d 1h  $5.00        $0.50           http://127.0.0.1:[port]  https://github.com/org/shop/pull/1 Feature 1
        total                                $15.00       $6.00
        ");
    })
    .await;
}

#[tokio::test]
async fn an_image_is_named_where_no_commit_serves() {
    run_with(
        Change::whole_app("first").spec(&image_spec()),
        async |t: &mut Tester| {
            let digest = t.push_image("built");
            let images = format!("web={digest}\nmigrate={digest}\n");
            t.deploy().args(["--images", &images]).await.succeeds();
            let status = t.command(["status"]).locally().await;
            assert!(status.succeeds().stdout.contains(&digest[..19]), "{status}");
            status.does_not_say("unknown").does_not_say(&digest);
            let json = t.command(["status", "--json"]).locally().await.succeeds().json();
            assert_eq!(json["apps"][0]["image"], digest.as_str(), "{json:#}");
        },
    )
    .await;
}

#[tokio::test]
async fn counts_the_commits_that_are_not_deployed_yet() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        t.push("main", "third");
        let status = t.command(["status"]).locally().await;
        assert!(status.succeeds().stdout.contains("2 "), "{status}");
    })
    .await;
}

#[tokio::test]
async fn says_it_as_one_json_document() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let json = t.command(["status", "--json"]).locally().await.succeeds().json();
        assert!(json.to_string().contains(&t.repository.head("main")), "{json:#}");
    })
    .await;
}
