//! Maintainers at the wheel: what a dispatched run's inputs ask for.

use serde_json::{Value, json};

use crate::harness::{Change, Invocation, Tester, image_spec, run, run_with};

/// `auto` in a run that a maintainer started.
async fn dispatched<'t>(t: &'t Tester, inputs: Value) -> Invocation<'t> {
    let mut payload = t.event("name=workflow_dispatch").await;
    payload["inputs"] = inputs;
    t.command(["auto"]).on_payload("workflow_dispatch", payload)
}

#[tokio::test]
async fn the_policy_of_a_dispatched_run_comes_from_the_base_branch() {
    run_with(
        Change::whole_app("first").config("[preview]\nenabled = false\n"),
        async |t: &mut Tester| {
            t.open_pr_with(1, Change::version("sly").config("[preview]\nenabled = true\n"))
                .await;
            let mut payload = t.event("name=workflow_dispatch").await;
            payload["inputs"] = json!({ "pr": "1" });
            let dispatched = t.command(["auto"]).at("feature-1");
            dispatched
                .on_payload("workflow_dispatch", payload)
                .await
                .succeeds()
                .says("switched off");
            assert_eq!(t.app_names().await, Vec::<String>::new());
        },
    )
    .await;
}

#[tokio::test]
async fn a_preview_that_a_command_is_not_for_is_named_by_the_input_that_names_it() {
    run(async |t: &mut Tester| {
        for (inputs, input) in [
            (json!({ "command": "rollback", "environment": "pr-1" }), "environment"),
            (json!({ "command": "rollback", "pr": "1" }), "pr"),
        ] {
            let refused = dispatched(t, inputs).await.await;
            let says = format!("the input `{input}` makes no sense");
            refused.fails_with(2).touches_nothing().says(&says);
        }
    })
    .await;
}

