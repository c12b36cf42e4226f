//! Where answers stand: in the one comment, below the rest, until something newer is said.

use serde_json::json;

use super::{MAINTAINER, on_comment, ours, reactions, says, text, with_maintainer};
use crate::harness::{Api, Call, Change, Gate, Held, Tester, built_at, fault, run, run_with, until};

#[tokio::test]
async fn an_unknown_command_gets_help_in_one_comment() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        for body in ["/vorschau", "/deploy now"] {
            let comment = says(t, MAINTAINER, 1, body).await;
            assert_eq!(on_comment(t, comment).await.succeeds().output("status"), "skipped");
            assert_eq!(reactions(t, comment).await, ["eyes", "confused"]);
        }
        insta::assert_snapshot!(t.redact(&ours(t, 1).await), @r"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:0:0 -->
        <!-- answer:[run]:1:[comment] -->
        ---

        That is not a command; these are

        - `/preview` makes the preview, also of a draft or without the label
        - `/redeploy [force-build]` deploys the preview again
        - `/logs` shows the last lines of a log: of the most relevant one, or of the one that you name, `build`, `deploy`, `run` or `restarted`
        - `/status` shows what is serving, where, and what it costs
        - `/wake` wakes the preview and waits until it answers
        - `/teardown` removes the preview until the next push
        - `/help` lists these commands
        - A command is the first line of a new comment, by someone who may push to this repository
        - [Run [run]]([link to the run])
        ");
        assert_eq!(t.comments(1).await.len(), 3);
        let comment = says(t, MAINTAINER, 1, "/help").await;
        on_comment(t, comment).await.succeeds();
        assert_eq!(reactions(t, comment).await, ["eyes", "rocket"]);
    })
    .await;
}

#[tokio::test]
async fn a_command_with_the_wrong_arguments_is_answered_with_the_right_ones() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        for (body, reply) in [
            (
                "/logs sly",
                "`/logs` takes one of `build`, `deploy`, `run`, `restarted`",
            ),
            ("/redeploy sly", "`/redeploy` takes `force-build` or nothing"),
            ("/preview sly", "`/preview` takes nothing else on its line"),
        ] {
            let comment = says(t, MAINTAINER, 1, body).await;
            on_comment(t, comment).await.succeeds().says(reply);
            let answer = ours(t, 1).await;
            assert!(
                answer.contains(reply) && answer.contains("`/help` lists the commands"),
                "{answer}"
            );
            assert!(!answer.contains("sly") && !answer.contains("/wake"), "{answer}");
            assert_eq!(reactions(t, comment).await, ["eyes", "confused"]);
        }
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
        let run = on_comment(t, comment).await;
        run.succeeds().says("`shop-pr-1` is awake");
        insta::assert_snapshot!(t.redact(&ours(t, 1).await), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        <!-- answer:[run]:1:[comment] -->
        ### ✅ Ready: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[feature]`](https://github.com/org/shop/commit/[commit feature]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

        ---

        `/status`: `shop-pr-1` is awake

        http://127.0.0.1:[port]

        - `[feature]` serves, deployed [time] ago
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
        on_comment(t, comment).await.succeeds();
        let comment = says(t, MAINTAINER, 1, "/status").await;
        on_comment(t, comment).await.succeeds();
        let reply = ours(t, 1).await;
        insta::assert_snapshot!(t.redact(&reply), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        <!-- answer:[run]:1:[comment] -->
        ### ✅ Ready: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

        ---

        `/status`: `shop-pr-1` is awake

        http://127.0.0.1:[port]

        - `[first]` serves, deployed [time] ago
        - Costs $5.00 a month awake, $0.50 asleep
        - [Run [run]]([link to the run])
        ");
        t.push(1, "second");
        t.auto_pull_request(1, "synchronize").await.succeeds();
        let reply = ours(t, 1).await;
        insta::assert_snapshot!(t.redact(&reply), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ✅ Ready: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep
        ");
    })
    .await;
}

#[tokio::test]
async fn the_later_answer_counts_whatever_the_runs_number() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/help").await;
        on_comment(t, comment).env("GITHUB_RUN_ID", "9000").await.succeeds();
        assert!(ours(t, 1).await.contains("these are the commands"));
        let comment = says(t, MAINTAINER, 1, "/status").await;
        on_comment(t, comment).env("GITHUB_RUN_ID", "8000").await.succeeds();
        let reply = ours(t, 1).await;
        insta::assert_snapshot!(t.redact(&reply), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:0:0 -->
        <!-- answer:[run]:1:[comment] -->
        ---

        `/status`: there is no preview of this pull request

        - `/preview` makes it
        - [Run [run]]([link to the run])
        ");
    })
    .await;
}

