//! Commands in comments, dispatched runs and flags in a repository of several apps: for one of them, or for all.

use serde_json::json;

use super::previews::changes_both;
use super::{both, broken, manifest, version};
use crate::comment::{MAINTAINER, on_comment, ours, says, with_maintainer};
use crate::harness::{Change, Tester, run_with};

/// The answer at the end of the pull request's comment.
async fn answer(t: &Tester, number: u64) -> String {
    let whole = ours(t, number).await;
    let at = whole.rfind("\n---\n").expect("there is an answer");
    t.redact(whole[at + 5..].trim())
}

#[tokio::test]
async fn status_and_wake_answer_for_each_app_and_logs_for_the_one_that_is_named() {
    run_with(both("first"), async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        let mut answers = Vec::new();
        for command in [
            "/status",
            "/wake",
            "/logs",
            "/logs build api",
            "/logs api build",
            "/status front",
            "/logs nope",
            "/redeploy front now",
            "/teardown api",
            "/help",
        ] {
            let comment = says(t, MAINTAINER, 1, command).await;
            on_comment(t, comment).await;
            answers.push(format!("{command}\n{}", answer(t, 1).await));
        }
        insta::assert_snapshot!(answers.join("\n\n"), @"
        /status
        `/status`: this is what each app says

        - `front`: `shop-front-pr-1` is awake, http://127.0.0.1:[port]
          - `[second]` serves, deployed [time] ago
          - Costs $5.00 a month awake, $0.50 asleep
        - `api`: `shop-api-pr-1` is awake, http://127.0.0.1:[port]
          - `[second]` serves, deployed [time] ago
          - Costs $5.00 a month awake, $0.50 asleep
        - [Run [run]]([link to the run])

        /wake
        `/wake`: this is what each app says

        - `front`: the preview answered, http://127.0.0.1:[port]
        - `api`: the preview answered, http://127.0.0.1:[port]
        - [Run [run]]([link to the run])

        /logs
        `/logs`: no app failed: name the one whose log is meant

        - `/logs front`, `/logs api`
        - [Run [run]]([link to the run])

        /logs build api
        `/logs`: the build log of `shop-api-pr-1`

        - `do-deploy logs --environment pr-1 --app api --kind build` prints it
        - [Run [run]]([link to the run])

        <details><summary>Last lines of the build log</summary>

        ```text
        checking out [commit second] of org/shop
        no `requirements.txt` and no `package.json`: only the build command runs
        build complete
        ```

        </details>

        /logs api build
        `/logs`: the build log of `shop-api-pr-1`

        - `do-deploy logs --environment pr-1 --app api --kind build` prints it
        - [Run [run]]([link to the run])

        <details><summary>Last lines of the build log</summary>

        ```text
        checking out [commit second] of org/shop
        no `requirements.txt` and no `package.json`: only the build command runs
        build complete
        ```

        </details>

        /status front
        `/status`: `shop-front-pr-1` is awake

        http://127.0.0.1:[port]

        - `[second]` serves, deployed [time] ago
        - Costs $5.00 a month awake, $0.50 asleep
        - [Run [run]]([link to the run])

        /logs nope
        `/logs`: there is no app `nope`

        - The apps of the repository are `front`, `api`
        - [Run [run]]([link to the run])

        /redeploy front now
        `/redeploy` takes the name of an app, `force-build`, or both

        - The apps of the repository are `front`, `api`
        - `/help` lists the commands
        - [Run [run]]([link to the run])

        /teardown api
        `/teardown` takes nothing else on its line; words for people go below it

        - The apps of a pull request are removed together
        - `/help` lists the commands
        - [Run [run]]([link to the run])

        /help
        `/help`: these are the commands

        - `/preview [app]` makes the preview, also of a draft or without the label
        - `/redeploy [app] [force-build]` deploys the preview again
        - `/logs [app]` shows the last lines of a log: of the most relevant one, or of the one that you name, `build`, `deploy`, `run` or `restarted`
        - `/status [app]` shows what is serving, where, and what it costs
        - `/wake [app]` wakes the preview and waits until it answers
        - `/teardown` removes the preview until the next push
        - `/help` lists these commands
        - `[app]` is the name of one app: `front`, `api`
        - A command is the first line of a new comment, by someone who may push to this repository
        - [Run [run]]([link to the run])
        ");
    })
    .await;
}

