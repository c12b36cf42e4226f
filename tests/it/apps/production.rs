//! Production of several apps: deployed together in their order, and each looked after on its own.

use nix::sys::signal::Signal;
use serde_json::Value;

use super::concurrent::service_behind;
use super::manifest;
use crate::harness::{Change, FIRST_MIGRATION, Gate, Run, Tester, app_env, run_with, until};

pub(super) const CONFIG: &str = "\
[apps.front]
spec = \"front/app.yaml\"

[apps.api]
spec = \"api/app.yaml\"
";

/// The front end is told where the API is.
const LINKED: &str = "\
[apps.front]
spec = \"front/app.yaml\"
production.env = { API_URL = \"${apps.api.url}/v1\" }

[apps.api]
spec = \"api/app.yaml\"
";

/// The front end is deployed after the API.
const ORDERED: &str = "\
[apps.front]
spec = \"front/app.yaml\"
after = [\"api\"]

[apps.api]
spec = \"api/app.yaml\"
";

pub(super) fn version_of(change: Change, folder: &str, label: &str) -> Change {
    change.file(&format!("{folder}/VERSION"), &format!("{label}\n"))
}

/// Both apps at a version.
pub(super) fn versions(label: &str) -> Change {
    version_of(version_of(Change::version(label), "front", label), "api", label)
}

/// The first commit of both apps.
pub(super) fn front_and_api(config: &str) -> Change {
    ["front", "api"]
        .iter()
        .fold(versions("first").config(config), |change, folder| {
            change
                .file(&format!("{folder}/app.yaml"), &manifest(folder, folder))
                .file(&format!("{folder}/migrations/001_notes.sql"), FIRST_MIGRATION)
        })
}

/// A version of both that the API cannot start.
fn broken_api(label: &str) -> Change {
    versions(label).file("api/CRASH", "KeyError: 'SHOP_SECRET' is missing\n")
}

/// App and state of each entry of the output `apps`.
pub(super) fn rows(run: &Run) -> Vec<String> {
    let apps: Vec<Value> = serde_json::from_str(&run.output("apps")).expect("JSON");
    let row = |app: &Value| format!("{} {}", app["app"], app["status"]).replace('"', "");
    apps.iter().map(row).collect()
}

/// The records that GitHub shows of an environment: app and state, in the order of their names.
async fn records(t: &Tester, environment: &str) -> Vec<String> {
    let mut records = super::records(t, environment).await;
    records.sort();
    records
}

#[tokio::test]
async fn a_push_deploys_both_apps_and_says_so_once() {
    run_with(front_and_api(CONFIG), async |t: &mut Tester| {
        t.open_pr_with(1, versions("second")).await;
        t.merge_pr(1).await;
        let pushed = t.auto_push("main").await;
        pushed.succeeds();
        t.expect_serving("front", "second").await;
        t.expect_serving("api", "second").await;
        assert_eq!(rows(&pushed), ["front ready", "api ready"]);
        assert_eq!(records(t, "production").await, ["api success", "front success"]);
        insta::assert_snapshot!(t.redact(pushed.summary()), @"
        ### ✅ Ready: front, api, production

        | App | State | Commit |
        |---|---|---|
        | [Open front](http://127.0.0.1:[port]) | ✅ Ready | [`[merge of #1]`](https://github.com/org/shop/commit/[commit merge of #1]) serves |
        | [Open api](http://127.0.0.1:[port]) | ✅ Ready | [`[merge of #1]`](https://github.com/org/shop/commit/[commit merge of #1]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **front**

        Costs $5.00 a month

        **api**

        Costs $5.00 a month

        Together $10.00 a month
        ");
        insta::assert_snapshot!(t.redact(pushed.comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:0:0 -->
        <!-- production:[run]:1 -->
        ✅ Deployed to production at [time] UTC: [`[merge of #1]`](https://github.com/org/shop/commit/[commit merge of #1]): `front` at http://127.0.0.1:[port], `api` at http://127.0.0.1:[port] ([run]([link to the run]))
        ");
        let marks = [t.app("front").await, t.app("api").await];
        let marks = marks.each_ref().map(|app| app_env(app, "DO_DEPLOY_APP")["value"].clone());
        assert_eq!(marks, ["front", "api"]);
    })
    .await;
}

#[tokio::test]
async fn a_broken_build_of_one_leaves_the_other_deployed_and_is_red() {
    run_with(front_and_api(CONFIG), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.open_pr_with(1, broken_api("second")).await;
        t.merge_pr(1).await;
        let pushed = t.auto_push("main").await;
        pushed.fails_with(1);
        t.expect_serving("front", "second").await;
        t.expect_serving("api", "first").await;
        assert_eq!(rows(&pushed), ["front ready", "api failed"]);
        assert_eq!(
            records(t, "production").await,
            ["api failure", "api success", "front inactive", "front success"]
        );
        insta::assert_snapshot!(t.redact(pushed.summary()), @"
        ### ❌ Failed: api, production

        | App | State | Commit |
        |---|---|---|
        | [Open front](http://127.0.0.1:[port]) | ✅ Ready | [`[merge of #1]`](https://github.com/org/shop/commit/[commit merge of #1]) serves |
        | [Open api](http://127.0.0.1:[port]) | ❌ Failed | [`[merge of #1]`](https://github.com/org/shop/commit/[commit merge of #1]); [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **front**

        Costs $5.00 a month

        **api**

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[merge of #1]`](https://github.com/org/shop/commit/[commit merge of #1]) did not go live; [`[first]`](https://github.com/org/shop/commit/[commit first]) still serves

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        Public repositories show no lines of a running app here (`[comment] logs` changes that); the run's log has the last ones, and `do-deploy logs --environment production --app api --deployment [id]` prints it

        Costs $5.00 a month

        Together $10.00 a month
        ");
        insta::assert_snapshot!(t.redact(pushed.comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:0:0 -->
        <!-- production:[run]:1 -->
        ❌ Production deployment of `api` failed at [time] UTC: `web` did not start: the program ended with an error (exit code 1) ([run]([link to the run]))
        ");
    })
    .await;
}

#[tokio::test]
async fn a_broken_manifest_ends_its_own_app_alone() {
    run_with(front_and_api(CONFIG), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", versions("second").file("api/app.yaml", "name: api\nservices: 7\n"));
        let pushed = t.deploy().await;
        pushed.fails_with(1);
        t.expect_serving("front", "second").await;
        t.expect_serving("api", "first").await;
        assert_eq!(rows(&pushed), ["front ready", "api failed"]);
        insta::assert_snapshot!(t.redact(pushed.summary()), @"
        ### ❌ Failed: api, production

        | App | State | Commit |
        |---|---|---|
        | [Open front](http://127.0.0.1:[port]) | ✅ Ready | [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |
        | [Open api](http://127.0.0.1:[port]) | ❌ Failed | [`[second]`](https://github.com/org/shop/commit/[commit second]); [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **front**

        Costs $5.00 a month

        **api**

        **Cause:** `services` is not a list

        [`[second]`](https://github.com/org/shop/commit/[commit second]) did not go live; [`[first]`](https://github.com/org/shop/commit/[commit first]) still serves

        At `api/app.yaml:2:1`

        **Next:** begin every service below it with `- name: ...`
        ");
    })
    .await;
}

#[tokio::test]
async fn where_every_manifest_is_broken_nothing_is_touched_and_the_pull_request_hears_why() {
    run_with(front_and_api(CONFIG), async |t: &mut Tester| {
        let broken = "name: api\nservices: 7\n";
        let change = versions("second")
            .file("api/app.yaml", broken)
            .file("front/app.yaml", broken);
        t.open_pr_with(1, change).await;
        t.merge_pr(1).await;
        let pushed = t.auto_push("main").await;
        pushed.fails_with(2);
        assert_eq!(t.app_names().await, Vec::<String>::new());
        insta::assert_snapshot!(t.redact(pushed.comment(1)), @"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:0:0 -->
        <!-- production:[run]:1 -->
        ❌ Not deployed to production: app `front`: `services` is not a list ([run]([link to the run]))
        ");
    })
    .await;
}

#[tokio::test]
async fn a_front_end_is_given_the_url_of_an_api_that_is_deployed_first() {
    run_with(front_and_api(LINKED), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let url = async || {
            let front = t.app("front").await;
            let envs = front["spec"]["envs"].as_array().cloned().unwrap_or_default();
            let services = front["spec"]["services"][0]["envs"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let found = envs
                .iter()
                .chain(&services)
                .find(|env| env["key"] == "API_URL")
                .cloned();
            found.expect("the front end has the URL")["value"].clone()
        };
        let expected = format!("{}/v1", t.url_of("api").await.trim_end_matches('/'));
        assert_eq!(url().await, expected);
        // Known beforehand: each is sent once.
        t.push("main", versions("second"));
        let second = t.deploy().await;
        second.succeeds();
        assert_eq!(url().await, expected);
        t.expect_serving("front", "second").await;
        // One alone finds the other where it is.
        t.push("main", versions("third"));
        t.deploy().args(["--app", "front"]).await.succeeds();
        assert_eq!(url().await, expected);
        t.expect_serving("front", "third").await;
        t.expect_serving("api", "second").await;
    })
    .await;
}

#[tokio::test]
async fn one_alone_is_refused_where_the_app_that_it_refers_to_is_not_deployed() {
    run_with(front_and_api(LINKED), async |t: &mut Tester| {
        let refused = t.deploy().args(["--app", "front"]).await;
        refused
            .fails_with(2)
            .touches_nothing()
            .says("app `front` refers to `api`, which is not deployed to production")
            .says("do-deploy deploy --environment production --app api");
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_an_app_that_fails_is_not_deployed_and_serves_on() {
    run_with(front_and_api(ORDERED), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", broken_api("second"));
        let pushed = t.deploy().await;
        pushed.fails_with(1);
        t.expect_serving("front", "first").await;
        t.expect_serving("api", "first").await;
        assert_eq!(rows(&pushed), ["front skipped", "api failed"]);
        insta::assert_snapshot!(t.redact(pushed.summary()), @"
        ### ❌ Failed: api, production

        | App | State | Commit |
        |---|---|---|
        | [Open front](http://127.0.0.1:[port]) | ⏭️ Skipped | [`[second]`](https://github.com/org/shop/commit/[commit second]); [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |
        | [Open api](http://127.0.0.1:[port]) | ❌ Failed | [`[second]`](https://github.com/org/shop/commit/[commit second]); [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **front**

        - Not deployed: `api`, which is deployed before it, was not ready

        **api**

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[second]`](https://github.com/org/shop/commit/[commit second]) did not go live; [`[first]`](https://github.com/org/shop/commit/[commit first]) still serves

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        Public repositories show no lines of a running app here (`[comment] logs` changes that); the run's log has the last ones, and `do-deploy logs --environment production --app api --deployment [id]` prints it

        Costs $5.00 a month
        ");
    })
    .await;
}

#[tokio::test]
async fn what_is_deployed_after_another_app_is_sent_once_that_serves() {
    let gate = Gate::closed().await;
    let first = front_and_api(ORDERED).file("api/app.yaml", &service_behind(&gate, "api", "api"));
    run_with(first, async |t: &mut Tester| {
        let mut running = t.deploy().start().await;
        running.says("building").await;
        assert_eq!(t.app_names().await, ["api"]);
        drop(gate);
        running.end().await.succeeds();
        assert_eq!(t.app_names().await, ["api", "front"]);
    })
    .await;
}

#[tokio::test]
async fn one_app_is_deployed_redeployed_and_rolled_back_alone() {
    run_with(front_and_api(CONFIG), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", versions("second"));
        let one = t.deploy().args(["--app", "api"]).await;
        assert_eq!(rows(one.succeeds()), ["api ready"]);
        t.expect_serving("front", "first").await;
        t.expect_serving("api", "second").await;
        let which = t.command(["rollback"]).await;
        which
            .fails_with(2)
            .touches_nothing()
            .says("`production` has several apps: `front`, `api`")
            .says("--app NAME");
        let back = t.command(["rollback", "--app", "api"]).await;
        back.succeeds();
        t.expect_serving("api", "first").await;
        // A pin is one app's.
        t.push("main", versions("third"));
        let pushed = t.deploy().await;
        pushed
            .succeeds()
            .says("do-deploy deploy --environment production --app api --release");
        assert_eq!(rows(&pushed), ["front ready", "api skipped"]);
        t.expect_serving("front", "third").await;
        t.expect_serving("api", "first").await;
        t.deploy().args(["--app", "api", "--release"]).await.succeeds();
        t.expect_serving("api", "third").await;
        let again = t.command(["redeploy"]).await;
        assert_eq!(rows(again.succeeds()), ["front ready", "api ready"]);
        let unknown = t.deploy().args(["--app", "apy"]).await;
        unknown.fails_with(2).touches_nothing().says("did you mean `api`?");
    })
    .await;
}

#[tokio::test]
async fn status_verify_and_logs_know_both_apps() {
    run_with(front_and_api(CONFIG), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let status = t.command(["status", "--json"]).locally().await;
        let status = status.succeeds().json();
        let mut keys: Vec<&str> = status["apps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["key"].as_str().unwrap())
            .collect();
        keys.sort_unstable();
        assert_eq!(keys, ["api", "front"]);
        let table = t.command(["status"]).locally().await;
        let table = table.succeeds().stdout.clone();
        assert!(table.starts_with("ENVIRONMENT  APP    STATE"), "{table}");
        let verified = t.command(["verify", "--json"]).locally().await;
        let verified = verified.succeeds().json();
        assert_eq!(verified["verdict"], "good");
        let verdicts: Vec<String> = verified["apps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| format!("{} {}", it["key"], it["verdict"]).replace('"', ""))
            .collect();
        assert_eq!(verdicts, ["front good", "api good"]);
        let bad = t
            .command(["verify", "--check", "/nowhere=200", "--timeout", "5s"])
            .await;
        bad.fails_with(1).says("`front`").says("`api`");
        t.command(["logs"])
            .await
            .fails_with(2)
            .says("`production` has several apps: `front`, `api`");
    })
    .await;
}

#[tokio::test]
async fn run_again_after_it_was_killed_between_the_two_both_serve() {
    let gate = Gate::closed().await;
    let first = front_and_api(ORDERED).file("front/app.yaml", &service_behind(&gate, "front", "front"));
    run_with(first, async |t: &mut Tester| {
        let running = t.auto_push("main").start().await;
        until("the second app is there", async || {
            (t.app_names().await.len() == 2).then_some(())
        })
        .await;
        running.signal(Signal::SIGKILL);
        running.end().await;
        drop(gate);
        let again = t.auto_push("main").await;
        again.succeeds();
        t.expect_serving("front", "first").await;
        t.expect_serving("api", "first").await;
        let mut records = records(t, "production").await;
        records.retain(|record| !record.ends_with("inactive"));
        assert_eq!(records, ["api success", "front success"]);
    })
    .await;
}

#[tokio::test]
async fn in_a_named_environment_the_record_of_one_app_does_not_end_anothers() {
    let config = "\
[environments.staging]
branch = \"staging\"
[apps.front]
spec = \"front/app.yaml\"
environments.staging.spec = \"front/staging.yaml\"
[apps.api]
spec = \"api/app.yaml\"
environments.staging.spec = \"api/staging.yaml\"
";
    let staging =
        |folder: &str| manifest(&format!("{folder}-staging"), folder).replace("branch: main", "branch: staging");
    let first = front_and_api(config)
        .file("front/staging.yaml", &staging("front"))
        .file("api/staging.yaml", &staging("api"));
    run_with(first, async |t: &mut Tester| {
        t.repository.git(&["branch", "staging"]);
        let staged = t.command(["deploy", "--environment", "staging"]).at("staging").await;
        staged.succeeds();
        assert_eq!(
            records(t, "staging").await,
            ["api-staging success", "front-staging success"]
        );
        t.push("staging", versions("second"));
        t.command(["deploy", "--environment", "staging", "--app", "api"])
            .at("staging")
            .await
            .succeeds();
        assert_eq!(
            records(t, "staging").await,
            ["api-staging inactive", "api-staging success", "front-staging success"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_shows_both_and_touches_nothing() {
    run_with(front_and_api(LINKED), async |t: &mut Tester| {
        let shown = t.deploy().arg("--dry-run").await;
        assert_eq!(rows(&shown), ["front skipped", "api skipped"]);
        shown.succeeds().touches_nothing();
    })
    .await;
}
