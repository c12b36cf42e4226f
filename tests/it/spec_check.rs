//! `spec check`: what is wrong with a manifest, before any request.

use serde_json::json;

use crate::harness::{Change, Tester, run, run_with, spec};

/// The whole app, with two mistakes in its spec.
fn with_mistakes() -> Change {
    let size = "    instance_count: 1\n    instance_size_slug: apps-s-1vcpu-0.5gb\n    health_check";
    let wrong = "    instance_count: 2\n    instance_size_slug: basic-xxs\n    health_check";
    Change::whole_app("first").spec(&spec(size, wrong))
}

#[tokio::test]
async fn a_spec_without_mistakes_passes_and_no_request_is_made() {
    run(async |t: &mut Tester| {
        let checked = t.command(["spec", "check"]).locally().await;
        checked.succeeds();
        assert_eq!(checked.requests(), Vec::<String>::new());
        insta::assert_snapshot!(t.redact(&checked.shown()), @"
        .do/app.yaml: nothing is wrong
        not checked: whether the account may have these sizes: only the platform knows
        not checked: whether App Platform has the region `fra`: only the platform knows
        ");
    })
    .await;
}

#[tokio::test]
async fn mistakes_are_underlined_with_the_reason_and_the_fix() {
    run_with(with_mistakes(), async |t: &mut Tester| {
        let checked = t.command(["spec", "check"]).locally().await;
        checked.fails_with(2);
        assert_eq!(checked.requests(), Vec::<String>::new());
        insta::assert_snapshot!(t.redact(&checked.shown()), @"
        error[size]: service `web` has 2 instances
          --> .do/app.yaml:10:21
           |
        10 |     instance_count: 2
           |                     ^
           |
           = note: of `basic-xxs`, App Platform runs one alone
           = help: write `instance_count: 1`, or a size that scales, such as `apps-s-1vcpu-1gb`

        warning[size]: the size `basic-xxs` of service `web` is retired
          --> .do/app.yaml:11:25
           |
        11 |     instance_size_slug: basic-xxs
           |                         ^^^^^^^^^
           |
           = note: App Platform keeps it for apps from before May 2024
           = help: write `apps-s-1vcpu-0.5gb`, which has the same CPUs and memory

        .do/app.yaml: 1 error and 1 warning
        not checked: whether the account may have these sizes: only the platform knows
        not checked: whether App Platform has the region `fra`: only the platform knows
        ");
    })
    .await;
}

#[tokio::test]
async fn a_workflow_gets_annotations_of_the_file() {
    run_with(with_mistakes(), async |t: &mut Tester| {
        let checked = t.command(["spec", "check", ".do/app.yaml"]).await;
        insta::assert_snapshot!(t.redact(&checked.fails_with(2).shown()), @"
        ::error file=.do/app.yaml,line=10,col=21,title=size::service `web` has 2 instances: of `basic-xxs`, App Platform runs one alone%0Ahint: write `instance_count: 1`, or a size that scales, such as `apps-s-1vcpu-1gb`
        ::warning file=.do/app.yaml,line=11,col=25,title=size::the size `basic-xxs` of service `web` is retired: App Platform keeps it for apps from before May 2024%0Ahint: write `apps-s-1vcpu-0.5gb`, which has the same CPUs and memory
        .do/app.yaml: 1 error and 1 warning
        not checked: whether the account may have these sizes: only the platform knows
        not checked: whether App Platform has the region `fra`: only the platform knows
        ");
    })
    .await;
}

#[tokio::test]
async fn a_program_gets_one_document() {
    run_with(with_mistakes(), async |t: &mut Tester| {
        let checked = t.command(["spec", "check", "--format", "json"]).await;
        let document = checked.fails_with(2).json();
        let file = &document["files"][0];
        assert_eq!((&file["errors"], &file["warnings"]), (&json!(1), &json!(1)));
        assert_eq!(file["file"], ".do/app.yaml");
        assert_eq!(file["findings"][1]["check"], "size");
        assert_eq!(t.command(["spec", "check", "--json"]).await.json(), document);
    })
    .await;
}

#[tokio::test]
async fn no_secret_of_the_file_is_shown_whatever_the_format() {
    run(async |t: &mut Tester| {
        let secret = t.secret("STRIPE_KEY");
        let env = format!("    envs:\n      - {{key: STRIPE_KEY, type: SECRT, value: {secret}}}\n");
        let text = spec("    envs:\n", &env);
        let broken = format!("{text}      - value: {secret}: {secret}\n");
        std::fs::write(t.work().join("app.yaml"), text).expect("written");
        std::fs::write(t.work().join("broken.yaml"), broken).expect("written");
        for file in ["app.yaml", "broken.yaml"] {
            let file = t.work().join(file);
            let file = file.to_str().expect("a path");
            for format in ["text", "github", "json"] {
                let checked = t.command(["spec", "check", file, "--format", format]).locally().await;
                checked.fails_with(2).does_not_say(&secret);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_app_of_the_configuration_is_checked() {
    let first = Change::version("first")
        .file("api/app.yaml", &spec("name: shop\n", "name: shop-api\n"))
        .file("web/app.yaml", &spec("name: shop\n", "name: Shop\n"))
        .config("[apps.api]\nspec = \"api/app.yaml\"\n[apps.web]\nspec = \"web/app.yaml\"\n");
    run_with(first, async |t: &mut Tester| {
        let checked = t.command(["spec", "check", "--json"]).locally().await;
        let files = checked.fails_with(2).json()["files"].clone();
        let errors: Vec<_> = files
            .as_array()
            .expect("files")
            .iter()
            .map(|it| (&it["file"], &it["errors"]))
            .collect();
        assert_eq!(
            errors,
            [(&json!("api/app.yaml"), &json!(0)), (&json!("web/app.yaml"), &json!(1))]
        );
    })
    .await;
}

#[tokio::test]
async fn a_file_that_does_not_exist_is_said() {
    run(async |t: &mut Tester| {
        let checked = t.command(["spec", "check", "nowhere.yaml"]).locally().await;
        checked.fails_with(2).says("the app spec `nowhere.yaml` does not exist");
    })
    .await;
}

#[tokio::test]
async fn a_pipe_that_no_one_writes_to_is_refused_instead_of_waited_for() {
    run(async |t: &mut Tester| {
        let fifo = t.work().join("pipe.yaml");
        let made = std::process::Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .expect("mkfifo");
        assert!(made.success());
        let checked = t.command(["spec", "check", fifo.to_str().unwrap()]).locally().await;
        checked.fails_with(2).says("it is not an ordinary file");
    })
    .await;
}

#[tokio::test]
async fn of_thousands_of_findings_the_first_are_shown_and_the_rest_is_counted() {
    let services: String = (0..3_000).map(|at| format!("- {{ name: w{at}, bad: 1 }}\n")).collect();
    let spec = format!("name: shop\nservices:\n{services}");
    run_with(Change::whole_app("first").spec(&spec), async |t: &mut Tester| {
        let checked = t.command(["spec", "check"]).locally().await;
        checked.fails_with(2).says("5800 findings more");
    })
    .await;
}
