//! `status`: what is deployed where, for people and for programs.

use insta::assert_snapshot;
use serde_json::json;

use crate::harness::{Change, Tester, image_spec, run, run_with};

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

/// The page on which a team looks at its bill.
#[tokio::test]
async fn the_table_in_summary_and_terminal_reads_like_this() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        for (number, title) in [(3, "Faster | *cheaper*"), (12, "Dark mode")] {
            t.open_pr(number).await;
            t.patch_pr(number, json!({ "title": title })).await;
        }
        t.preview(12).await.succeeds();
        t.advance(3 * 24 * 3600).await;
        t.preview(3).await.succeeds();
        t.push("feature-12", "second");
        t.advance(2 * 3600).await;
        let status = t.command(["status"]).await;
        status.succeeds().touches_nothing();
        assert_snapshot!(t.redact(status.summary()), @r"
        ### ✅ 3 apps, $15.00 a month awake, $6.00 asleep

        | Environment | State | URL | Serves | Deployed | Awake | Asleep |
        |---|---|---|---|---|--:|--:|
        | production | ✅ active | [Open](http://127.0.0.1:[port]) | [`[first]`](https://github.com/org/shop/commit/[commit first]) | 3d 2h ago | $5.00 | $5.00 |
        | [#12](https://github.com/org/shop/pull/12) Dark mode | 💤 asleep | [Open the preview](http://127.0.0.1:[port]) | [`[first]`](https://github.com/org/shop/commit/[commit first]), 1 behind | 3d 2h ago | $5.00 | $0.50 |
        | [#3](https://github.com/org/shop/pull/3) Faster \| \*cheaper\* | ✅ active | [Open the preview](http://127.0.0.1:[port]) | [`[first]`](https://github.com/org/shop/commit/[commit first]) | 2h ago | $5.00 | $0.50 |
        | **Total a month** | | | | | **$15.00** | **$6.00** |
        ");
        assert_snapshot!(t.redact(&status.stdout), @"
        ENVIRONMENT  STATE   COMMIT              AGE    AWAKE   ASLEEP  URL                     TITLE
        production   active  [first]             3d 2h  $5.00   $5.00   http://127.0.0.1:[port]
        pr-12        asleep  [first] (1 behind)  3d 2h  $5.00   $0.50   http://127.0.0.1:[port]  Dark mode
        pr-3         active  [first]             2h     $5.00   $0.50   http://127.0.0.1:[port]  Faster | *cheaper*
        a month                                         $15.00  $6.00
        ");
        let one = t.command(["status", "--pr", "12"]).await;
        assert_snapshot!(t.redact(one.succeeds().summary()), @"
        ### 💤 1 app, $5.00 a month awake, $0.50 asleep

        | Environment | State | URL | Serves | Deployed | Awake | Asleep |
        |---|---|---|---|---|--:|--:|
        | [#12](https://github.com/org/shop/pull/12) Dark mode | 💤 asleep | [Open the preview](http://127.0.0.1:[port]) | [`[first]`](https://github.com/org/shop/commit/[commit first]), 1 behind | 3d 2h ago | $5.00 | $0.50 |
        | **Total a month** | | | | | **$5.00** | **$0.50** |
        ");
    })
    .await;
}
