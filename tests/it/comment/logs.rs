//! `/logs`: as far as the readers of the comment may see them.

use serde_json::json;

use super::{MAINTAINER, heard, ours, reactions, says, with_maintainer};
use crate::harness::{Api, Change, Tester, run, run_with, spec};

async fn logs(t: &Tester, command: &str) -> String {
    let comment = says(t, MAINTAINER, 1, command).await;
    heard(t, comment).await.succeeds();
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
            let told = logs(t, command).await;
            assert!(
                told.contains("building broken") && told.contains("of the deployment that failed last"),
                "{told}"
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
        let told = logs(t, "/logs run").await;
        assert!(
            told.contains("notes first listening") && !told.contains("that failed last"),
            "{told}"
        );
        let printed = t.command(["logs", "--pr", "1", "--kind", "run"]).locally().await;
        assert!(printed.succeeds().stdout.contains("notes first listening"), "{printed}");
        // What has been repaired is no longer asked about.
        t.push(1, "second");
        t.preview(1).await.succeeds();
        let told = logs(t, "/logs").await;
        assert!(told.contains("notes second listening"), "{told}");
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
        heard(t, comment).await.succeeds();
        let told = ours(t, 1).await;
        let (_, answer) = told.split_once("\n---\n").expect("an answer below the rest");
        assert!(
            answer.contains("not shown in a public repository")
                && answer.contains("https://github.com/org/shop/actions/runs/7777/"),
            "{answer}"
        );
        assert!(
            !answer.contains("build log") && !answer.contains("KeyError"),
            "{answer}"
        );
        assert_eq!(reactions(t, comment).await, ["eyes", "-1"]);
        let told = logs(t, "/logs build").await;
        assert!(told.contains("Last lines of the build log"), "{told}");
        make_private(t).await;
        let told = logs(t, "/logs").await;
        assert!(told.contains("KeyError") && !told.contains("build log"), "{told}");
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
        heard(t, comment).await.succeeds();
        assert_eq!(reactions(t, comment).await, ["eyes", "-1"]);
        let told = ours(t, 1).await;
        assert!(
            told.contains("not shown in a public repository") && told.contains("--kind run"),
            "{told}"
        );
        assert!(!told.contains("listening"), "{told}");
        let told = logs(t, "/logs build").await;
        assert!(told.contains("Last lines of the build log"), "{told}");
        let told = logs(t, "/logs").await;
        assert!(
            told.contains("Last lines of the build log") && !told.contains("listening"),
            "{told}"
        );
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
        let told = logs(t, "/logs").await;
        assert!(told.contains("no such table: authors_of_old"), "{told}");
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
        let told = logs(t, "/logs").await;
        assert!(told.contains("notes first listening"), "{told}");
        assert!(!told.contains("the run's log has them"), "nothing was cut: {told}");
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
        let run = heard(t, comment).await;
        run.succeeds().says("The last lines of the build log");
        let told = ours(t, 1).await;
        assert!(told.contains("[comment] logs") && !told.contains("<details>"), "{told}");
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
        let run = heard(t, comment).await;
        run.succeeds();
        assert!(
            !run.stdout.lines().any(|line| line.starts_with("::error::forged")),
            "{run}"
        );
        let told = ours(t, 1).await;
        let (state, answer) = told.split_once("\n---\n").expect("an answer below the rest");
        assert!(state.contains("❌ Failed"), "{told}");
        let parts: Vec<&str> = answer.split("````").collect();
        assert_eq!(parts.len(), 3, "one fenced block: {answer}");
        assert!(
            parts[1].contains("</details>") && !parts[0].contains("org/everyone"),
            "{answer}"
        );
        let told = logs(t, "/status").await;
        assert_eq!(
            told.split_once("\n---\n").map(|(state, _)| without_hidden(state)),
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
        let told = logs(t, "/logs").await;
        assert!(
            told.contains("earlier lines left out; the run's log has them") && told.len() < 60_000,
            "{}",
            told.len()
        );
        assert!(told.contains("❌ Failed"), "{told}");
    })
    .await;
}

/// Without the stamps, which change with every run.
fn without_hidden(comment: &str) -> String {
    let lines = comment.lines().filter(|line| !line.starts_with("<!-- "));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}