#[tokio::test]
async fn a_command_builds_the_app_that_it_names_and_the_others_keep_their_rows() {
    run_with(both("first"), async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        t.push(1, version("api", "third").file("front/VERSION", "third\n"));
        let comment = says(t, MAINTAINER, 1, "/redeploy api").await;
        on_comment(t, comment).await.succeeds();
        t.expect_serving("shop-api-pr-1", "third").await;
        t.expect_serving("shop-front-pr-1", "second").await;
        insta::assert_snapshot!(t.redact(&ours(t, 1).await), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ✅ Ready: shop-api, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | `front`: [Open shop-front-pr-1](http://127.0.0.1:[port]) | ⏭️ Skipped | [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |
        | `api`: [Open shop-api-pr-1](http://127.0.0.1:[port]) | ✅ Ready | [`[third]`](https://github.com/org/shop/commit/[commit third]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **shop-front-pr-1**

        - Stays as it is: this run is about `api` alone

        **shop-api-pr-1**

        Sleeps after 1 day without a request; the next one wakes it with an empty SQLite database · Database: SQLite · Costs $5.00 a month awake, $0.50 asleep

        <details><summary>Commands</summary>

        The first line of a new comment, by people who may push to this repository:

        - `/redeploy [app] [force-build]` deploys the preview again
        - `/logs [app]` shows the last lines of a log: of the most relevant one, or of the one that you name, `build`, `deploy`, `run` or `restarted`
        - `/status [app]` shows what is serving, where, and what it costs
        - `/wake [app]` wakes the preview and waits until it answers
        - `/teardown` removes the preview until the next push
        - `/help` lists these commands

        `[app]` is the name of one app, as the table has it

        </details>
        ");
    })
    .await;
}

#[tokio::test]
async fn flags_and_name_may_stand_in_any_order_and_the_log_has_what_was_asked() {
    run_with(both("first"), async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        for command in ["/redeploy api force-build", "/redeploy --force-build api"] {
            let comment = says(t, MAINTAINER, 1, command).await;
            on_comment(t, comment).await.succeeds();
            let is_forced: Vec<bool> = t
                .bodies("POST", "/deployments")
                .iter()
                .filter_map(|it| it["force_build"].as_bool())
                .collect();
            assert_eq!(is_forced.last(), Some(&true), "{command}");
        }
        for (command, logged) in [
            ("/wake api", "/wake api: the preview answered"),
            ("/status front", "/status front: `shop-front-pr-1` is awake"),
            ("/logs build front", "/logs front: the build log of `shop-front-pr-1`"),
            ("/logs nope", "/logs: there is no app `nope`"),
            ("/wake", "api: http://127.0.0.1:"),
            ("/wake", "api: the preview answered"),
        ] {
            let comment = says(t, MAINTAINER, 1, command).await;
            on_comment(t, comment).await.succeeds().says(logged);
        }
    })
    .await;
}

#[tokio::test]
async fn an_error_of_a_command_for_one_app_is_answered_as_that_command() {
    run_with(both("first"), async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr_with(1, changes_both("second")).await;
        let comment = says(t, MAINTAINER, 1, "/wake api").await;
        on_comment(t, comment).await.succeeds();
        insta::assert_snapshot!(answer(t, 1).await, @"
        `/wake`: this pull request has no preview of `api`

        - `/preview api` makes it
        - [Run [run]]([link to the run])
        ");
        t.push("main", Change::version("third").config("[apps"));
        let comment = says(t, MAINTAINER, 1, "/wake api").await;
        on_comment(t, comment).await.fails_with(2);
        insta::assert_snapshot!(answer(t, 1).await, @"
        `/wake`: do-deploy.toml:1:6: unclosed table, expected `]`

        - Next: every key, its default and its format are in do-deploy's `reference.toml`
        - [Run [run]]([link to the run])
        ");
    })
    .await;
}

#[tokio::test]
async fn a_preview_from_before_there_were_several_apps_is_named_by_its_key() {
    let one = Change::version("first")
        .file("api/app.yaml", &manifest("shop-api", "api"))
        .file("api/VERSION", "first\n");
    run_with(one, async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr_with(1, version("api", "second")).await;
        t.preview(1).await.succeeds();
        t.push("main", both("both"));
        for command in ["/status api", "/wake api", "/logs build api"] {
            let comment = says(t, MAINTAINER, 1, command).await;
            on_comment(t, comment).await.succeeds();
            let answer = answer(t, 1).await;
            assert!(!answer.contains("no preview"), "{answer}");
        }
        let comment = says(t, MAINTAINER, 1, "/status front").await;
        on_comment(t, comment).await.succeeds();
        insta::assert_snapshot!(answer(t, 1).await, @"
        `/status`: this pull request has no preview of `front`

        - `/preview front` makes it
        - [Run [run]]([link to the run])
        ");
    })
    .await;
}

#[tokio::test]
async fn logs_without_a_name_are_of_the_one_app_that_failed() {
    run_with(both("first"), async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr_with(1, changes_both("second")).await;
        t.preview(1).await.succeeds();
        t.push(1, broken("front", "third"));
        t.preview(1).await.fails_with(1);
        let comment = says(t, MAINTAINER, 1, "/logs").await;
        on_comment(t, comment).await.succeeds();
        insta::assert_snapshot!(answer(t, 1).await, @"
        `/logs`: the log of restarted instances of `shop-front-pr-1` is not shown in a public repository

        - In a public repository `/logs` shows the lines of builds and migrations; `[comment] logs` changes that
        - `do-deploy logs --environment pr-1 --app front --kind restarted` prints it
        - [Run [run]]([link to the run])
        ");
        t.push(1, broken("api", "fourth").file("front/VERSION", "fourth\n"));
        t.preview(1).await.fails_with(1);
        let comment = says(t, MAINTAINER, 1, "/logs").await;
        on_comment(t, comment).await.succeeds();
        insta::assert_snapshot!(answer(t, 1).await, @"
        `/logs`: several apps failed: name the one whose log is meant

        - `/logs front`, `/logs api`
        - [Run [run]]([link to the run])
        ");
    })
    .await;
}

#[tokio::test]
async fn a_dispatched_run_and_an_input_name_the_app() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        let inputs = json!({ "inputs": { "command": "preview", "pr": "1", "app": "api" } });
        let run = t.command(["auto"]).on_payload("workflow_dispatch", inputs).await;
        run.succeeds();
        assert_eq!(t.app_names().await, ["shop-api-pr-1"]);
        let wrong = t.command(["preview", "--pr", "1", "--app", "apl"]).locally().await;
        wrong
            .fails_with(2)
            .says("there is no app `apl`")
            .says("did you mean `api`?");
        let malformed = json!({ "inputs": { "command": "preview", "pr": "1", "app": "a b" } });
        let run = t.command(["auto"]).on_payload("workflow_dispatch", malformed).await;
        run.fails_with(2).says("`a b` cannot be the name of an app");
    })
    .await;
}

