//! Diagnostics: every request, every decision with its reason, the shapes of bodies, and never a value.

use nix::sys::signal::Signal;
use regex_lite::Regex;

use crate::harness::{
    Call, Change, DIGITALOCEAN_TOKEN, FAILING_CHECK, GITHUB_TOKEN, Held, Run, Tester, fault, run, run_with, spec,
};

/// What one event says of a request, by field.
const FIELDS: &str = r"request service=(GitHub|DigitalOcean) method=(\w+) path=(\S+) status=(\d+) duration=\d+ms attempt=(\d+) request_id=(\S+)( limit_left=\d+)?";

/// `METHOD path status`, as the sandbox keeps it of its requests.
fn requests(run: &Run) -> Vec<String> {
    let event = Regex::new(FIELDS).unwrap();
    let events = run.stderr.lines().filter_map(|line| event.captures(line));
    events.map(|it| format!("{} {} {}", &it[2], &it[3], &it[4])).collect()
}

/// In no order, and without queries, where signatures are.
fn sorted(mut lines: Vec<String>) -> Vec<String> {
    let query = Regex::new(r"\?\S*").unwrap();
    lines
        .iter_mut()
        .for_each(|line| *line = query.replace(line, "").into_owned());
    lines.sort();
    lines
}

/// The decisions of a run, without the places where they were made.
fn decisions(run: &Run) -> String {
    let because = |line: &&str| line.contains(" because ");
    run.stderr.lines().filter(because).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn verbose_shows_every_request_and_where_it_was_made() {
    run(async |t: &mut Tester| {
        let deploy = t.deploy().locally().arg("--verbose").await;
        deploy.succeeds();
        assert_eq!(sorted(requests(&deploy)), sorted(deploy.requests()), "{deploy}");
        let update = deploy
            .stderr
            .lines()
            .find(|line| line.contains("method=POST path=/v2/apps "));
        let update = update.unwrap_or_default();
        let place = " in deploy{environment=production}:target{app=shop environment=production}:send";
        assert!(update.ends_with(place), "{update}");
        assert!(update.contains(" limit_left="), "{update}");
        let probe = Regex::new(
            r"request service=app method=GET path=\S+ status=200 duration=\d+ms attempt=1 in deploy\S* \S+:checks",
        )
        .unwrap();
        assert!(probe.is_match(&deploy.stderr), "{deploy}");
        // What a program reads is data alone.
        let status = t.command(["status", "--json", "-v"]).locally().await;
        assert!(status.succeeds().json()["apps"].is_array());
        assert_eq!(sorted(requests(&status)), sorted(status.requests()), "{status}");
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_has_an_event_for_each_attempt_and_the_reason() {
    run(async |t: &mut Tester| {
        t.faults(&[
            fault::server_error_on(Call::ListApps),
            fault::lost_request_on(Call::ReadRepository("org/shop")),
        ])
        .await;
        let deploy = t.deploy().locally().arg("--verbose").await;
        deploy
            .succeeds()
            .says("GET /v2/apps is sent again in ")
            .says(" because the status was 500")
            .says("GET /repos/org/shop is sent again in ");
        let attempts = |path: &str| {
            let lines = deploy.stderr.lines().filter(|line| line.contains(path));
            lines
                .filter_map(|line| Some(line.split_once(" attempt=")?.1[..1].to_owned()))
                .take(2)
                .collect::<Vec<_>>()
        };
        assert_eq!(attempts(" path=/v2/apps "), ["1", "2"], "{deploy}");
        assert_eq!(attempts(" path=/repos/org/shop "), ["1", "2"], "{deploy}");
        deploy.says("path=/repos/org/shop error=the connection broke off");
    })
    .await;
}

#[tokio::test]
async fn the_runners_debug_log_gets_the_same_as_its_own_commands() {
    run(async |t: &mut Tester| {
        let quiet = t.deploy().await;
        quiet
            .succeeds()
            .does_not_say("::debug::")
            .does_not_say("request service=");
        assert_eq!(decisions(&quiet), "");
        t.push("main", "second");
        let loud = t.deploy().env("RUNNER_DEBUG", "1").await;
        loud.succeeds()
            .says("::debug::request service=DigitalOcean method=PUT ");
        let events = loud.stderr.lines().filter(|line| line.contains("request service="));
        assert!(events.clone().count() > 5, "{loud}");
        assert!(events.clone().all(|line| line.starts_with("::debug::")), "{loud}");
        assert!(!loud.stdout.contains("::debug::"), "{loud}");
        // What people read is what it was: the debug log comes in addition.
        let read = |run: &Run| {
            let lines = run.stderr.lines().filter(|line| !line.starts_with("::debug::"));
            lines
                .filter(|line| line.starts_with("Updating") || line.starts_with("::group::"))
                .count()
        };
        assert!(read(&loud) > 2, "{loud}");
    })
    .await;
}

#[tokio::test]
async fn what_a_decision_quotes_cannot_speak_to_the_runner() {
    let config = "[preview]\nlabel = \"x\\n::set-output name=url::EVIL\\n##[add-mask]y\"\n";
    run_with(Change::whole_app("first").config(config), async |t: &mut Tester| {
        t.open_pr(1).await;
        for loud in [("RUNNER_DEBUG", "1"), ("DO_DEPLOY_LOG", "trace")] {
            let skipped = t.preview(1).env(loud.0, loud.1).await;
            skipped
                .succeeds()
                .says("no preview because the pull request does not have the label");
            let text = skipped.shown();
            assert!(
                !text.lines().any(|line| line.trim_start().starts_with("::set-output")),
                "{text}"
            );
            assert!(!text.contains("##["), "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn twice_verbose_shows_shapes_and_never_a_value() {
    let with_envs = spec(
        "    envs:\n      - key: DATABASE_URL",
        "    envs:\n      - {key: JWT_SECRET, type: SECRET}\n      - {key: GREETING, value: a-canary-in-a-body}\n      - key: DATABASE_URL",
    );
    let config = "[preview]\nenv = { JWT_SECRET = { from = \"JWT_SECRET\" } }\n";
    run_with(
        Change::whole_app("first").spec(&with_envs).config(config),
        async |t: &mut Tester| {
            let secret = t.secret("JWT_SECRET");
            t.open_pr(1).await;
            for (key, value) in [("RUNNER_DEBUG", "1"), ("GITHUB_ACTIONS", "false")] {
                let deploy = t.deploy().args(["--verbose", "--verbose"]).env("JWT_SECRET", &secret);
                let preview = t.preview(1).arg("-vv").env("JWT_SECRET", &secret);
                for run in [deploy.env(key, value).await, preview.env(key, value).await] {
                    run.succeeds()
                        .says("bodies method=GET path=/repos/org/shop answered={")
                        .says("sent={spec {name text, ");
                    let text = run.shown();
                    // Also in the spec that the platform gives back, and in what GitHub keeps of a comment.
                    for value in [secret.as_str(), "a-canary-in-a-body", DIGITALOCEAN_TOKEN, GITHUB_TOKEN] {
                        assert!(!text.contains(value), "{value} in {run}");
                    }
                }
            }
            t.push("main", "second");
            // That is what the platform says here.
            t.tolerate("`JWT_SECRET` can be read in reply to PUT");
            t.fault(fault::invalid_because_on(
                Call::UpdateApp,
                &format!("no such value: {secret}"),
            ))
            .await;
            let refused = t.deploy().arg("-vv").env("JWT_SECRET", &secret).await;
            refused
                .fails_with(2)
                .says("status=422")
                .does_not_say("no such value: s3cr3t");
            let text = refused.shown();
            assert!(!text.contains(&secret), "{text}");
        },
    )
    .await;
}

#[tokio::test]
async fn a_preview_says_why_its_database_is_what_it_is() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let preview = t.preview(1).locally().arg("--verbose").await;
        preview.succeeds().says("the preview's database is SQLite because ");
        t.close_pr(1).await;
        let removed = t.teardown(1).locally().arg("--verbose").await;
        removed
            .succeeds()
            .says("`shop-pr-1` is removed because it has the marks of `pr-1` in teardown");
    })
    .await;
}

#[tokio::test]
async fn a_bad_deployment_says_why_it_is_not_rolled_back() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", Change::version("second").config(FAILING_CHECK));
        let bad = t.deploy().locally().arg("--verbose").await;
        bad.fails_with(1)
            .says("the verdict follows from the checks: phase passed, built commit passed, health passed, request from outside failed (")
            .says("not rolled back because a job of this deployment may have changed the database; to go back yourself");
    })
    .await;
}

#[tokio::test]
async fn a_lost_reply_says_why_a_deployment_is_taken_for_its_own() {
    run(async |t: &mut Tester| {
        t.app_by_hand("shop", |_| {}).await;
        t.fault(fault::lost_reply_on(Call::UpdateApp)).await;
        let deploy = t.deploy().locally().arg("--verbose").await;
        deploy
            .succeeds()
            .says("adopted the app `shop` because it comes from this repository and had no marks")
            .says("is taken for this run's because the reply was lost and its spec is the one that was sent");
        t.open_pr(1).await;
        t.fault(fault::lost_reply_on_create()).await;
        let preview = t.preview(1).locally().arg("--verbose").await;
        preview
            .succeeds()
            .says("app `shop-pr-1` is taken for this run's because the reply was lost");
    })
    .await;
}

#[tokio::test]
async fn an_older_run_says_why_it_does_not_write() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let mut held = Held::request(&t.sandbox.url("DIGITALOCEAN_API_URL"), "GET", "/health").await;
        let older = t.preview(1).arg("--verbose").env("DIGITALOCEAN_API_URL", &held.url());
        let older = older.start().await;
        held.reached().await;
        t.push(1, "second");
        t.preview(1).await.succeeds();
        let _between = held.go();
        let older = older.end().await;
        older.says("the comment is left to another run because GitHub made its deployment ");
    })
    .await;
}

