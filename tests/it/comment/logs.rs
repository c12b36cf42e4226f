//! `/logs`: as far as the readers of the comment may see them.

use serde_json::json;

use super::{MAINTAINER, on_comment, ours, reactions, says, with_maintainer};
use crate::harness::{Api, Change, Tester, run, run_with, spec};

async fn logs(t: &Tester, command: &str) -> String {
    let comment = says(t, MAINTAINER, 1, command).await;
    on_comment(t, comment).await.succeeds();
    ours(t, 1).await
}

async fn make_private(t: &Tester) {
    let private = json!({ "private": true });
    t.call_as("user:org", Api::GitHub, "PATCH", "/repos/org/shop", Some(&private))
        .await
        .expect(200);
}

/// The notes service, whose build says which version it builds and fails for the version `broken`.
fn talkative_build() -> Change {
    let build = "    build_command: \"echo building $(cat VERSION) && ! grep broken VERSION\"\n";
    let serve = "    run_command: do-deploy demo-app serve";
    Change::whole_app("first").spec(&spec(serve, &format!("{build}{serve}")))
}

#[tokio::test]
async fn after_a_failed_push_the_command_shows_the_log_that_the_command_line_shows() {
    run_with(talkative_build(), async |t: &mut Tester| {
        with_maintainer(t).await;
        make_private(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push(1, "broken");
        t.preview(1).await.fails_with(1);
        for command in ["/logs", "/logs build"] {
            let reply = logs(t, command).await;
            assert!(
                reply.contains("building broken") && reply.contains("of the deployment that failed last"),
                "{reply}"
            );
        }
        for arguments in [&["logs", "--pr", "1"][..], &["logs", "--pr", "1", "--kind", "build"]] {
            let mut command = t.command([]).locally();
            for argument in arguments {
                command = command.arg(argument);
            }
            let printed = command.await;
            assert!(printed.succeeds().stdout.contains("building broken"), "{printed}");
            printed.says("which failed; `--deployment");
        }
        // What the failed one never had is what serves has.
        let reply = logs(t, "/logs run").await;
        assert!(
            reply.contains("notes first listening") && !reply.contains("that failed last"),
            "{reply}"
        );
        let printed = t.command(["logs", "--pr", "1", "--kind", "run"]).locally().await;
        assert!(printed.succeeds().stdout.contains("notes first listening"), "{printed}");
        // What has been repaired is no longer asked about.
        t.push(1, "second");
        t.preview(1).await.succeeds();
        let reply = logs(t, "/logs").await;
        assert!(reply.contains("notes second listening"), "{reply}");
    })
    .await;
}

#[tokio::test]
async fn after_a_crash_the_command_shows_no_build_but_names_the_run_that_failed() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push_broken(1);
        t.preview(1).env("GITHUB_RUN_ID", "7777").await.fails_with(1);
        let comment = says(t, MAINTAINER, 1, "/logs").await;
        on_comment(t, comment).await.succeeds();
        let reply = ours(t, 1).await;
        let (_, answer) = reply.split_once("\n---\n").expect("an answer below the rest");
        assert!(
            answer.contains("https://github.com/org/shop/actions/runs/7777/"),
            "{answer}"
        );
        insta::assert_snapshot!(t.redact(answer), @"
        `/logs`: the log of restarted instances of `shop-pr-1` is not shown in a public repository; this run failed, and says why:

        [link to the run]

        - In a public repository `/logs` shows the lines of builds and migrations; `[comment] logs` changes that
        - `do-deploy logs --environment pr-1 --kind restarted` prints it
        - [Run [run]]([link to the run])
        ");
        assert_eq!(reactions(t, comment).await, ["eyes", "-1"]);
        let reply = logs(t, "/logs build").await;
        assert!(reply.contains("Last lines of the build log"), "{reply}");
        make_private(t).await;
        let reply = logs(t, "/logs").await;
        assert!(reply.contains("KeyError") && !reply.contains("build log"), "{reply}");
        let printed = t.command(["logs", "--pr", "1"]).locally().await;
        assert!(printed.succeeds().stdout.contains("KeyError"), "{printed}");
    })
    .await;
}

#[tokio::test]
async fn a_public_repository_shows_builds_and_no_running_app() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let comment = says(t, MAINTAINER, 1, "/logs run").await;
        on_comment(t, comment).await.succeeds();
        assert_eq!(reactions(t, comment).await, ["eyes", "-1"]);
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

        `/logs`: the log of `shop-pr-1` is not shown in a public repository

        - In a public repository `/logs` shows the lines of builds and migrations; `[comment] logs` changes that
        - `do-deploy logs --environment pr-1 --kind run` prints it
        - [Run [run]]([link to the run])
        ");
        let reply = logs(t, "/logs build").await;
        assert!(reply.contains("Last lines of the build log"), "{reply}");
        let reply = logs(t, "/logs").await;
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

        `/logs`: the build log of `shop-pr-1`

        - In a public repository `/logs` shows the lines of builds and migrations; `[comment] logs` changes that
        - `do-deploy logs --environment pr-1 --kind build` prints it
        - [Run [run]]([link to the run])

        <details><summary>Last lines of the build log</summary>

        ```text
        checking out [commit first] of org/shop
        no `requirements.txt` and no `package.json`: only the build command runs
        build complete
        ```

        </details>
        ");
    })
    .await;
}

