//! A source that has the repository's earlier name is this repository; one that GitHub does not show is another's.

use serde_json::json;

use crate::harness::{Call, Change, SPEC, Tester, fault, run_with, without_job};

const WARNING: &str =
    "`web` is built from `org/old-shop`, which GitHub calls `org/shop` now: write the new name in `.do/app.yaml:6`";

/// What `renamed` says: GitHub redirects from the old name, and the platform clones by it.
async fn renamed(t: &Tester) {
    t.account(&json!({ "renamed": { "org/old-shop": "org/shop" } })).await;
}

fn old_name() -> String {
    SPEC.replace("org/shop", "org/old-shop")
}

#[tokio::test]
async fn production_with_the_repositorys_old_name_is_proven_as_any_other() {
    let spec = without_job().replace("org/shop\n", "org/old-shop\n      deploy_on_push: true\n");
    run_with(Change::whole_app("first").spec(&spec), async |t: &mut Tester| {
        renamed(t).await;
        let first = t.auto_push("main").await;
        first
            .succeeds()
            .says(WARNING)
            .says("switched `deploy_on_push` of `web` off");
        assert_eq!(first.output("commit"), t.repository.head("main"));
        let asked = |run: &crate::harness::Run| {
            let asked = run.requests().into_iter();
            asked.filter(|line| line.contains("/repos/org/old-shop")).count()
        };
        assert_eq!(asked(&first), 1, "{first}");
        // The app's own spec has the old name as well, and what serves is known by it.
        t.push("main", Change::version("second").spec(&without_job()));
        let second = t.deploy().await;
        second.succeeds().does_not_say("write the new name");
        let status = t.command(["status", "--json"]).await.json();
        assert_eq!(status["apps"][0]["commit"], t.repository.head("main"), "{status}");
        t.command(["rollback"]).await.succeeds();
        t.expect_serving("shop", "first").await;
        let back = t.command(["status", "--json"]).await.json();
        assert_ne!(back["apps"][0]["commit"], status["apps"][0]["commit"], "{back}");
        assert_eq!(back["apps"][0]["behind"], 1, "{back}");
    })
    .await;
}

#[tokio::test]
async fn an_app_by_hand_with_the_old_name_is_adopted() {
    run_with(
        Change::whole_app("first").spec(&without_job()),
        async |t: &mut Tester| {
            renamed(t).await;
            t.app_by_hand("shop", |spec| {
                spec["services"][0]["git"] =
                    json!({ "repo_clone_url": "ssh://git@github.com:443/org/old-shop.git", "branch": "main" });
                spec["services"][0].as_object_mut().unwrap().remove("github");
            })
            .await;
            t.deploy().await.succeeds().says("adopted the app `shop`");
        },
    )
    .await;
}

#[tokio::test]
async fn a_preview_is_built_from_the_head_whatever_name_the_source_has() {
    for (main, change) in [(old_name(), old_name()), (SPEC.to_owned(), old_name())] {
        run_with(Change::whole_app("first").spec(&main), async |t: &mut Tester| {
            renamed(t).await;
            t.open_pr_with(1, Change::version("second").spec(&change)).await;
            let preview = t.preview(1).await;
            preview.succeeds().says(WARNING);
            t.expect_serving("shop-pr-1", "second").await;
            assert!(preview.comment(1).contains(WARNING), "{}", preview.comment(1));
        })
        .await;
    }
}

#[tokio::test]
async fn a_preview_of_another_repository_is_refused_whatever_github_says_of_it() {
    holds!("a writer, with the isolated workflows", ["read other code"]);
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        t.account(&json!({ "renamed": { "org/secret": "org/elsewhere" } }))
            .await;
        for (number, name) in [(1, "org/secret"), (2, "../repos"), (3, "org/..")] {
            let foreign = SPEC.replacen("org/shop", name, 1);
            t.open_pr_with(number, Change::version(&format!("spy-{number}")).spec(&foreign))
                .await;
            t.preview(number)
                .await
                .fails_with(2)
                .says("a preview has no source that the app spec of `main` does not name");
        }
        assert!(t.app_names().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn nothing_claims_a_commit_where_nothing_is_built_from_the_repository() {
    let spec = without_job().replace("org/shop", "org/old-shop");
    run_with(Change::whole_app("first").spec(&spec), async |t: &mut Tester| {
        renamed(t).await;
        // A token that may not see it.
        t.fault(fault::not_found_on(Call::ReadRepository("org/old-shop")).times(3))
            .await;
        let deployed = t.deploy().await;
        deployed
            .succeeds()
            .says("There is no repository `org/old-shop`, or this run's GitHub token cannot read it")
            .does_not_say("write the new name");
        let head = t.repository.head("main");
        assert_eq!(deployed.outputs().get("commit").map_or("", String::as_str), "");
        assert!(!deployed.summary().contains(&head[..7]), "{}", deployed.summary());
        let status = t.command(["status", "--json"]).await.json();
        assert_eq!(status["apps"][0]["commit"], json!(null), "{status}");
        let text = t.command(["status"]).await;
        text.succeeds().does_not_say(&head[..7]);
    })
    .await;
}
