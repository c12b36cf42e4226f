//! `/preview`, `/redeploy` and `/teardown`: what is built at whose word, and at which commit.

use serde_json::json;

use super::{MAINTAINER, on_comment, ours, reactions, says, with_maintainer};
use crate::harness::{Call, Change, Tester, fault, marks_of_app, run, run_with};

#[tokio::test]
async fn preview_makes_a_draft_s_preview_without_its_label() {
    let first = Change::whole_app("first").config("[preview]\nlabel = \"preview\"\n");
    run_with(first, async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.patch_pr(1, json!({ "draft": true })).await;
        t.preview(1).await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
        let comment = says(t, MAINTAINER, 1, "/preview\n\nlet us see").await;
        let run = on_comment(t, comment).await;
        assert_eq!(run.succeeds().output("status"), "ready");
        t.expect_serving("shop-pr-1", "first").await;
        assert_eq!(reactions(t, comment).await, ["eyes", "rocket"]);
        assert!(ours(t, 1).await.contains("✅ Ready"), "{run}");
    })
    .await;
}

#[tokio::test]
async fn switched_off_previews_stay_off() {
    let first = Change::whole_app("first").config("[preview]\nenabled = false\n");
    run_with(first, async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr_with(1, Change::version("sly").config("[preview]\nenabled = true\n"))
            .await;
        let comment = says(t, MAINTAINER, 1, "/preview").await;
        on_comment(t, comment)
            .at("feature-1")
            .await
            .succeeds()
            .says("switched off");
        assert!(ours(t, 1).await.contains("switched off"));
        assert_eq!(reactions(t, comment).await, ["eyes", "-1"]);
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn redeploy_builds_again_and_from_scratch_when_asked_to() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let first = t.preview(1).await.succeeds().output("deployment-id");
        let comment = says(t, MAINTAINER, 1, "/redeploy").await;
        let again = on_comment(t, comment).await.succeeds().output("deployment-id");
        assert_ne!(first, again);
        let comment = says(t, MAINTAINER, 1, "/redeploy force-build").await;
        on_comment(t, comment).await.succeeds();
        let id = t.app("shop-pr-1").await["id"].as_str().unwrap().to_owned();
        let asked = t.bodies("POST", &format!("/v2/apps/{id}/deployments"));
        assert_eq!(asked, [json!({ "force_build": true })]);
        assert_eq!(reactions(t, comment).await, ["eyes", "rocket"]);
    })
    .await;
}

#[tokio::test]
async fn a_redeployment_that_fails_says_so_everywhere() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push_broken(1);
        let comment = says(t, MAINTAINER, 1, "/redeploy").await;
        let run = on_comment(t, comment).await;
        assert_eq!(run.fails_with(1).output("status"), "failed");
        assert_eq!(reactions(t, comment).await, ["eyes", "confused"]);
        assert!(ours(t, 1).await.contains("❌ Failed"));
    })
    .await;
}

#[tokio::test]
async fn a_head_that_was_pushed_after_the_comment_is_refused() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let before = ours(t, 1).await;
        for word in ["/preview", "/redeploy"] {
            let comment = says(t, MAINTAINER, 1, word).await;
            t.advance(60).await;
            let later = t.push(1, Change::version(&format!("after {word}")));
            let run = on_comment(t, comment).await;
            assert_eq!(run.succeeds().output("status"), "skipped");
            let refusal = format!("`{}` was pushed after the comment was written", &later[..7]);
            run.says(&refusal).says("comment again");
            assert!(run.summary().contains("pushed after the comment"), "{run}");
            let after = ours(t, 1).await;
            assert!(after.contains(&refusal), "{after}");
            let ready = |comment: &str| {
                comment
                    .lines()
                    .find(|line| line.contains("✅ Ready"))
                    .map(str::to_owned)
            };
            assert_eq!(ready(&after), ready(&before), "what is said of the preview stays");
            assert_eq!(reactions(t, comment).await, ["eyes", "-1"]);
            t.expect_serving("shop-pr-1", "first").await;
        }
        let comment = says(t, MAINTAINER, 1, "/redeploy").await;
        on_comment(t, comment).await.succeeds();
        t.expect_serving("shop-pr-1", "after /redeploy").await;
        assert!(
            !ours(t, 1).await.contains("was pushed after"),
            "the next deployment takes its place"
        );
    })
    .await;
}

