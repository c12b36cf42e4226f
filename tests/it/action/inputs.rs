//! Inputs that are missing, malformed or out of place: the message names the input, and nothing is touched.

use super::runner::Runner;
use crate::harness::{Change, SPEC, Tester, image_spec, run, run_with};

/// Inputs, and what has to be said of them.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str);

const MALFORMED: &[Case<'_>] = &[
    (&[("command", "deplyo")], "the input `command` cannot be `deplyo`"),
    (&[("command", "sandbox")], "the input `command` cannot be `sandbox`"),
    (
        &[("command", "deploy"), ("environment", "my shop")],
        "the input `environment` cannot be `my shop`",
    ),
    (
        &[("command", "preview"), ("pr", "twelve")],
        "the input `pr` cannot be `twelve`",
    ),
    (&[("command", "preview"), ("pr", "0")], "the input `pr` cannot be `0`"),
    (&[("command", "preview"), ("pr", "-1")], "the input `pr` cannot be `-1`"),
    (
        &[("command", "preview"), ("pr", "001")],
        "the input `pr` cannot be `001`",
    ),
    (
        &[("command", "teardown"), ("pr", "+1")],
        "the input `pr` cannot be `+1`",
    ),
    (
        &[("command", "redeploy"), ("pr", " 1")],
        "the input `pr` cannot be ` 1`",
    ),
    (
        &[("command", "deploy"), ("environment", " production ")],
        "the input `environment` cannot be ` production `",
    ),
    (
        &[("command", "redeploy"), ("environment", "Production")],
        "the input `environment` cannot be `Production`",
    ),
    (
        &[("command", "redeploy"), ("environment", "PR-1")],
        "the input `environment` cannot be `PR-1`",
    ),
    (
        &[("command", "redeploy"), ("environment", "pr-01")],
        "the input `environment` cannot be `pr-01`",
    ),
    (&[("command", "preview")], "the input `pr` is missing"),
    (
        &[("command", "deploy"), ("commit", "main")],
        "the input `commit` cannot be `main`",
    ),
    (
        &[("command", "deploy"), ("timeout", "soon")],
        "the input `timeout` cannot be `soon`",
    ),
    (
        &[("command", "deploy"), ("timeout", "0s")],
        "the input `timeout` cannot be `0s`",
    ),
    (
        &[("command", "redeploy"), ("force-build", "yes")],
        "the input `force-build` cannot be `yes`",
    ),
    (
        &[("command", "deploy"), ("release", "1")],
        "the input `release` cannot be `1`",
    ),
    (
        &[("command", "deploy"), ("dry-run", "maybe")],
        "the input `dry-run` cannot be `maybe`",
    ),
    (
        &[("command", "redeploy"), ("pr", "1"), ("environment", "production")],
        "contradict each other",
    ),
    (
        &[("command", "deploy"), ("pr", "1")],
        "the input `pr` means nothing to the command `deploy`",
    ),
    (
        &[("command", "teardown"), ("pr", "1"), ("to", "1a2b3c4")],
        "the input `to` means nothing",
    ),
    (
        &[("command", "status"), ("timeout", "3m")],
        "the input `timeout` means nothing",
    ),
    (
        &[("command", "sweep"), ("images", "web=sha256:00")],
        "the input `images` means nothing",
    ),
    (&[("command", "deploy"), ("spec", "nowhere.yaml")], "nowhere.yaml"),
    (&[("command", "deploy"), ("config", "nowhere.toml")], "input `config`"),
];