#[tokio::test]
async fn the_summary_ends_with_where_the_time_went_and_a_table_shows_it_exactly() {
    run(async |t: &mut Tester| {
        let deploy = t.deploy().arg("--timings").await;
        let last = deploy
            .succeeds()
            .summary()
            .trim_end()
            .lines()
            .last()
            .unwrap_or_default();
        let line =
            r"^Time: plan \d+s, the platform's build \d+s, the platform's deploy \d+s, checks \d+s, writing \d+s$";
        assert!(Regex::new(line).unwrap().is_match(last), "{last:?} of {deploy}");
        let seconds = |name: &str| {
            let row = deploy.stderr.lines().rev().find_map(|line| line.strip_prefix(name));
            let number = row.and_then(|row| row.trim().strip_suffix('s')?.parse::<f64>().ok());
            number.unwrap_or_else(|| panic!("no row {name:?} in {deploy}"))
        };
        let platform = seconds("the platform's build  ") + seconds("the platform's deploy  ");
        assert!(platform > 0.0, "{deploy}");
        let own = seconds("in all  ") - platform - seconds("without the platform's build and deploy  ");
        assert!(own.abs() < 0.05, "{own} in {deploy}");
        let phases = ["plan  ", "checks  ", "writing  ", "everything else  "]
            .map(seconds)
            .iter()
            .sum::<f64>();
        assert!((phases + platform - seconds("in all  ")).abs() < 0.1, "{deploy}");
        // Nothing was deployed, and nothing took time.
        let status = t.command(["status"]).await;
        assert!(!status.succeeds().summary().contains("Time: "), "{status}");
    })
    .await;
}

