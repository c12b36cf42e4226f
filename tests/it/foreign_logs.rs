//! What an app prints about its secrets is shown nowhere: in the answer to a command, in a run's log, on a terminal.

use serde_json::json;

use crate::harness::{Api, Change, Tester, run_with, spec};

/// The notes service, which prints what it was given before it serves. `lines` is a piece of shell.
fn printing(lines: &str, envs: &str) -> Change {
    let text = spec(
        "    run_command: do-deploy demo-app serve",
        &format!("    run_command: |\n      {lines}; exec do-deploy demo-app serve"),
    );
    let text = text.replacen("    envs:\n", &format!("    envs:\n{envs}"), 1);
    Change::whole_app("first").spec(&text)
}

const API_KEY: &str = "      - {key: API_KEY, scope: RUN_TIME, type: SECRET}\n";

async fn maintained(t: &Tester, private: bool) {
    t.account(&json!({ "permissions": { "maintainer": "write" } })).await;
    let private = json!({ "private": private });
    t.call_as("user:org", Api::GitHub, "PATCH", "/repos/org/shop", Some(&private))
        .await
        .expect(200);
}

/// `/logs …` by the maintainer, in a run whose step has these variables. Returns all that someone could read of it.
async fn logs(t: &Tester, command: &str, envs: &[(&str, &str)]) -> String {
    let path = "/repos/org/shop/issues/1/comments";
    let body = json!({ "body": command });
    let written = t
        .call_as("user:maintainer", Api::GitHub, "POST", path, Some(&body))
        .await;
    let comment = written.expect(201)["id"].as_u64().expect("a comment has an id");
    let mut invocation = t
        .command(["auto"])
        .on_event("issue_comment", &format!("name=issue_comment&comment_id={comment}"));
    for (key, value) in envs {
        invocation = invocation.env(key, value);
    }
    let run = invocation.await;
    run.succeeds();
    let comments: Vec<String> = t
        .comments(1)
        .await
        .iter()
        .map(|comment| comment["body"].to_string())
        .collect();
    format!("{}\n{}\n{}", comments.join("\n"), run.summary(), run.shown())
}

#[tokio::test]
async fn the_command_logs_shows_no_secret_that_only_the_platform_has() {
    let given = "[preview]\nenv = { API_KEY = { from = \"PREVIEW_API_KEY\" } }\n[comment]\nlogs = \"always\"\n";
    for private in [false, true] {
        let first = printing("echo \"API_KEY=$API_KEY\"; echo begun", API_KEY).config(given);
        run_with(first, async |t: &mut Tester| {
            let secret = t.secret("API_KEY");
            maintained(t, private).await;
            t.open_pr(1).await;
            t.preview(1).env("PREVIEW_API_KEY", &secret).await.succeeds();
            for command in ["/logs", "/logs run"] {
                let seen = logs(t, command, &[]).await;
                assert!(seen.contains("API_KEY=***") && seen.contains("begun"), "{seen}");
            }
        })
        .await;
    }
}

