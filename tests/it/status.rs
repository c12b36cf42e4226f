//! `status`: what is deployed where, for people and for programs.

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