#[tokio::test]
async fn a_head_pushed_before_the_comment_is_deployed_however_old_the_comment() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.push(1, "second");
        let comment = says(t, MAINTAINER, 1, "/preview").await;
        t.advance(3_600).await;
        on_comment(t, comment).await.succeeds();
        t.expect_serving("shop-pr-1", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_commit_with_an_old_date_is_not_older_than_its_push() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/preview").await;
        t.advance(60).await;
        // The harness's commits are dated long before the comment.
        t.push(1, "sly");
        on_comment(t, comment)
            .await
            .succeeds()
            .says("was pushed after the comment");
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn without_workflow_runs_the_committers_date_has_to_do() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/preview").await;
        t.fault(fault::forbidden_on(Call::ListWorkflowRuns)).await;
        let run = on_comment(t, comment).await;
        run.succeeds().says("committer's date is believed");
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_branch_that_moves_before_the_deployment_is_made_is_refused() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/preview").await;
        // The last question before the board opens is where the head is: it takes long enough for a push.
        t.fault(fault::slow(Call::ProposeApp, 2)).await;
        let mut running = on_comment(t, comment).start().await;
        running.says("database").await;
        t.push(1, "second");
        let run = running.end().await;
        run.succeeds().says("was pushed after the comment was written");
        assert_eq!(t.app_names().await, Vec::<String>::new());
        assert_eq!(t.deployments("preview").await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_forks_pull_request_shows_how_to_take_the_change_over() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.repository.commit("$(touch;pwned)", &Change::version("sly"));
        let body = json!({ "head": "stranger:$(touch;pwned)", "base": "main", "title": "Sly" });
        t.open_pr_as(1, body).await;
        for word in ["/preview", "/redeploy force-build"] {
            let comment = says(t, MAINTAINER, 1, word).await;
            let run = on_comment(t, comment).await;
            assert_eq!(run.succeeds().output("status"), "skipped");
            let reply = ours(t, 1).await;
            assert!(reply.contains("git fetch origin pull/1/head\n"), "{reply}");
            assert!(reply.contains("refs/heads/from-fork-1\n"), "{reply}");
            assert!(!reply.contains("pwned"), "{reply}");
            assert_eq!(reactions(t, comment).await, ["eyes", "-1"]);
        }
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn teardown_removes_an_open_pull_requests_preview_until_the_next_push() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let comment = says(t, MAINTAINER, 1, "/teardown").await;
        let run = on_comment(t, comment).await;
        assert_eq!(run.succeeds().output("status"), "removed");
        assert_eq!(t.app_names().await, Vec::<String>::new());
        let reply = ours(t, 1).await;
        insta::assert_snapshot!(t.redact(&reply), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### 🗑️ Removed: shop-pr-1, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | shop-pr-1 | 🗑️ Removed | [`[first]`](https://github.com/org/shop/commit/[commit first]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        The preview and its data are gone

        - The pull request is still open: its next push makes the preview again, and so does a maintainer's comment `/preview`
        ");
        assert_eq!(reactions(t, comment).await, ["eyes", "rocket"]);
        t.push(1, "second");
        t.auto_pull_request(1, "synchronize").await.succeeds();
        t.expect_serving("shop-pr-1", "second").await;
        assert!(!ours(t, 1).await.contains("next push"));
    })
    .await;
}

#[tokio::test]
async fn teardown_removes_every_app_of_the_pull_request() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let api = marks_of_app(t.repository_id().await, "pr-1", "api");
        t.somebody_creates("api-pr-1", api).await;
        let comment = says(t, MAINTAINER, 1, "/teardown").await;
        on_comment(t, comment).await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_closed_pull_request_can_only_be_torn_down() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.close_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/preview").await;
        on_comment(t, comment).await.succeeds().says("is closed");
        assert!(ours(t, 1).await.contains("Reopen it"));
        let comment = says(t, MAINTAINER, 1, "/teardown").await;
        assert_eq!(on_comment(t, comment).await.succeeds().output("status"), "removed");
        assert!(!ours(t, 1).await.contains("next push"), "a closed one gets none");
        assert_eq!(t.app_names().await, Vec::<String>::new());
        let comment = says(t, MAINTAINER, 1, "/teardown").await;
        on_comment(t, comment).await.succeeds().says("there is no preview");
        assert!(ours(t, 1).await.contains("🗑️ Removed"));
    })
    .await;
}
