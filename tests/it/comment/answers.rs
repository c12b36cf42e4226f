//! Where answers stand: in the one comment, below the rest, until something newer is said.

use serde_json::json;

use super::{MAINTAINER, heard, ours, reactions, says, with_maintainer};
use crate::harness::{Api, Change, Tester, run, run_with};

#[tokio::test]
async fn an_unknown_command_gets_help_in_one_comment() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        for body in ["/deploy now", "/logs everything"] {
            let comment = says(t, MAINTAINER, 1, body).await;
            assert_eq!(heard(t, comment).await.succeeds().output("status"), "skipped");
            assert_eq!(reactions(t, comment).await, ["eyes", "confused"]);
        }
        insta::assert_snapshot!(t.redact(&ours(t, 1).await), @r"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:0:0 -->
        <!-- answer:1002:1:12 -->
        ---

        That is not a command, or it takes other arguments

        - `/preview` makes the preview, also of a draft or without the label
        - `/redeploy [force-build]` deploys the preview again
        - `/logs` shows the last lines of a log: of the most telling one, or of the one that you name, `build`, `deploy`, `run` or `restarted`
        - `/status` tells what serves, where, and what it costs
        - `/wake` wakes the preview and waits until it answers
        - `/teardown` removes the preview until the next push
        - A command is the first line of a new comment, by somebody who may push to this repository
        - [Run [run]]([link to the run])
        ");
        assert_eq!(t.comments(1).await.len(), 3);
        let comment = says(t, MAINTAINER, 1, "/help").await;
        heard(t, comment).await.succeeds();
        assert_eq!(reactions(t, comment).await, ["eyes", "rocket"]);
    })
    .await;
}

#[tokio::test]
async fn status_is_answered_below_what_is_known_of_the_preview() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr_with(1, "feature").await;
        t.preview(1).await.succeeds();
        let comment = says(t, MAINTAINER, 1, "/status").await;
        let run = heard(t, comment).await;
        run.succeeds().says("`shop-pr-1` is awake");
        let told = t.redact(&ours(t, 1).await);
        // How long ago that is depends on the machine.
        let age = regex_lite::Regex::new(r", deployed .* ago").unwrap();
        insta::assert_snapshot!(age.replace(&told, ""), @r"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        <!-- answer:1002:1:9 -->
        **Ready**: [`[feature]`](https://github.com/org/shop/commit/[commit feature]) serves

        http://127.0.0.1:[port]

        - Sleeps after 1h without a request; the next one wakes it, and its SQLite database starts anew
        - Database: SQLite
        - Costs $5.00 a month awake, $0.50 asleep
        - [Run [run]]([link to the run])

        ---

        `/status`: `shop-pr-1` is awake

        http://127.0.0.1:[port]

        - `[feature]` serves
        - Costs $5.00 a month awake, $0.50 asleep
        - [Run [run]]([link to the run])
        ");
        assert_eq!(reactions(t, comment).await, ["eyes", "rocket"]);
        assert!(run.summary().contains("is awake"), "{run}");
    })
    .await;
}

#[tokio::test]
async fn the_next_answer_and_the_next_deployment_take_an_answers_place() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let comment = says(t, MAINTAINER, 1, "/help").await;
        heard(t, comment).await.succeeds();
        let comment = says(t, MAINTAINER, 1, "/status").await;
        heard(t, comment).await.succeeds();
        let told = ours(t, 1).await;
        assert!(
            told.contains("is awake") && !told.contains("these are the commands"),
            "{told}"
        );
        t.push(1, "second");
        t.auto_pull_request(1, "synchronize").await.succeeds();
        let told = ours(t, 1).await;
        assert!(!told.contains("is awake") && told.contains("**Ready**"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn an_older_commands_answer_never_overwrites_a_newer_ones() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/help").await;
        heard(t, comment).env("GITHUB_RUN_ID", "9000").await.succeeds();
        let newer = ours(t, 1).await;
        let comment = says(t, MAINTAINER, 1, "/status").await;
        heard(t, comment).env("GITHUB_RUN_ID", "8000").await.succeeds();
        assert_eq!(ours(t, 1).await, newer);
        // The answer to a command that came after a deployment began outlives the deployment's end.
        t.preview(1).env("GITHUB_RUN_ID", "8500").await.succeeds();
        let told = ours(t, 1).await;
        assert!(
            told.contains("**Ready**") && told.contains("these are the commands"),
            "{told}"
        );
    })
    .await;
}