#[tokio::test]
async fn the_answer_to_a_command_that_came_while_it_deployed_outlives_the_deployment() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let mut held = Held::request(&t.sandbox.url("DIGITALOCEAN_API_URL"), "GET", "/health").await;
        let before = says(t, MAINTAINER, 1, "/nonsense").await;
        on_comment(t, before).await.succeeds();
        let preview = t.preview(1).env("DIGITALOCEAN_API_URL", &held.url()).start().await;
        held.reached().await;
        assert!(ours(t, 1).await.contains("🔨 Building"));
        let comment = says(t, MAINTAINER, 1, "/help").await;
        on_comment(t, comment).await.succeeds();
        let _between = held.go();
        preview.end().await.succeeds();
        let reply = ours(t, 1).await;
        insta::assert_snapshot!(t.redact(&reply), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        <!-- answer:[run]:1:[comment] -->
        ### ✅ Ready: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

        ---

        `/help`: these are the commands

        - `/preview` makes the preview, also of a draft or without the label
        - `/redeploy [force-build]` deploys the preview again
        - `/logs` shows the last lines of a log: of the most relevant one, or of the one that you name, `build`, `deploy`, `run` or `restarted`
        - `/status` shows what is serving, where, and what it costs
        - `/wake` wakes the preview and waits until it answers
        - `/teardown` removes the preview until the next push
        - `/help` lists these commands
        - A command is the first line of a new comment, by someone who may push to this repository
        - [Run [run]]([link to the run])
        ");
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
                .find(|line| line.contains("Deployed to production"))
                .map(str::to_owned)
        };
        let before = line(&ours(t, 1).await);
        assert!(before.is_some());
        for word in ["/status", "/preview", "/nonsense", "/teardown"] {
            let comment = says(t, MAINTAINER, 1, word).await;
            on_comment(t, comment).await.succeeds();
            assert_eq!(line(&ours(t, 1).await), before, "{word}");
        }
        assert!(ours(t, 1).await.contains("🗑️ Removed"));
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
        let (first_run, second_run) = (on_comment(t, first).start().await, on_comment(t, second).start().await);
        first_run.end().await.succeeds();
        second_run.end().await.succeeds();
        let reply = ours(t, 1).await;
        assert!(
            reply.contains("these are the commands"),
            "the newer run's answer: {reply}"
        );
    })
    .await;
}

/// The text of one comment. Reading it by its id would use up a fault that waits for that.
async fn one(t: &Tester, comment: u64) -> String {
    let all = t.comments(1).await;
    let found = all.iter().find(|it| it["id"] == comment);
    text(&found.expect("it is there")["body"])
}

async fn write_over(t: &Tester, comment: u64, body: &str) {
    let path = format!("/repos/org/shop/issues/comments/{comment}");
    t.github("PATCH", &path, Some(&json!({ "body": body })))
        .await
        .expect(200);
}

async fn id_of_ours(t: &Tester) -> u64 {
    let all = t.comments(1).await;
    let ours = all
        .iter()
        .find(|comment| comment["user"]["login"] == "github-actions[bot]");
    ours.and_then(|comment| comment["id"].as_u64())
        .expect("a comment of ours")
}

/// When our comment is read by its id for the `nth` time, there is time to do something first.
async fn late_look(t: &Tester, nth: usize) {
    t.fault(fault::slow(Call::ReadComment, 3).from(nth)).await;
}

