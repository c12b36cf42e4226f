//! Who may say what: the commit gives the shape in every event, and policy counts once it is merged.

use regex_lite::Regex;
use serde_json::{Value, json};

use crate::harness::{Api, Change, Invocation, Tester, run_with, without_job};

const SHAPED: &str = "\
[preview]
database_url = \"sqlite:////tmp/other.db\"
sleep = \"30m\"
size = \"apps-s-1vcpu-1gb\"
[preview.env]
FLAG = \"on\"
JWT = \"generate\"
[health]
path = \"/health\"
";

pub(super) async fn commanded<'t>(t: &'t Tester, command: &str) -> Invocation<'t> {
    t.account(&json!({ "permissions": { "maintainer": "write" } })).await;
    let (path, said) = ("/repos/org/shop/issues/1/comments", json!({ "body": command }));
    let comment = t
        .call_as("user:maintainer", Api::GitHub, "POST", path, Some(&said))
        .await;
    let query = format!("name=issue_comment&comment_id={}", comment.expect(201)["id"]);
    t.command(["auto"]).on_event("issue_comment", &query)
}

pub(super) async fn dispatched<'t>(t: &'t Tester) -> Invocation<'t> {
    let mut payload = t.event("name=workflow_dispatch").await;
    payload["inputs"] = json!({ "pr": "1" });
    t.command(["auto"]).on_payload("workflow_dispatch", payload)
}

/// The preview's spec, without the number that every run puts into its own words.
async fn shape(t: &Tester) -> Value {
    let spec = t.app("shop-pr-1").await["spec"].to_string();
    let number = Regex::new("do-deploy [0-9a-f]{16}:").expect("a pattern");
    let spec = number.replace_all(&spec, "do-deploy NUMBER:");
    serde_json::from_str(&spec).expect("JSON")
}