#[tokio::test]
async fn productions_line_survives_commands() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.merge_pr(1).await;
        t.auto_pull_request(1, "closed").at("main").await.succeeds();
        t.auto_push("main").await.succeeds();
        let line = |comment: &str| {
            comment
                .lines()
                .find(|line| line.contains("In production"))
                .map(str::to_owned)
        };
        let before = line(&ours(t, 1).await);
        assert!(before.is_some());
        for word in ["/status", "/preview", "/nonsense", "/teardown"] {
            let comment = says(t, MAINTAINER, 1, word).await;
            heard(t, comment).await.succeeds();
            assert_eq!(line(&ours(t, 1).await), before, "{word}");
        }
        assert!(ours(t, 1).await.contains("**Removed**"));
    })
    .await;
}

#[tokio::test]
async fn two_comments_at_once_are_both_obeyed_in_one_comment_of_ours() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let first = says(t, MAINTAINER, 1, "/status").await;
        let second = says(t, MAINTAINER, 1, "/help").await;
        let (first_run, second_run) = (heard(t, first).start().await, heard(t, second).start().await);
        first_run.end().await.succeeds();
        second_run.end().await.succeeds();
        let told = ours(t, 1).await;
        assert!(
            told.contains("these are the commands"),
            "the newer run's answer: {told}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_comment_that_is_gone_is_obeyed_without_reactions() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/preview").await;
        let payload = t.event(&format!("name=issue_comment&comment_id={comment}")).await;
        let path = format!("/repos/org/shop/issues/comments/{comment}");
        t.github("DELETE", &path, None).await.expect(204);
        let run = t.command(["auto"]).on_payload("issue_comment", payload).await;
        assert_eq!(run.succeeds().output("status"), "ready");
        run.says("The comment is gone");
    })
    .await;
}

#[tokio::test]
async fn a_read_only_token_answers_in_the_summary() {
    run(async |t: &mut Tester| {
        t.account(&json!({
            "permissions": { MAINTAINER: "write" }, "github_read_only": ["ghs_7e57ab1eK2c3pSxZ0vQwYbN1dRfGhJtLmUo5"],
        }))
        .await;
        t.open_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/preview").await;
        assert_eq!(heard(t, comment).await.succeeds().output("status"), "ready");
        let comment = says(t, MAINTAINER, 1, "/status").await;
        let run = heard(t, comment).await;
        run.succeeds().says("may only read");
        assert!(run.summary().contains("is awake"), "{run}");
        assert_eq!(ours(t, 1).await, "");
        assert_eq!(reactions(t, comment).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn without_comments_the_answer_is_in_the_summary() {
    let first = Change::whole_app("first").config("[comment]\nmode = \"off\"\n");
    run_with(first, async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/status").await;
        let run = heard(t, comment).await;
        run.succeeds().says("there is no preview");
        assert!(run.summary().contains("there is no preview"), "{run}");
        assert_eq!(t.comments(1).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_goes_wrong_is_answered() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/status").await;
        heard(t, comment)
            .without_env("DIGITALOCEAN_ACCESS_TOKEN")
            .await
            .fails_with(2);
        assert!(ours(t, 1).await.contains("no DigitalOcean token"));
        assert_eq!(reactions(t, comment).await, ["eyes", "confused"]);
        t.push("main", Change::version("bad").config("[preview]\nlabl = \"x\"\n"));
        let comment = says(t, MAINTAINER, 1, "/status").await;
        heard(t, comment).await.fails_with(2);
        assert!(ours(t, 1).await.contains("labl"));
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_app_is_no_preview_of_this_pull_request() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.somebody_creates("shop-pr-1", json!([])).await;
        for word in ["/teardown", "/logs", "/wake", "/status"] {
            let comment = says(t, MAINTAINER, 1, word).await;
            heard(t, comment).await.succeeds().says("there is no preview");
        }
        assert_eq!(t.app_names().await, ["shop-pr-1"]);
        let apps = t.call(Api::DigitalOcean, "GET", "/v2/apps", None).await.expect(200);
        assert_eq!(apps["apps"].as_array().map(Vec::len), Some(1));
    })
    .await;
}

#[tokio::test]
async fn a_command_keeps_a_preview_from_being_swept() {
    const A_DAY: u64 = 24 * 60 * 60;
    let first = Change::whole_app("first").config("[preview]\nttl = \"7d\"\n");
    run_with(first, async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.advance(6 * A_DAY).await;
        let comment = says(t, MAINTAINER, 1, "/wake").await;
        heard(t, comment).await.succeeds();
        t.advance(2 * A_DAY).await;
        t.command(["sweep"])
            .await
            .succeeds()
            .touches_nothing()
            .says("Nothing to sweep");
        // What others write is no command.
        says(t, "reader", 1, "/wake").await;
        t.advance(6 * A_DAY).await;
        t.command(["sweep"]).await.succeeds().says("`ttl`");
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}