#[tokio::test]
async fn the_command_logs_hides_what_its_own_step_has() {
    let given = "[preview]\nenv = { API_KEY = { from = \"PREVIEW_API_KEY\" } }\n[comment]\nlogs = \"always\"\n";
    let lines = "echo \"API_KEY=$API_KEY\"; echo \"got $API_KEY from env\"; echo \"twice: $API_KEY,$API_KEY\"";
    run_with(printing(lines, API_KEY).config(given), async |t: &mut Tester| {
        let secret = t.secret("API_KEY");
        maintained(t, false).await;
        t.open_pr(1).await;
        t.preview(1).env("PREVIEW_API_KEY", &secret).await.succeeds();
        // By the name that the configuration reads, and by the name that the app knows.
        for name in ["PREVIEW_API_KEY", "API_KEY"] {
            let seen = logs(t, "/logs", &[(name, &secret)]).await;
            for line in ["API_KEY=***", "got *** from env", "twice: ***,***"] {
                assert!(seen.contains(line), "{line} in {seen}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_terminal_shows_no_secret_that_its_environment_has() {
    let given = "[preview]\nenv = { API_KEY = { from = \"PREVIEW_API_KEY\" } }\n";
    let lines = "echo \"API_KEY=$API_KEY\"; echo \"got $API_KEY from env\"; echo \"key '$API_KEY', as JSON {\\\"k\\\":\\\"$API_KEY\\\"}\"";
    run_with(printing(lines, API_KEY).config(given), async |t: &mut Tester| {
        let secret = t.secret("API_KEY");
        t.open_pr(1).await;
        t.preview(1).env("PREVIEW_API_KEY", &secret).await.succeeds();
        t.deploy().env("API_KEY", &secret).await.succeeds();
        for environment in ["pr-1", "production"] {
            for name in ["PREVIEW_API_KEY", "API_KEY"] {
                let logs = t.command(["logs", "--environment", environment]);
                let name_of_this_environment = environment == "pr-1" || name == "API_KEY";
                if !name_of_this_environment {
                    continue;
                }
                let plain = logs.locally().env(name, &secret).await;
                assert!(plain.succeeds().stdout.contains("got *** from env"), "{plain}");
                let json = t.command(["logs", "--environment", environment, "--json"]);
                let json = json.env(name, &secret).await;
                assert!(json.succeeds().stdout.contains("got *** from env"), "{json}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_value_with_quotes_in_it_is_hidden_to_its_end() {
    let lines = "echo \"API_KEY=$API_KEY\"; echo \"x API_KEY=\\\"$API_KEY\\\" y\"; echo \"{'API_KEY': '$API_KEY'}\"; echo begun";
    run_with(printing(lines, API_KEY), async |t: &mut Tester| {
        let value = "q7q\"w8w'z9z\"the-end";
        t.deploy().env("API_KEY", value).await.succeeds();
        let logs = t.command(["logs", "--environment", "production"]).await;
        assert!(logs.succeeds().stdout.contains("begun"), "{logs}");
        for part in ["q7q", "w8w", "z9z", "the-end"] {
            assert!(!logs.shown().contains(part), "{part} in {logs}");
        }
    })
    .await;
}

#[tokio::test]
async fn code_and_what_a_preview_was_given_in_the_clear_stay_readable() {
    let envs = "      - {key: SECRET_KEY, scope: RUN_TIME, type: SECRET}\n      - {key: SITE_URL, scope: RUN_TIME, type: SECRET}\n";
    let lines = "echo \"DATABASE_URL=$DATABASE_URL\"; echo \"SITE_URL=$SITE_URL\"; \
                 echo 'SECRET_KEY = os.environ[\"SECRET_KEY\"]'; cat settings.py";
    let production = "value: sqlite:////tmp/notes.db";
    let first = printing(lines, envs);
    let text = first.files.iter().rev().find(|(path, _)| path == ".do/app.yaml");
    let text = text.and_then(|(_, text)| text.clone()).expect("there is a spec");
    let first = first
        .spec(&text.replace(production, "type: SECRET"))
        .file("settings.py", "SECRET_KEY = \"hard-wired\"\n")
        .config("[preview.env]\nSITE_URL = \"${APP_URL}\"\nSECRET_KEY = \"generate\"\n");
    run_with(first, async |t: &mut Tester| {
        maintained(t, true).await;
        t.open_pr(1).await;
        let preview = t.preview(1).await;
        assert!(!preview.succeeds().stderr.contains("::add-mask::sqlite"), "{preview}");
        let printed = t.command(["logs", "--pr", "1"]).locally().await;
        let json = t.command(["logs", "--pr", "1", "--json"]).locally().await;
        let reply = logs(t, "/logs", &[]).await;
        for seen in [
            &printed.succeeds().stdout,
            &json.succeeds().stdout.replace("\\\"", "\""),
            &reply,
        ] {
            for line in [
                "DATABASE_URL=sqlite:////tmp/preview.db",
                "SITE_URL=http://127.0.0.1:",
                "SECRET_KEY = os.environ[\"SECRET_KEY\"]",
                "SECRET_KEY = \"***\"",
            ] {
                assert!(seen.contains(line), "{line} in {seen}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_earlier_deployments_log_hides_the_secrets_that_it_had() {
    let envs = "      - {key: OLD_KEY, scope: RUN_TIME, type: SECRET}\n";
    let serve = "    run_command: do-deploy demo-app serve";
    let build = format!("    build_command: \"echo OLD_KEY=only-there-4711; echo begun\"\n{serve}");
    let first = spec(serve, &build).replacen("    envs:\n", &format!("    envs:\n{envs}"), 1);
    run_with(Change::whole_app("first").spec(&first), async |t: &mut Tester| {
        let deployed = t.deploy().env("OLD_KEY", "another-value").await;
        let id = deployed.succeeds().output("deployment-id");
        t.push("main", Change::version("second").spec(&spec(serve, serve)));
        t.deploy().await.succeeds();
        let logs = t.command([
            "logs",
            "--environment",
            "production",
            "--kind",
            "build",
            "--deployment",
            &id,
        ]);
        let logs = logs.locally().await;
        assert!(logs.succeeds().stdout.contains("OLD_KEY=***"), "{logs}");
        assert!(!logs.shown().contains("only-there"), "{logs}");
    })
    .await;
}

/// Real programs print their settings as tables: Node's `console.table(process.env)`, Python's `rich`.
#[tokio::test]
async fn a_table_with_a_secret_in_it_is_a_line_like_any_other() {
    let lines =
        "printf '│ API_KEY │ %s │\\n' \"$API_KEY\"; printf 'API_KEY│x\\n'; printf '┃ API_KEY ┃ %s ┃\\n' \"$API_KEY\"";
    run_with(printing(lines, API_KEY), async |t: &mut Tester| {
        let key = t.secret("API_KEY");
        t.deploy().env("API_KEY", &key).await.succeeds();
        for args in [&["logs"][..], &["logs", "--json"]] {
            let mut command = t.command(["logs"]).locally();
            for arg in &args[1..] {
                command = command.arg(arg);
            }
            let logs = command.await;
            let shown = &logs.succeeds().stdout;
            assert!(shown.contains("│ API_KEY │ *** │"), "{logs}");
            assert!(shown.contains("┃ API_KEY ┃ *** ┃"), "{logs}");
            assert!(!logs.shown().contains(&key), "{logs}");
        }
    })
    .await;
}