#[tokio::test]
async fn every_event_gives_a_commit_the_same_preview() {
    let main = "[preview]\nprepare = \"exit 9\"\n[preview.env]\nFLAG = \"off\"\n[health]\npath = \"/nowhere\"\n";
    run_with(Change::whole_app("first").config(main), async |t: &mut Tester| {
        t.open_pr_with(1, Change::version("second").config(SHAPED)).await;
        t.auto_pull_request(1, "opened").await.succeeds();
        let pushed = shape(t).await;
        assert_eq!(pushed["services"][0]["instance_size_slug"], "apps-s-1vcpu-1gb");
        assert!(pushed.to_string().contains("\"FLAG\""), "{pushed:#}");
        for (event, invocation) in [
            ("/preview", commanded(t, "/preview").await),
            ("/redeploy", commanded(t, "/redeploy").await.at("feature-1")),
            ("a dispatch", dispatched(t).await),
            ("a dispatch without a checkout", dispatched(t).await.without_checkout()),
            (
                "the merge",
                t.auto_pull_request(1, "synchronize")
                    .after_step("git merge -q origin/main"),
            ),
            ("main", t.auto_pull_request(1, "synchronize").at("main")),
            ("a terminal", t.preview(1).at("main").locally()),
        ] {
            invocation.await.succeeds();
            assert_eq!(shape(t).await, pushed, "after {event}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_kind_of_database_is_the_commits_whatever_is_checked_out() {
    let postgres = without_job().replace("value: sqlite:////tmp/notes.db", "value: ${db.DATABASE_URL}")
        + "databases:\n  - {name: db, engine: PG, version: \"16\"}\n";
    let first = Change::whole_app("first").spec(&postgres);
    run_with(first, async |t: &mut Tester| {
        t.open_pr_with(1, Change::version("second").config("[preview]\ndatabase = \"dev\"\n"))
            .await;
        for invocation in [
            t.preview(1),
            t.preview(1).at("main"),
            t.preview(1).without_checkout(),
            dispatched(t).await,
            t.auto_pull_request(1, "opened"),
        ] {
            let dry = invocation.arg("--dry-run").await;
            dry.succeeds().says("production: false").does_not_say("sqlite");
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_pull_request_says_of_policy_is_named_and_not_followed() {
    let main = "[preview]\nlimit = 3\n[preview.env]\nKEY = { from = \"TEST_KEY\" }\n";
    run_with(Change::whole_app("first").config(main), async |t: &mut Tester| {
        let (test, sly) = (t.secret("TEST_KEY"), t.secret("PRODUCTIONS_KEY"));
        let change = "[preview]\nlimit = 30\ndrafts = true\nsize = \"apps-d-8vcpu-32gb\"\n[preview.env]\n\
                      SLY = { from = \"PRODUCTIONS_KEY\" }\nSAME = { from = \"TEST_KEY\" }\n[comment]\nmode = \"off\"\n";
        t.open_pr_with(1, Change::version("second").config(change)).await;
        let preview = t.preview(1).env("TEST_KEY", &test).env("PRODUCTIONS_KEY", &sly).await;
        let named = "`[preview] drafts`, `[preview] limit`, `[preview] size`, `[comment] mode` and `[preview.env] SLY` \
                     in `do-deploy.toml` take effect after the merge: until then `main` decides them";
        preview.succeeds().says(named);
        assert!(preview.comment(1).contains("take effect after the merge"), "{preview}");
        let spec = shape(t).await;
        assert_eq!(spec["services"][0]["instance_size_slug"], "apps-s-1vcpu-0.5gb");
        let envs = spec["envs"].to_string();
        assert!(envs.contains("\"KEY\"") && envs.contains("\"SAME\"") && !envs.contains("SLY"), "{envs}");
        t.patch_pr(1, json!({ "draft": true })).await;
        let draft = t.preview(1).env("TEST_KEY", &test).await;
        assert_eq!(draft.succeeds().output("status"), "skipped");
    })
    .await;
}

#[tokio::test]
async fn before_the_first_file_is_merged_the_defaults_are_the_policy() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        let key = t.secret("KEY");
        let first = "[preview]\nenabled = false\n[preview.env]\nFLAG = \"on\"\nKEY = { from = \"KEY\" }\n";
        t.open_pr_with(1, Change::version("second").config(first)).await;
        for invocation in [t.preview(1), t.preview(1).args(["--config", "do-deploy.toml"])] {
            let preview = invocation.env("KEY", &key).await;
            preview.succeeds().says("`[preview] enabled` and `[preview.env] KEY`");
            let envs = shape(t).await["envs"].to_string();
            assert!(envs.contains("FLAG") && !envs.contains("\"KEY\""), "{envs}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_the_base_branch_has_changed_since_is_not_the_pull_requests_word() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.push("main", Change::version("third").config("[preview]\nlimit = 3\n"));
        t.preview(1).await.succeeds().does_not_say("after the merge");
        t.push(1, Change::version("fourth").config("[preview]\nttl = \"1d\"\n"));
        t.preview(1)
            .await
            .succeeds()
            .says("`[preview] ttl` in `do-deploy.toml` takes effect after the merge");
    })
    .await;
}

#[tokio::test]
async fn a_branch_gives_its_environment_values_and_not_its_place() {
    let main = "[environments.staging]\nbranch = \"next\"\nspec = \".do/staging.yaml\"\n[environments.staging.env]\nFLAG = \"off\"\n";
    let staging = crate::harness::spec("name: shop\n", "name: shop-staging\n").replace("branch: main", "branch: next");
    let first = Change::whole_app("first")
        .config(main)
        .file(".do/staging.yaml", &staging);
    run_with(first, async |t: &mut Tester| {
        let secret = t.secret("PRODUCTIONS_KEY");
        let next = "[production]\nbranch = \"next\"\n[environments.staging]\nbranch = \"elsewhere\"\nspec = \"other.yaml\"\n\
                    [environments.staging.env]\nFLAG = \"on\"\nSLY = { from = \"PRODUCTIONS_KEY\" }\n[health]\npath = \"/health\"\n";
        t.push("next", Change::version("second").config(next));
        for at in ["next", "main"] {
            let pushed = t.auto_push("next").at(at).env("PRODUCTIONS_KEY", &secret).await;
            assert_eq!(pushed.succeeds().output("environment"), "staging");
            let spec = t.app("shop-staging").await["spec"].to_string();
            assert!(spec.contains("\"on\"") && !spec.contains("\"off\""), "{spec}");
            assert!(!spec.contains("SLY"), "{spec}");
            pushed.says(
                "::warning::`[production] branch`, `[environments.staging] branch`, `[environments.staging] spec` and \
                 `[environments.staging.env] SLY` in `do-deploy.toml` are not the same on `next` and on `main`: `main` \
                 decides them",
            );
        }
        assert_eq!(t.app_names().await, ["shop-staging"]);
    })
    .await;
}

#[tokio::test]
async fn a_preview_is_asked_at_the_path_that_its_own_commit_names() {
    let main = "[health]\npath = \"/nowhere\"\n";
    run_with(Change::whole_app("first").config(main), async |t: &mut Tester| {
        t.open_pr_with(1, Change::version("second").config("[health]\npath = \"/health\"\n"))
            .await;
        t.preview(1).await.succeeds();
        t.command(["verify", "--pr", "1"]).await.succeeds();
        let woken = commanded(t, "/wake").await.await;
        assert_eq!(woken.succeeds().output("status"), "ready");
        t.push(1, Change::version("third").config("broken").spec("name: [\n"));
        t.command(["logs", "--pr", "1", "--kind", "run"])
            .locally()
            .await
            .succeeds();
    })
    .await;
}