#[tokio::test]
async fn a_filter_chooses_what_is_shown() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let decided = t
            .preview(1)
            .arg("--verbose")
            .env("DO_DEPLOY_LOG", "decision=debug")
            .await;
        decided
            .succeeds()
            .says("the preview's database is SQLite because ")
            .does_not_say("request service=");
        let asked = t.command(["status"]).env("DO_DEPLOY_LOG", "request=trace").await;
        asked
            .succeeds()
            .says("request service=")
            .says("bodies method=")
            .does_not_say(" because ");
        let off = t
            .command(["status"])
            .env("RUNNER_DEBUG", "1")
            .env("DO_DEPLOY_LOG", "off")
            .await;
        off.succeeds().does_not_say("::debug::");
    })
    .await;
}

#[tokio::test]
async fn a_bad_filter_is_an_error_that_says_what_is_wrong() {
    run(async |t: &mut Tester| {
        for (filter, wrong) in [
            ("loud", "`loud` is not a level"),
            ("request=debug,hyper=trace", "`hyper` is not a target"),
        ] {
            let refused = t.deploy().env("DO_DEPLOY_LOG", filter).await;
            refused
                .fails_with(2)
                .touches_nothing()
                .says("`DO_DEPLOY_LOG` is not a filter")
                .says(wrong);
            assert_eq!(refused.output("status"), "failed");
            assert_eq!(refused.requests(), Vec::<String>::new());
        }
    })
    .await;
}

#[tokio::test]
async fn a_run_that_is_told_to_stop_says_which_request_was_given_up() {
    run(async |t: &mut Tester| {
        let mut held = Held::request(
            &t.sandbox.url("DIGITALOCEAN_API_URL"),
            "GET",
            "/v2/apps?page=1&per_page=200",
        )
        .await;
        let deploy = t
            .deploy()
            .locally()
            .arg("--verbose")
            .env("DIGITALOCEAN_API_URL", &held.url());
        let deploy = deploy.start().await;
        held.reached().await;
        deploy.signal(Signal::SIGTERM);
        let ended = deploy.end().await;
        ended
            .fails_with(143)
            .says("request service=DigitalOcean method=GET path=/v2/apps error=");
        let _between = held.go();
    })
    .await;
}