#[tokio::test]
async fn production_is_redeployed_and_built_anew_where_its_head_is_what_was_expected() {
    run(async |t: &mut Tester| {
        let first = t.deploy().await.succeeds().output("deployment-id");
        let head = t.repository.head("main");
        let inputs = json!({ "environment": "production", "commit": head, "force-build": "true" });
        let again = dispatched(t, inputs).await.await;
        assert_eq!(again.succeeds().output("status"), "ready");
        assert_ne!(again.output("deployment-id"), first);
        assert_eq!(t.bodies("POST", "/deployments").pop().unwrap()["force_build"], true);
        t.push("main", "second");
        let moved = dispatched(t, json!({ "commit": head })).await.await;
        moved.fails_with(2).touches_nothing().says("leave `--commit` out");
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_named_environment_is_redeployed_by_a_dispatch_from_elsewhere() {
    let config = "[environments.staging]\nbranch = \"staging\"\nspec = \".do/staging.yaml\"\n";
    let staging =
        crate::harness::spec("name: shop\n", "name: shop-staging\n").replace("branch: main", "branch: staging");
    let first = Change::whole_app("first")
        .config(config)
        .file(".do/staging.yaml", &staging);
    run_with(first, async |t: &mut Tester| {
        t.push("staging", "next");
        t.auto_push("staging").await.succeeds();
        let query = "name=repository_dispatch&client_payload={\"environment\":\"staging\"}";
        let again = t.command(["auto"]).on_event("repository_dispatch", query).await;
        assert_eq!(again.succeeds().output("environment"), "staging");
        assert_eq!(again.output("status"), "ready");
        t.expect_serving("shop-staging", "next").await;
    })
    .await;
}

#[tokio::test]
async fn the_images_of_a_dispatch_are_what_is_sent_and_serves() {
    run_with(
        Change::whole_app("first").spec(&image_spec()),
        async |t: &mut Tester| {
            t.push_image("one");
            t.deploy().await.succeeds();
            let digest = t.push_image("two");
            t.push_image("three");
            let images = format!("web={digest} migrate={digest}");
            dispatched(t, json!({ "images": images })).await.await.succeeds();
            let id = t.app("shop").await["id"].as_str().unwrap().to_owned();
            let sent = t.bodies("PUT", &format!("/apps/{id}")).pop().expect("an update");
            assert_eq!(sent["spec"]["services"][0]["image"]["digest"], digest.as_str());
            assert_eq!(sent["spec"]["jobs"][0]["image"]["digest"], digest.as_str());
            t.expect_serving("shop", "two").await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_preview_is_redeployed_and_torn_down() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let inputs = json!({ "pr": "1", "force-build": "true", "commit": t.repository.head("feature-1") });
        assert_eq!(dispatched(t, inputs).await.await.succeeds().output("status"), "ready");
        let stale = dispatched(t, json!({ "pr": "1", "commit": "0000000" })).await.await;
        stale.fails_with(2).says("is `");
        let dry = dispatched(t, json!({ "command": "teardown", "pr": "1", "dry-run": "true" }))
            .await
            .await;
        dry.succeeds().touches_nothing().says("Would remove `shop-pr-1`");
        let gone = dispatched(t, json!({ "command": "teardown", "pr": "1" })).await.await;
        assert_eq!(gone.succeeds().output("status"), "removed");
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_of_a_redeployment_touches_nothing() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let dry = dispatched(t, json!({ "dry-run": "true" })).await.await;
        assert_eq!(dry.succeeds().touches_nothing().output("status"), "skipped");
        t.command(["redeploy", "--dry-run"]).await.succeeds().touches_nothing();
    })
    .await;
}

/// Production at its third version; the deployments' ids, oldest first, and the commits.
async fn deployed_three_times(t: &Tester) -> (Vec<String>, Vec<String>) {
    let (mut ids, mut commits) = (Vec::new(), Vec::new());
    for version in ["first", "second", "third"] {
        if version != "first" {
            t.push("main", version);
        }
        ids.push(t.deploy().await.succeeds().output("deployment-id"));
        commits.push(t.repository.head("main"));
    }
    (ids, commits)
}

#[tokio::test]
async fn production_goes_back_to_a_commit_pushes_are_skipped_and_a_release_deploys_the_branch() {
    run(async |t: &mut Tester| {
        let (_, commits) = deployed_three_times(t).await;
        let to_first = json!({ "command": "rollback", "to": commits[0] });
        let back = dispatched(t, to_first).await.await;
        assert_eq!(back.succeeds().output("status"), "ready");
        t.expect_serving("shop", "first").await;
        let pinned = t.app("shop").await["pinned_deployment"].clone();
        let when = pinned["created_at"].as_str().unwrap()[..16].to_owned();
        t.open_pr_with(1, Change::version("fourth")).await;
        t.merge_pr(1).await;
        let skipped = t.auto_push("main").await;
        assert_eq!(skipped.succeeds().output("status"), "skipped");
        for part in [
            "Sandbox rolled `shop` back",
            &when,
            "--release",
            "`command: deploy` and `release: true`",
        ] {
            skipped.says(part);
            assert!(skipped.summary().contains(part), "{}", skipped.summary());
        }
        assert_eq!(
            t.comments(1).await.len(),
            0,
            "nothing was deployed, and nothing is said of it"
        );
        t.expect_serving("shop", "first").await;
        let release = json!({ "command": "deploy", "release": "true" });
        let mut dry = release.clone();
        dry["dry-run"] = json!("true");
        let dry = dispatched(t, dry).await.await;
        dry.succeeds().touches_nothing().says("Would release `shop`");
        assert_eq!(dispatched(t, release).await.await.succeeds().output("status"), "ready");
        t.expect_serving("shop", "fourth").await;
    })
    .await;
}

#[tokio::test]
async fn production_goes_back_to_the_deployment_before_or_to_a_named_one() {
    run(async |t: &mut Tester| {
        let (ids, _) = deployed_three_times(t).await;
        let dry = dispatched(t, json!({ "command": "rollback", "dry-run": "true" }))
            .await
            .await;
        dry.succeeds()
            .says(&format!("Would roll `shop` back to deployment {}", ids[1]));
        assert_eq!(dry.output("status"), "skipped");
        let asked = |change: &String| change.contains("/rollback/validate ");
        assert!(dry.changes().iter().all(asked), "{:?}", dry.changes());
        t.expect_serving("shop", "third").await;
        let named = json!({ "command": "rollback", "to": ids[0] });
        dispatched(t, named.clone()).await.await.succeeds();
        t.expect_serving("shop", "first").await;
        let pinned = dispatched(t, json!({ "command": "rollback" })).await.await;
        pinned.fails_with(2).touches_nothing().says("rolled back already");
        let further = json!({ "command": "rollback", "to": ids[1] });
        let mut dry = further.clone();
        dry["dry-run"] = "true".into();
        dispatched(t, dry).await.await.succeeds().touches_nothing();
        dispatched(t, further).await.await.succeeds();
        t.expect_serving("shop", "second").await;
        assert!(!t.app("shop").await["pinned_deployment"].is_null());
        t.deploy().arg("--release").await.succeeds();
        t.push("main", "fourth");
        t.deploy().await.succeeds();
        dispatched(t, json!({ "command": "rollback" })).await.await.succeeds();
        t.expect_serving("shop", "third").await;
    })
    .await;
}

#[tokio::test]
async fn a_rollback_to_what_was_never_deployed_is_refused() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let nowhere = json!({ "command": "rollback", "to": "0000000" });
        let refused = dispatched(t, nowhere).await.await;
        refused
            .fails_with(2)
            .touches_nothing()
            .says("cannot go back to `0000000`");
    })
    .await;
}