#[tokio::test]
async fn the_last_words_of_a_run_name_the_app() {
    run_with(both("first"), async |t: &mut Tester| {
        t.command(["deploy", "--app", "api"])
            .await
            .succeeds()
            .says("api: production is ready");
        t.open_pr_with(1, broken("front", "second").file("api/VERSION", "second\n"))
            .await;
        let preview = t.preview(1).locally().await;
        let log = t.redact(&preview.fails_with(1).log());
        let (_, last) = log
            .split_once("front: The last lines of its log")
            .expect("there is a log");
        insta::assert_snapshot!(last.trim(), @"
        KeyError: 'SECRET' is missing
          the service cannot start
        front: error: `web` did not start: the program ended with an error (exit code 1)
        front: hint: read the last lines of its log; often a setting is missing or the command is wrong
        api: pr-1 is ready: http://127.0.0.1:[port]
        ");
    })
    .await;
}

#[tokio::test]
async fn a_command_about_all_apps_of_a_pull_request_takes_no_name() {
    run_with(both("first"), async |t: &mut Tester| {
        for invocation in [t.command(["teardown", "--pr", "1"]), t.command(["sweep"])] {
            let refused = invocation.args(["--app", "api"]).locally().await;
            refused
                .fails_with(2)
                .touches_nothing()
                .says("the apps of a pull request are removed together")
                .says("leave `--app` out");
        }
        for command in ["rollback", "logs"] {
            let help = t.command([command, "--help"]).locally().await;
            let help = help.succeeds().stdout.clone();
            let (_, flag) = help.split_once("--app <NAME>").expect("the flag is listed");
            assert!(flag.trim().starts_with("Which one of several apps"), "{flag}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_preview_of_one_app_says_which_others_it_needs() {
    run_with(both("first"), async |t: &mut Tester| {
        t.open_pr_with(1, changes_both("second")).await;
        t.command(["preview", "--pr", "1", "--app", "front"])
            .await
            .succeeds()
            .says("Also `api`, whose URL is given to `front`");
        assert_eq!(t.app_names().await, ["shop-api-pr-1", "shop-front-pr-1"]);
        let both = t.preview(1).await;
        assert!(!both.succeeds().log().contains("Also `api`"), "{both}");
    })
    .await;
}