#[tokio::test]
async fn an_answer_that_was_written_over_at_once_is_said_again() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let (comment_id, before) = (id_of_ours(t).await, ours(t, 1).await);
        let comment = says(t, MAINTAINER, 1, "/help").await;
        late_look(t, 1).await;
        let running = on_comment(t, comment).start().await;
        until("the answer is there", async || {
            one(t, comment_id)
                .await
                .contains("these are the commands")
                .then_some(())
        })
        .await;
        write_over(t, comment_id, &before).await;
        running.end().await.succeeds();
        assert!(ours(t, 1).await.contains("these are the commands"));
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_was_begun_before_a_deployment_ended_does_not_bring_back_building() {
    let gate = Gate::closed().await;
    let slow = built_at(&gate);
    run_with(Change::whole_app("first").spec(&slow), async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let mut running = t.preview(1).start().await;
        running.says("building").await;
        let comment = says(t, MAINTAINER, 1, "/help").await;
        on_comment(t, comment).await.succeeds();
        let (comment_id, building) = (id_of_ours(t).await, ours(t, 1).await);
        assert!(building.contains("🔨 Building"), "{building}");
        late_look(t, 2).await;
        drop(gate);
        until("the deployment has ended", async || {
            one(t, comment_id).await.contains("✅ Ready").then_some(())
        })
        .await;
        // As a run writes that read the comment before, and adds its answer to what it read.
        write_over(t, comment_id, &building).await;
        running.end().await.succeeds();
        let reply = ours(t, 1).await;
        assert!(
            reply.contains("✅ Ready") && reply.contains("these are the commands"),
            "{reply}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_command_that_is_cancelled_ends_with_a_reaction_and_says_nothing_more() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/status").await;
        // The look for the preview.
        let mut held = Held::request(
            &t.sandbox.url("DIGITALOCEAN_API_URL"),
            "GET",
            "/v2/apps?page=1&per_page=200",
        )
        .await;
        let running = on_comment(t, comment)
            .env("DIGITALOCEAN_API_URL", &held.url())
            .start()
            .await;
        held.reached().await;
        let run = running.cancelled_by_the_runner().await;
        run.fails_with(130)
            .does_not_say("No reaction")
            .does_not_say("could not be");
        assert_eq!(reactions(t, comment).await, ["eyes", "confused"]);
        assert_eq!(ours(t, 1).await, "");
    })
    .await;
}

#[tokio::test]
async fn where_the_authors_permission_cannot_be_read_nothing_is_written_on_github() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/status").await;
        t.fault(fault::server_error_on(Call::ReadPermission).times(9)).await;
        let run = on_comment(t, comment).await;
        run.fails_with(3).touches_nothing();
        t.no_faults().await;
        assert_eq!(reactions(t, comment).await, Vec::<String>::new());
        assert_eq!(ours(t, 1).await, "");
    })
    .await;
}

#[tokio::test]
async fn a_summary_that_cannot_be_written_does_not_change_how_a_command_ends() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/help").await;
        let nowhere = "/nowhere/at/all";
        let run = on_comment(t, comment)
            .env("GITHUB_STEP_SUMMARY", nowhere)
            .env("GITHUB_OUTPUT", nowhere)
            .await;
        run.succeeds().says("later steps see no outputs");
        assert_eq!(reactions(t, comment).await, ["eyes", "rocket"]);
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
        assert_eq!(on_comment(t, comment).await.succeeds().output("status"), "ready");
        let comment = says(t, MAINTAINER, 1, "/status").await;
        let run = on_comment(t, comment).await;
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
        let run = on_comment(t, comment).await;
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
        on_comment(t, comment)
            .without_env("DIGITALOCEAN_ACCESS_TOKEN")
            .await
            .fails_with(2);
        assert!(ours(t, 1).await.contains("no DigitalOcean token"));
        assert_eq!(reactions(t, comment).await, ["eyes", "confused"]);
        t.push("main", Change::version("bad").config("[preview]\nlabl = \"x\"\n"));
        let comment = says(t, MAINTAINER, 1, "/status").await;
        on_comment(t, comment).await.fails_with(2);
        assert!(ours(t, 1).await.contains("labl"));
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_app_is_not_a_preview_of_this_pull_request() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.somebody_creates("shop-pr-1", json!([])).await;
        for word in ["/teardown", "/logs", "/wake", "/status"] {
            let comment = says(t, MAINTAINER, 1, word).await;
            on_comment(t, comment).await.succeeds().says("there is no preview");
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
        on_comment(t, comment).await.succeeds();
        t.advance(2 * A_DAY).await;
        t.command(["sweep"])
            .await
            .succeeds()
            .touches_nothing()
            .says("Nothing to sweep");
        // What others write is not a command.
        says(t, "reader", 1, "/wake").await;
        t.advance(6 * A_DAY).await;
        t.command(["sweep"]).await.succeeds().says("`ttl`");
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}