#[tokio::test]
async fn a_wrong_input_is_named_and_nothing_is_touched() {
    run(async |t: &mut Tester| {
        let runner = Runner::with_the_program();
        for (inputs, said) in MALFORMED {
            let step = runner.uses(t, inputs).await;
            step.fails_with(2).touches_nothing().says(said).does_not_say("panicked");
            for (input, _) in *inputs {
                step.does_not_say(&format!("--{input}"));
            }
            assert_eq!(runner.outputs(&step)["status"], "failed", "{step}");
            assert_eq!(step.stdout.matches("::error").count(), 1, "{step}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_hostile_input_is_not_a_runner_command() {
    run(async |t: &mut Tester| {
        let runner = Runner::with_the_program();
        let value = "x\n::set-output name=url::https://evil.example\n##[set-output name=url]https://evil.example";
        for input in ["command", "environment", "commit", "timeout"] {
            let mut inputs = vec![("command", "deploy")];
            inputs.retain(|(name, _)| *name != input);
            inputs.push((input, value));
            let step = runner.uses(t, &inputs).await;
            step.fails_with(2).touches_nothing();
            step.does_not_say("\n::set-output").does_not_say("##[set-output");
        }
    })
    .await;
}

#[tokio::test]
async fn without_a_token_the_message_names_the_input() {
    run(async |t: &mut Tester| {
        let runner = Runner::with_the_program();
        let step = runner.uses(t, &[("command", "deploy"), ("token", "")]).await;
        step.fails_with(2).touches_nothing().says("input `token`");
        let step = runner
            .uses(t, &[("command", "preview"), ("pr", "1"), ("github-token", "")])
            .await;
        step.fails_with(2).touches_nothing().says("input `github-token`");
    })
    .await;
}

#[tokio::test]
async fn another_action_yml_than_the_programs_is_refused() {
    run(async |t: &mut Tester| {
        let runner = Runner::with_the_program();
        runner.tree.replace(
            "action.yml",
            "DO_DEPLOY_ACTION_API: \"1\"",
            "DO_DEPLOY_ACTION_API: \"2\"",
        );
        let step = runner.uses(t, &[("command", "deploy")]).await;
        step.fails_with(2)
            .touches_nothing()
            .says("do not fit together")
            .says("build-from-source");
    })
    .await;
}

#[tokio::test]
async fn every_other_input_reaches_its_flow() {
    let app = Change::whole_app("first");
    run_with(app, async |t: &mut Tester| {
        let runner = Runner::with_the_program();
        let head = t.push("main", "second");
        let deploy = [
            ("command", "deploy"),
            ("environment", "production"),
            ("commit", head.as_str()),
            ("spec", ".do/app.yaml"),
            ("timeout", "5m"),
            ("working-directory", "."),
            ("release", "false"),
        ];
        runner
            .uses(t, &[&deploy[..], &[("dry-run", "true")]].concat())
            .await
            .succeeds()
            .touches_nothing();
        runner.uses(t, &deploy).await.succeeds();
        t.expect_serving("shop", "second").await;
        let redeploy = [
            ("command", "redeploy"),
            ("environment", "production"),
            ("force-build", "true"),
        ];
        runner.uses(t, &redeploy).await.succeeds();
        let sent = t.bodies("POST", "/deployments");
        assert!(sent.iter().any(|body| body["force_build"] == true), "{sent:?}");
        // Not deployed before: the flow says so, which proves that the input arrived.
        let rollback = runner
            .uses(t, &[("command", "rollback"), ("to", "abcdef0123456")])
            .await;
        rollback.fails_with(2).says("abcdef0");
    })
    .await;
}

#[tokio::test]
async fn images_go_with_a_push_and_advice_about_them_names_the_input() {
    let app = Change::whole_app("first").spec(&image_spec());
    run_with(app, async |t: &mut Tester| {
        let runner = Runner::with_the_program();
        let digest = t.push_image("built");
        t.push_image("newer");
        let push = |images: &str| {
            let step = runner.uses(t, &[("images", images)]);
            step.on_event("push", "name=push&ref=refs/heads/main")
        };
        let incomplete = push(&format!("web={digest}")).await;
        incomplete
            .fails_with(2)
            .touches_nothing()
            .says(&format!("input `images: migrate={digest}`"))
            .does_not_say("--images");
        assert!(!incomplete.summary().contains("--images"), "{}", incomplete.summary());
        push(&format!("web={digest}\nmigrate={digest}")).await.succeeds();
        t.expect_serving("shop", "built").await;
        let by_tag = runner.uses(t, &[("command", "redeploy")]).await;
        by_tag
            .succeeds()
            .says(&format!("to keep it: input `images: web={digest}`"))
            .does_not_say("--images");
    })
    .await;
}

#[tokio::test]
async fn what_a_page_says_of_a_consent_names_the_input() {
    let with_database = SPEC.to_owned() + "databases:\n  - {name: db, engine: PG}\n";
    run_with(
        Change::whole_app("first").spec(&with_database),
        async |t: &mut Tester| {
            let runner = Runner::with_the_program();
            runner.uses(t, &[("command", "deploy")]).await.succeeds();
            t.open_pr_with(1, Change::version("second").spec(SPEC)).await;
            t.merge_pr(1).await;
            let push = |replace: &'static str| {
                let step = runner.uses(t, &[("replace", replace)]);
                step.on_event("push", "name=push&ref=refs/heads/main")
            };
            push("").await.fails_with(2);
            let comment = t.comment(1).await;
            assert!(
                comment.contains("Not deployed to production") && !comment.contains("--replace"),
                "{comment}"
            );
            let agreed = push("databases.db").await;
            let summary = agreed.succeeds().summary();
            assert!(
                summary.contains("(input `replace: databases.db`)") && !summary.contains("--replace"),
                "{summary}"
            );
        },
    )
    .await;
}
