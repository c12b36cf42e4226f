//! What an app spec would take from the live app: refused before anything is touched, unless someone agrees for this
//! run.

use serde_json::{Value, json};

use crate::harness::{Api, Call, Change, DIGITALOCEAN_TOKEN, SPEC, Tester, fault, marks, run, run_with, spec};

const DB: &str = "databases:\n  - {name: db, engine: PG}\n";

fn with_database() -> Change {
    Change::whole_app("first").spec(&(SPEC.to_owned() + DB))
}

fn databases(app: &Value) -> Vec<&str> {
    let databases = app["spec"]["databases"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    databases.iter().filter_map(|it| it["name"].as_str()).collect()
}

/// Production as someone has changed it by hand: of this repository, with more than the file has.
async fn live_with(t: &Tester, more: Value) -> Value {
    let envs = marks(t.repository_id().await, "production");
    t.app_by_hand("shop", |spec| {
        spec["envs"] = envs;
        for (key, value) in more.as_object().unwrap() {
            spec[key] = value.clone();
        }
    })
    .await;
    t.app("shop").await
}

// Databases

#[tokio::test]
async fn a_renamed_development_database_is_destroyed_only_by_consent() {
    run_with(with_database(), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let renamed = Change::version("second").spec(&(SPEC.to_owned() + DB).replace("name: db", "name: main"));
        t.push("main", renamed);
        for refused in [
            t.deploy().await,
            t.deploy().arg("--dry-run").await,
            t.command(["redeploy"]).await,
            t.auto_push("main").await,
        ] {
            refused
                .fails_with(2)
                .touches_nothing()
                .says("would destroy the development database `db` with its data")
                .says("the file has `main` instead")
                .says("--replace databases.db");
        }
        assert_eq!(databases(&t.app("shop").await), ["db"]);
        t.expect_serving("shop", "first").await;

        let consent = ["--replace", "databases.db"];
        let dry = t.deploy().arg("--dry-run").args(consent).await;
        dry.succeeds().touches_nothing().says("agreed to destroy");
        let agreed = t.deploy().args(consent).await;
        agreed
            .succeeds()
            .says("agreed to destroy the development database `db`");
        let summary = agreed.summary();
        insta::assert_snapshot!(t.redact(summary), @"
        ### ✅ Ready: shop, production

        | App | State | Commit |
        |---|---|---|
        | [Open shop](http://127.0.0.1:[port]) | ✅ Ready | [`[second]`](https://github.com/org/shop/commit/[commit second]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        <details><summary>1 note</summary>

        - Destroyed the development database `db` with its data, as agreed

        </details>

        <details><summary>How the spec of shop differs from what was live before</summary>

        ```diff
        --- before
        +++ after
        @@ -29,7 +29,7 @@
             value: sqlite:////tmp/notes.db
           instance_count: 1
         databases:
        -- name: db
        +- name: main
           engine: PG
         envs:
         - key: DO_DEPLOY_REPOSITORY
        ```

        </details>

        Costs $12.00 a month

        How the app spec was prepared:

        | Change | Why |
        |---|---|
        | agreed to destroy the development database `db` with its data | the file has `main` instead, and a database of a new name is a new, empty one (`--replace databases.db`) |
        ");
        assert_eq!(databases(&t.app("shop").await), ["main"]);

        let again = t.deploy().args(consent).await;
        again.fails_with(2).touches_nothing().says("`shop` does not have");
        t.deploy().await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_removed_development_database_and_another_version_of_it_are_destroyed() {
    let versioned = SPEC.to_owned() + &DB.replace("PG", "PG, version: \"15\"");
    run_with(Change::whole_app("first").spec(&versioned), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        for (text, why) in [
            (SPEC.to_owned(), "the file does not have it"),
            (versioned.replace("15", "16"), "its `version` is 16 in the file, not 15"),
            (
                versioned.replace("PG", "PG, production: true, cluster_name: big"),
                "the file has a managed cluster in its place",
            ),
        ] {
            t.push("main", Change::version("second").spec(&text));
            let refused = t.deploy().await;
            refused.fails_with(2).touches_nothing().says("would destroy").says(why);
        }
        t.push("main", Change::version("third").spec(&(SPEC.to_owned() + DB)));
        t.deploy().await.succeeds();
        assert_eq!(databases(&t.app("shop").await), ["db"]);
    })
    .await;
}

#[tokio::test]
async fn a_database_that_the_file_only_names_is_as_much_one() {
    let named = SPEC.to_owned() + "databases: [{name: db}]\n";
    run_with(Change::whole_app("first").spec(&named), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push(
            "main",
            Change::version("second").spec(&named.replace("{name: db}", "{name: main}")),
        );
        let refused = t.deploy().await;
        refused
            .fails_with(2)
            .touches_nothing()
            .says("would destroy")
            .says("`main` instead");
        t.push(
            "main",
            Change::version("third").spec(&named.replace("{name: db}", "{name: db, engine: PG}")),
        );
        t.deploy().await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn a_managed_database_is_detached_and_its_data_stays() {
    run(async |t: &mut Tester| {
        let managed = json!([{"name": "db", "engine": "PG", "production": true, "cluster_name": "big"}]);
        live_with(t, json!({ "databases": managed })).await;
        let refused = t.deploy().await;
        insta::assert_snapshot!(t.log(refused.fails_with(2).touches_nothing()), @"
        ::error file=.do/app.yaml,line=1,col=1::.do/app.yaml:1:1: this app spec would detach the database `db`, whose data stays in the cluster `big`: the file does not have it%0Ahint: correct the file, or agree to it for one run with `--replace databases.db`; the database is detached by the update, even if the deployment then fails
        ");
        let agreed = t.deploy().args(["--replace", "databases.db"]).await;
        agreed.succeeds().says("agreed to detach");
        assert_eq!(databases(&t.app("shop").await), Vec::<&str>::new());
    })
    .await;
}

#[tokio::test]
async fn the_refusal_says_what_is_lost_and_how_to_agree() {
    run_with(with_database(), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let renamed = (SPEC.to_owned() + DB).replace("name: db", "name: main");
        t.push(
            "main",
            Change::version("second").spec(&renamed.replace("region: fra", "region: ams")),
        );
        let refused = t.deploy().locally().await;
        insta::assert_snapshot!(t.redact(&refused.fails_with(2).stderr), @"
        error: .do/app.yaml:30:1: this app spec would harm `shop` in 2 ways
        - destroy the development database `db` with its data: the file has `main` instead, and a database of a new name is a new, empty one
        - move the app from the region `fra` to `ams`: the file has a different one
        - nothing was touched; `[first]` keeps serving
        hint: correct the file, or agree to it for one run with `--replace databases.db,region`; the data goes with the update, even if the deployment then fails
    ");
    })
    .await;
}

// Addresses, networks, domains

#[tokio::test]
async fn domains_networks_and_addresses_need_consent_each() {
    run(async |t: &mut Tester| {
        let more = json!({
            "domains": [{"domain": "shop.example", "type": "PRIMARY"}],
            "vpc": {"id": "c22d8f48-4bc4-49f5-8ca0-58e7164427ac"},
            "region": "ams",
        });
        live_with(t, more).await;
        let refused = t.deploy().await;
        insta::assert_snapshot!(t.log(refused.fails_with(2).touches_nothing()), @"
        ::error file=.do/app.yaml,line=1,col=1::.do/app.yaml:1:1: this app spec would harm `shop` in 3 ways%0A- drop the domain `shop.example`: the file does not have it%0A- take the app out of the VPC `[id]`: the file has no `vpc`%0A- move the app from the region `ams` to `fra`: the file has a different one%0A- nothing was touched; `[first]` keeps serving%0Ahint: correct the file, or agree to it for one run with `--replace domains.shop.example,vpc,region`
        ");
        let some = t.deploy().args(["--replace", "vpc, region"]).await;
        some.fails_with(2)
            .touches_nothing()
            .says("drop the domain `shop.example`")
            .does_not_say("take the app out of the VPC");
        let all = t
            .deploy()
            .args(["--replace", "vpc,region", "--replace", "domains.shop.example"])
            .await;
        all.succeeds();
        let app = t.app("shop").await;
        assert_eq!(app["spec"]["region"], "fra");
        assert!(app["spec"]["vpc"].is_null(), "{app:#}");
    })
    .await;
}

#[tokio::test]
async fn a_dedicated_address_is_given_up_only_by_consent() {
    run(async |t: &mut Tester| {
        live_with(t, json!({"egress": {"type": "DEDICATED_IP"}})).await;
        let refused = t.deploy().await;
        refused.fails_with(2).touches_nothing().says("dedicated IP addresses");
        t.deploy().args(["--replace", "egress"]).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn what_the_file_leaves_to_the_platform_is_not_a_change() {
    let first = Change::whole_app("first").spec(&spec("region: fra\n", ""));
    run_with(first, async |t: &mut Tester| {
        live_with(t, json!({"region": "ams", "egress": {"type": "AUTOASSIGN"}})).await;
        t.deploy().await.succeeds();
        assert_eq!(t.app("shop").await["spec"]["region"], "ams");
    })
    .await;
}

#[tokio::test]
async fn components_without_data_are_listed_and_go() {
    run(async |t: &mut Tester| {
        let queue =
            json!([{"name": "queue", "run_command": "sleep 1000", "github": {"repo": "org/shop", "branch": "main"}}]);
        live_with(t, json!({ "workers": queue })).await;
        t.deploy().await.succeeds().says("removed worker `queue`");
        assert!(t.app("shop").await["spec"]["workers"].is_null());
    })
    .await;
}

#[tokio::test]
async fn the_vpc_of_the_file_counts_where_the_token_may_not_see_the_live_one() {
    let vpc = "vpc:\n  id: c22d8f48-4bc4-49f5-8ca0-58e7164427ac\n";
    let first = Change::whole_app("first").spec(&(SPEC.to_owned() + vpc));
    run_with(first, async |t: &mut Tester| {
        t.deploy().await.succeeds().does_not_say("vpc:read");
        t.deploy().await.succeeds().does_not_say("vpc:read");
        let scopes = ["app:create", "app:read", "app:update"];
        t.account(&json!({"scopes": {DIGITALOCEAN_TOKEN: scopes}})).await;
        let blind = t.deploy().await;
        blind.succeeds();
        assert_eq!(blind.shown().matches("vpc:read").count(), 1, "{blind}");
        assert!(t.app("shop").await["spec"]["vpc"]["id"].is_string());
    })
    .await;
}

// Consent

#[tokio::test]
async fn consent_is_given_by_a_dispatch_and_refused_where_it_means_nothing() {
    run_with(with_database(), async |t: &mut Tester| {
        t.open_pr(1).await;
        let early = t.deploy().args(["--replace", "databases.db"]).await;
        early.fails_with(2).touches_nothing().says("is not deployed yet");
        t.deploy().await.succeeds();
        for args in [
            vec!["deploy", "--replace", "databases.nope"],
            vec!["deploy", "--replace", "databases.db"],
            vec!["deploy", "--replace", "workers.queue"],
            vec!["redeploy", "--force-build", "--replace", "databases.db"],
            vec!["redeploy", "--pr", "1", "--replace", "databases.db"],
        ] {
            let mut command = t.command([]);
            for arg in args {
                command = command.arg(arg);
            }
            command.await.fails_with(2).touches_nothing().says("replace");
        }
        t.push("main", Change::version("second").spec(SPEC));
        let mut payload = t.event("name=workflow_dispatch").await;
        for (inputs, code) in [
            (json!({"command": "deploy"}), 2),
            (json!({"command": "deploy", "replace": "databases.cache"}), 2),
            (json!({"command": "rollback", "replace": "databases.db"}), 2),
            (json!({"command": "deploy", "replace": "databases.db"}), 0),
        ] {
            payload["inputs"] = inputs;
            let dispatched = t
                .command(["auto"])
                .on_payload("workflow_dispatch", payload.clone())
                .await;
            dispatched.fails_with(code);
        }
        t.expect_serving("shop", "second").await;
    })
    .await;
}

// Races

/// Someone changes the living app on the platform.
async fn change(t: &Tester, live: &Value, key: &str, value: Value) {
    let mut spec = live["spec"].clone();
    spec[key] = value;
    let path = format!("/v2/apps/{}", live["id"].as_str().unwrap());
    t.call(Api::DigitalOcean, "PUT", &path, Some(&json!({ "spec": spec })))
        .await
        .expect(200);
}

#[tokio::test]
async fn an_app_that_was_changed_since_the_plan_is_planned_for_again() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let live = t.app("shop").await;
        t.push("main", "second");
        t.fault(fault::slow(Call::CreateGitHubDeployment, 4)).await;
        let mut running = t.deploy().start().await;
        running.says("Plan").await;
        let worker =
            json!([{"name": "queue", "run_command": "sleep 1000", "github": {"repo": "org/shop", "branch": "main"}}]);
        change(t, &live, "workers", worker).await;
        let run = running.end().await;
        run.succeeds().says("Planning again").says("removed worker `queue`");
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_database_that_appears_since_the_plan_is_not_destroyed() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let live = t.app("shop").await;
        t.fault(fault::slow(Call::CreateGitHubDeployment, 4)).await;
        let mut running = t.deploy().start().await;
        running.says("Plan").await;
        change(t, &live, "databases", json!([{"name": "db", "engine": "PG"}])).await;
        let run = running.end().await;
        run.fails_with(2).says("would destroy the development database `db`");
        assert_eq!(databases(&t.app("shop").await), ["db"]);
    })
    .await;
}

#[tokio::test]
async fn an_app_that_appears_since_the_plan_keeps_its_database() {
    run(async |t: &mut Tester| {
        let envs = marks(t.repository_id().await, "production");
        let mut spec = json!({
            "name": "shop", "region": "fra", "envs": envs,
            "databases": [{"name": "db", "engine": "PG"}],
            "services": [{"name": "web", "run_command": "do-deploy demo-app serve", "github": {"repo": "org/shop", "branch": "main"}}],
        });
        spec["services"][0]["envs"] = json!([{"key": "DATABASE_URL", "value": "sqlite:////tmp/notes.db"}]);
        t.fault(fault::slow(Call::CreateGitHubDeployment, 4)).await;
        let mut running = t.deploy().start().await;
        running.says("Plan").await;
        t.call(Api::DigitalOcean, "POST", "/v2/apps", Some(&json!({ "spec": spec })))
            .await
            .expect(200);
        let run = running.end().await;
        run.fails_with(2).says("would destroy the development database `db`");
        assert_eq!(databases(&t.app("shop").await), ["db"]);
    })
    .await;
}

#[tokio::test]
async fn an_app_that_does_not_hold_still_is_left_alone() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let live = t.app("shop").await;
        t.push("main", "second");
        t.faults(&[
            fault::slow(Call::CreateGitHubDeployment, 4),
            fault::slow(Call::ReadApp, 4).from(3),
        ])
        .await;
        let mut running = t.deploy().start().await;
        running.says("Plan").await;
        change(t, &live, "alerts", json!([{"rule": "DEPLOYMENT_FAILED"}])).await;
        running.says("Planning again").await;
        change(t, &live, "alerts", json!([{"rule": "DOMAIN_FAILED"}])).await;
        let run = running.end().await;
        run.fails_with(3).says("changed twice").says("run again");
        let puts = run.changes().into_iter().filter(|it| it.starts_with("PUT")).count();
        assert_eq!(puts, 2, "those of someone else: {run}");
    })
    .await;
}

#[tokio::test]
async fn a_consent_that_matches_nothing_is_named_beside_the_losses() {
    run_with(with_database(), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", Change::version("second").spec(SPEC));
        for (consent, wrong) in [
            ("databases.dbx", "(`databases.dbx` matches nothing)"),
            ("region,databases.dbx", "(`databases.dbx` and `region` match nothing)"),
        ] {
            let refused = t.deploy().args(["--replace", consent]).await;
            refused
                .fails_with(2)
                .touches_nothing()
                .says("would destroy")
                .says("`--replace databases.db`")
                .says(wrong);
        }
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_a_list_that_says_what_keeps_serving() {
    run_with(with_database(), async |t: &mut Tester| {
        t.push("main", Change::version("before"));
        t.deploy().await.succeeds();
        let text = SPEC.replace("region: fra", "region: ams");
        t.push("main", Change::version("second").spec(&text));
        let refused = t.deploy().await;
        refused.fails_with(2).touches_nothing();
        insta::assert_snapshot!(t.redact(refused.summary()), @"
        ### ❌ Failed: shop, production

        **Cause:** this app spec would harm `shop` in 2 ways

        At `.do/app.yaml:1:1`

        - Destroy the development database `db` with its data: the file does not have it
        - Move the app from the region `fra` to `ams`: the file has a different one
        - Nothing was touched; `[before]` keeps serving

        **Next:** correct the file, or agree to it for one run with `--replace databases.db,region`; the data goes with the update, even if the deployment then fails
        ");
        insta::assert_snapshot!(t.log(&refused), @"
        ::error file=.do/app.yaml,line=1,col=1::.do/app.yaml:1:1: this app spec would harm `shop` in 2 ways%0A- destroy the development database `db` with its data: the file does not have it%0A- move the app from the region `fra` to `ams`: the file has a different one%0A- nothing was touched; `[before]` keeps serving%0Ahint: correct the file, or agree to it for one run with `--replace databases.db,region`; the data goes with the update, even if the deployment then fails
        ");
    })
    .await;
}