#[tokio::test]
async fn looks_are_dispatched_too() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        for (command, says) in [("verify", "serves"), ("status", "production"), ("logs", "")] {
            let look = dispatched(t, json!({ "command": command })).await.await;
            look.succeeds().touches_nothing().says(says);
        }
        let swept = dispatched(t, json!({ "command": "sweep" })).await.await;
        assert_eq!(swept.succeeds().output("status"), "skipped");
    })
    .await;
}

#[tokio::test]
async fn an_input_that_makes_no_sense_is_named_before_anything_is_asked_for() {
    run(async |t: &mut Tester| {
        for (inputs, name) in [
            (json!({ "command": "destroy" }), "`command`"),
            (json!({ "pr": "seven" }), "`pr`"),
            // In the workflow these make other concurrency groups than the runs that they would meet.
            (json!({ "pr": "001" }), "`pr`"),
            (json!({ "pr": "+1" }), "`pr`"),
            (json!({ "pr": " 1 " }), "`pr`"),
            (json!({ "environment": " production " }), "`environment`"),
            (json!({ "environment": "PRODUCTION" }), "`environment`"),
            (json!({ "environment": "Pr-1" }), "`environment`"),
            (json!({ "environment": "pr-01" }), "`environment`"),
            (
                json!({ "command": "teardown", "environment": "production" }),
                "`environment`",
            ),
            (json!({ "command": "rollback", "commit": "abcdef0" }), "`commit`"),
            (json!({ "images": "web=sha256:00" }), "`images`"),
        ] {
            let refused = dispatched(t, inputs).await.await;
            refused.fails_with(2).says(&format!("the input {name}"));
            assert_eq!(refused.requests(), Vec::<String>::new());
            assert_eq!(refused.output("status"), "failed");
        }
    })
    .await;
}

#[tokio::test]
async fn flags_win_over_the_inputs() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let inputs = json!({ "environment": "production" });
        let preview = dispatched(t, inputs).await.args(["--pr", "1"]).await;
        assert_eq!(preview.succeeds().output("environment"), "pr-1");
    })
    .await;
}

#[tokio::test]
async fn a_draft_gets_a_preview_where_a_maintainer_asks_for_it() {
    run(async |t: &mut Tester| {
        t.push("feature-1", "first");
        let draft = json!({ "head": "feature-1", "base": "main", "title": "Draft", "draft": true });
        t.open_pr_as(1, draft).await;
        let asked = dispatched(t, json!({ "command": "preview", "pr": "1" })).await.await;
        assert_eq!(asked.succeeds().output("status"), "ready");
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_looked_at_by_hand_stands_in_summary_and_outputs() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let url = t.url_of("shop").await;
        for (command, says) in [("verify", "answers as it should"), ("status", "active")] {
            let looked = dispatched(t, json!({ "command": command })).await.await;
            assert!(looked.succeeds().summary().contains(says), "{}", looked.summary());
            assert_eq!(looked.output("status"), "ready");
            assert_eq!(looked.output("url"), url);
        }
    })
    .await;
}
