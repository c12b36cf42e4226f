//! `logs`: of an environment, by kind and component.

use nix::sys::signal::Signal;

use crate::harness::{Change, Tester, run, run_with};

#[tokio::test]
async fn shows_what_the_service_says() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let logs = t.command(["logs", "--environment", "production"]).locally().await;
        assert!(logs.succeeds().stdout.contains("notes first listening"), "{logs}");
    })
    .await;
}

#[tokio::test]
async fn shows_the_log_of_a_preview() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let logs = t.command(["logs", "--pr", "1"]).locally().await;
        assert!(logs.succeeds().stdout.contains("001_notes.sql applied"), "{logs}");
    })
    .await;
}

#[tokio::test]
async fn a_deployment_that_the_app_does_not_have_is_named_with_those_that_it_has() {
    run(async |t: &mut Tester| {
        let id = t.deploy().await.succeeds().output("deployment-id");
        let logs = t.command(["logs", "--deployment", "nope"]).locally().await;
        let says = format!("`shop` has no deployment `nope`: its last ones are `{id}`");
        logs.fails_with(2).touches_nothing().says(&says);
    })
    .await;
}

#[tokio::test]
async fn follows_until_it_is_stopped() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let mut following = t
            .command(["logs", "--environment", "production", "--follow"])
            .locally()
            .start()
            .await;
        following.says("notes first listening").await;
        // A request without the notes' table makes the service say something new.
        assert_eq!(t.visit("shop", "GET", "/notes").await.status, 500);
        following.says("cannot read the notes").await;
        following.signal(Signal::SIGINT);
        following.end().await.fails_with(130);
    })
    .await;
}

#[tokio::test]
async fn an_app_cannot_speak_to_the_runner_through_its_log() {
    holds!("an app", ["deploy production"]);
    run_with(
        Change::whole_app("first").file("VERSION", "first\n::error::forged\n"),
        async |t: &mut Tester| {
            t.deploy().await.succeeds();
            let logs = t.command(["logs", "--environment", "production"]).await;
            assert!(
                !logs
                    .succeeds()
                    .stdout
                    .lines()
                    .any(|line| line.starts_with("::error::forged")),
                "{logs}"
            );
        },
    )
    .await;
}

#[tokio::test]
async fn each_line_of_a_runs_build_log_names_its_component() {
    run(async |t: &mut Tester| {
        let deployed = t.deploy().await;
        let log = deployed.succeeds().log();
        let (_, log) = log.split_once("::group::Build log\n").expect("the build log");
        let (log, _) = log.split_once("\n::endgroup::").expect("its end");
        for component in ["web  ", "migrate  "] {
            assert!(log.lines().any(|line| line.starts_with(component)), "{log}");
        }
        let named = |line: &str| line.starts_with("web  ") || line.starts_with("migrate  ");
        assert!(log.lines().all(named), "{log}");
    })
    .await;
}
