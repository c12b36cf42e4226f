//! Which branch says what is allowed: the default branch, whatever branch a pull request asks to be merged into.

use serde_json::json;

use super::asked;
use super::shape_and_policy::{commanded, dispatched};
use crate::harness::{Change, Tester, run, run_with};

/// Someone's own branch, which would allow a great deal.
const GENEROUS: &str = "\
[preview]
limit = 30
drafts = true
size = \"apps-d-8vcpu-32gb\"
[preview.env]
SLY = { from = \"PRODUCTIONS_KEY\" }
[comment]
logs = \"always\"
";

/// Pull request 1 into `base`, which has this configuration and which its branch grows from.
async fn into(t: &Tester, base: &str, config: &str) {
    t.push(base, Change::version("base").config(config));
    t.repository.git(&["branch", "feature-1", base]);
    t.push("feature-1", "second");
    let body = json!({ "head": "feature-1", "base": base, "title": "Feature 1" });
    t.open_pr_as(1, body).await;
}

#[tokio::test]
async fn a_base_branch_that_a_contributor_pushed_allows_nothing_in_any_event() {
    holds!("a writer, with the isolated workflows", ["use a token"]);
    let main = "[preview.env]\nKEY = { from = \"TEST_KEY\" }\n";
    run_with(Change::whole_app("first").config(main), async |t: &mut Tester| {
        let (test, sly) = (t.secret("TEST_KEY"), t.secret("PRODUCTIONS_KEY"));
        into(t, "evil-base", GENEROUS).await;
        for (event, invocation) in [
            ("preview", t.preview(1)),
            ("a checkout of the base", t.preview(1).at("evil-base")),
            ("opened", t.auto_pull_request(1, "opened")),
            ("edited", t.auto_pull_request(1, "edited").at("evil-base")),
            ("/preview", commanded(t, "/preview").await),
            ("/redeploy", commanded(t, "/redeploy").await),
            ("a dispatch", dispatched(t).await),
        ] {
            let run = invocation.env("TEST_KEY", &test).env("PRODUCTIONS_KEY", &sly).await;
            run.succeeds();
            let spec = t.app("shop-pr-1").await["spec"].clone();
            assert_eq!(
                spec["services"][0]["instance_size_slug"], "apps-s-1vcpu-0.5gb",
                "{event}"
            );
            let envs = spec["envs"].to_string();
            assert!(envs.contains("\"KEY\"") && !envs.contains("SLY"), "{event}: {envs}");
        }
        t.patch_pr(1, json!({ "draft": true })).await;
        let draft = t.auto_pull_request(1, "synchronize").await;
        assert_eq!(draft.succeeds().output("status"), "skipped");
        let redrafted = t.auto_pull_request(1, "converted_to_draft").await;
        assert_eq!(redrafted.succeeds().output("status"), "removed");
    })
    .await;
}

#[tokio::test]
async fn a_base_branch_cannot_bring_the_first_file_either() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        let sly = t.secret("PRODUCTIONS_KEY");
        into(t, "evil-base", GENEROUS).await;
        let preview = t.preview(1).env("PRODUCTIONS_KEY", &sly).await;
        preview.succeeds().says("`[preview.env] SLY`");
        let spec = t.app("shop-pr-1").await["spec"].to_string();
        assert!(!spec.contains("SLY"), "{spec}");
    })
    .await;
}

#[tokio::test]
async fn what_the_default_branch_asks_of_a_pull_request_holds_for_every_base() {
    let main = "[preview]\nlabel = \"preview\"\n";
    run_with(Change::whole_app("first").config(main), async |t: &mut Tester| {
        into(t, "staging", "[comment]\nmode = \"off\"\n").await;
        let opened = t.auto_pull_request(1, "opened").await;
        assert_eq!(opened.succeeds().output("status"), "skipped");
        t.label_pr(1, "preview").await;
        let labelled = t
            .command(["auto"])
            .on_event(
                "pull_request",
                "name=pull_request&action=labeled&number=1&label=preview",
            )
            .await;
        assert_eq!(labelled.succeeds().output("status"), "ready");
        assert!(labelled.comment(1).starts_with("<!-- do-deploy:"), "{labelled}");
        t.unlabel_pr(1, "preview").await;
        let unlabelled = t
            .command(["auto"])
            .on_event(
                "pull_request",
                "name=pull_request&action=unlabeled&number=1&label=preview",
            )
            .await;
        assert_eq!(unlabelled.succeeds().output("status"), "removed");
    })
    .await;
}

#[tokio::test]
async fn a_staging_branch_with_other_policy_is_named_where_it_counted_before() {
    let main = "[preview]\nlimit = 3\n";
    run_with(Change::whole_app("first").config(main), async |t: &mut Tester| {
        let key = t.secret("TEST_KEY");
        let staging = "[preview]\nlimit = 5\nttl = \"3d\"\n[preview.env]\nKEY = { from = \"TEST_KEY\" }\n";
        into(t, "staging", staging).await;
        let differs = "`[preview] limit`, `[preview] ttl` and `[preview.env] KEY` in `do-deploy.toml` are not the same on \
                       `staging` and on `main`: `main` decides them, also for pull requests into `staging`";
        let preview = t.preview(1).env("TEST_KEY", &key).await;
        preview.succeeds().says(differs).does_not_say("after the merge");
        assert!(preview.comment(1).contains("also for pull requests into `staging`"), "{preview}");
        t.push(1, Change::version("third").config(&staging.replace("ttl", "drafts = true\nttl")));
        let preview = t.preview(1).env("TEST_KEY", &key).await;
        preview.succeeds().says(differs).says(
            "`[preview] drafts` in `do-deploy.toml` takes effect after the merge into `main`: until then `main` decides it",
        );
    })
    .await;
}

#[tokio::test]
async fn a_base_branch_with_the_same_policy_is_not_mentioned() {
    let main = "[preview]\nlimit = 3\n";
    run_with(Change::whole_app("first").config(main), async |t: &mut Tester| {
        into(t, "next", main).await;
        t.preview(1).await.succeeds().does_not_say("do-deploy.toml");
    })
    .await;
}

/// A tag may have the branch's name, and GitHub does not say which of the two a name means.
#[tokio::test]
async fn policy_is_read_at_a_commit_and_not_at_a_name() {
    holds!("a writer, with the isolated workflows", ["use a token"]);
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.deploy().await.succeeds();
        let swept = t.command(["sweep"]).without_checkout().await;
        let preview = t.preview(1).without_checkout().await;
        let teardown = t.teardown(1).without_checkout().await;
        for run in [swept, preview, teardown] {
            let mut asked = asked(run.succeeds());
            // Whether there are commands in comments is not policy.
            asked.retain(|request| !request.contains(".github%2Fworkflows"));
            assert!(!asked.is_empty(), "{run}");
            for request in asked {
                let at = request
                    .split("ref=")
                    .nth(1)
                    .unwrap_or_default()
                    .split([' ', '&'])
                    .next();
                let is_commit = at.is_some_and(|at| at.len() == 40 && at.chars().all(|c| c.is_ascii_hexdigit()));
                assert!(is_commit, "{request}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn folders_without_end_are_not_looked_into_one_by_one() {
    let many = (0..200).fold(Change::version("first"), |change, n| {
        change.file(&format!("folder-{n}/README.md"), "")
    });
    run_with(many, async |t: &mut Tester| {
        let lost = t.deploy().without_checkout().await;
        lost.fails_with(2)
            .says("there are too many folders to look through")
            .says("folders, and each takes a request to GitHub");
        assert!(lost.requests().len() < 20, "{lost}");
    })
    .await;
}