#[tokio::test]
async fn a_failed_migration_is_shown_to_everybody() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        let broken =
            Change::version("broken").file("migrations/002_authors.sql", "ALTER TABLE authors_of_old ADD x;\n");
        t.open_pr_with(1, broken).await;
        t.preview(1).await.fails_with(1);
        let reply = logs(t, "/logs").await;
        assert!(reply.contains("no such table: authors_of_old"), "{reply}");
    })
    .await;
}

#[tokio::test]
async fn a_private_repository_shows_the_running_app() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        make_private(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let reply = logs(t, "/logs").await;
        assert!(reply.contains("notes first listening"), "{reply}");
        assert!(!reply.contains("the run's log has them"), "nothing was cut: {reply}");
    })
    .await;
}

#[tokio::test]
async fn never_means_never_and_the_runs_log_has_them() {
    let first = Change::whole_app("first").config("[comment]\nlogs = \"never\"\n");
    run_with(first, async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let comment = says(t, MAINTAINER, 1, "/logs build").await;
        let run = on_comment(t, comment).await;
        run.succeeds().says("The last lines of the build log");
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

        `/logs`: the build log of `shop-pr-1`

        - Comments show no lines of logs here (`[comment] logs` changes that)
        - The run's log has the last ones
        - [Run [run]]([link to the run])
        ");
    })
    .await;
}

#[tokio::test]
async fn log_lines_are_harmless_wherever_they_are_shown() {
    holds!("an app", ["lie in a comment"]);
    let mean = "```\n</details>\n<!-- answer:99:1:1 -->\n@org/everyone\n::error::forged\n";
    let first = Change::whole_app("first").config("[comment]\nlogs = \"always\"\n");
    run_with(first, async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr_with(1, Change::broken("broken", mean)).await;
        t.preview(1).await.fails_with(1);
        let comment = says(t, MAINTAINER, 1, "/logs restarted").await;
        let run = on_comment(t, comment).await;
        run.succeeds();
        assert!(
            !run.stdout.lines().any(|line| line.starts_with("::error::forged")),
            "{run}"
        );
        let reply = ours(t, 1).await;
        insta::assert_snapshot!(t.redact(&reply), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        <!-- answer:[run]:1:[comment] -->
        ### ❌ Failed: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | shop-pr-1 | ❌ Failed | [`[broken]`](https://github.com/org/shop/commit/[commit broken]) |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[broken]`](https://github.com/org/shop/commit/[commit broken]) did not go live; nothing serves yet

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        <details open><summary>Last lines of the log of <code>web</code></summary>

        ```text
        </details>
        <!-- answer:99:1:1 -->
        @org/everyone
        ::error::forged
        the service cannot start
        ```

        </details>

        ---

        `/logs`: the log of restarted instances of `shop-pr-1`, of the deployment that failed last

        - `do-deploy logs --environment pr-1 --kind restarted` prints it
        - [Run [run]]([link to the run])

        <details><summary>Last lines of the log of restarted instances</summary>

        ````text
        do-deploy [id]: migrating
        migration 001_notes.sql applied
        do-deploy [id]: migrated, starting the service
        ```
        </details>
        <!-- answer:99:1:1 -->
        @org/everyone
        ::error::forged
        the service cannot start
        ````

        </details>
        ");
        let (state, _) = reply.split_once("\n---\n").expect("an answer below the rest");
        let reply = logs(t, "/status").await;
        assert_eq!(
            reply.split_once("\n---\n").map(|(state, _)| without_hidden(state)),
            Some(without_hidden(state))
        );
    })
    .await;
}

#[tokio::test]
async fn a_long_log_stays_below_githubs_limit() {
    let long = "x".repeat(400) + "\n";
    let first = Change::whole_app("first").config("[comment]\nlogs = \"always\"\n");
    run_with(first, async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr_with(1, Change::broken("broken", &long.repeat(400))).await;
        t.preview(1).await.fails_with(1);
        let reply = logs(t, "/logs").await;
        assert!(
            reply.contains("earlier lines left out; the run's log has them") && reply.len() < 60_000,
            "{}",
            reply.len()
        );
        assert!(reply.contains("❌ Failed"), "{reply}");
    })
    .await;
}

/// Without the stamps, which change with every run.
fn without_hidden(comment: &str) -> String {
    let lines = comment.lines().filter(|line| !line.starts_with("<!-- "));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}
