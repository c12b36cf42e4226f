//! What of production's stores and credentials a preview gets: nothing, and it says so.

use crate::harness::{Change, SPEC, Tester, run_with, spec, without_job};

const ENVS: &str = "    envs:\n      - key: DATABASE_URL";

/// The notes service with more envs.
fn with_envs(envs: &[(&str, &str)]) -> String {
    let lines: String = envs
        .iter()
        .map(|(key, value)| format!("      - key: {key}\n        value: \"{value}\"\n"))
        .collect();
    spec(ENVS, &format!("    envs:\n{lines}      - key: DATABASE_URL"))
}

/// README, "What it never does": it gives no preview production's secrets, databases, caches or queues.
#[tokio::test]
async fn a_preview_gets_no_way_to_productions_stores() {
    holds!("an app", ["read a secret"]);
    let productions = with_envs(&[
        ("POSTGRES_URL", "postgres://doadmin:hunter22@prod.example:25060/shop"),
        ("DB_DSN", "doadmin:hunter22@tcp(prod.example:25060)/shop"),
        ("DB_HOST", "prod.example"),
        ("DB_PASSWORD", "hunter22"),
        ("REDIS_HOST", "cache.prod.example"),
        ("REDIS_PASSWORD", "hunter22"),
        ("MONGODB_URI", "mongodb+srv://doadmin:hunter22@prod.example/shop"),
        ("ELSEWHERE", "shop-do-user-1-0.b.db.ondigitalocean.com"),
    ]);
    run_with(Change::whole_app("first").spec(&productions), async |t: &mut Tester| {
        t.open_pr(1).await;
        let made = t.preview(1).await;
        made.succeeds().says("Not set in previews: `DB_HOST`, `DB_PASSWORD`");
        let spec = t.app("shop-pr-1").await["spec"].to_string();
        for text in ["prod.example", "hunter22", "ondigitalocean.com", "doadmin"] {
            assert!(!spec.contains(text), "{text} is in {spec}");
            assert!(!made.log().contains("hunter22") && !t.comment(1).await.contains(text));
        }
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

/// docs/previews.md, "A preview spec of your own": a guard refuses what would touch production.
#[tokio::test]
async fn a_command_that_names_productions_database_makes_no_preview() {
    for (command, why) in [
        ("postgres://doadmin:hunter22@prod.example/shop", "holds a credential"),
        (
            "shop-do-user-1-0.b.db.ondigitalocean.com",
            "names `shop-do-user-1-0.b.db.ondigitalocean.com`",
        ),
    ] {
        let productions = spec(
            "instance_count: 1",
            &format!("instance_count: 1\n    build_command: \"./warm {command}\""),
        );
        run_with(Change::whole_app("first").spec(&productions), async |t: &mut Tester| {
            t.open_pr(1).await;
            let refused = t.preview(1).await;
            refused
                .fails_with(2)
                .says("the preview would touch production: `build_command` of")
                .says(why);
            assert!(!refused.stdout.contains("hunter22") && !refused.stderr.contains("hunter22"));
            assert_eq!(t.app_names().await, Vec::<String>::new());
        })
        .await;
    }
}

/// docs/security.md, "What it never does": give a preview production's secrets.
#[tokio::test]
async fn credentials_in_plain_text_stay_in_production_which_names_them_once() {
    let stripe = format!("sk_{}_{}", "live", "a1B2c3D4e5F6g7H8");
    let plain = with_envs(&[
        ("PAYMENT", &stripe),
        ("JWT_SECRET", "keyboard cat"),
        ("TOKEN_TTL", "3600"),
        ("NEXT_PUBLIC_API_KEY", "for everyone"),
    ]);
    run_with(Change::whole_app("first").spec(&plain), async |t: &mut Tester| {
        let deployed = t.deploy().await;
        let said = format!("{}{}", deployed.succeeds().stdout, deployed.stderr);
        assert_eq!(said.matches("credentials stand in plain text").count(), 1, "{said}");
        deployed.says("`PAYMENT`, `JWT_SECRET`;");
        t.open_pr(1).await;
        t.preview(1)
            .await
            .succeeds()
            .says("Not set in previews: `PAYMENT`, `JWT_SECRET` (set under `[preview] env`");
        let spec = t.app("shop-pr-1").await["spec"].to_string();
        assert!(!spec.contains("keyboard cat") && !spec.contains(&stripe), "{spec}");
        assert!(spec.contains("TOKEN_TTL") && spec.contains("for everyone"), "{spec}");
    })
    .await;
}

#[tokio::test]
async fn a_secret_stays_where_a_run_lacks_its_variable() {
    let config = "[preview]\nenv = { API_KEY = { from = \"PREVIEW_API_KEY\" } }\n";
    run_with(Change::whole_app("first").config(config), async |t: &mut Tester| {
        let key = t.secret("PREVIEW_API_KEY");
        t.open_pr(1).await;
        t.preview(1).env("PREVIEW_API_KEY", &key).await.succeeds();
        t.push(1, "second");
        for again in [t.preview(1), t.command(["redeploy", "--pr", "1"])] {
            again
                .await
                .succeeds()
                .says("`API_KEY` keeps the value that the preview has: the variable `PREVIEW_API_KEY` is not in");
            let spec = t.app("shop-pr-1").await["spec"].to_string();
            assert!(spec.contains("API_KEY"), "{spec}");
        }
        assert!(t.comment(1).await.contains("`API_KEY` keeps the value"));
        t.teardown(1).await.succeeds();
        t.preview(1).await.succeeds().says("`API_KEY` is not set");
    })
    .await;
}

#[tokio::test]
async fn parts_beside_a_url_are_left_out() {
    let both = with_envs(&[("DB_PORT", "${db.PORT}"), ("DB_HOST", "${db.HOSTNAME}")])
        .replace("value: sqlite:////tmp/notes.db", "value: ${db.DATABASE_URL}")
        + "databases:\n  - name: db\n    engine: PG\n    version: \"16\"\n";
    run_with(Change::whole_app("first").spec(&both), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds().says("`DB_PORT`, `DB_HOST`");
        let spec = t.app("shop-pr-1").await["spec"].to_string();
        assert!(!spec.contains("DB_PORT") && !spec.contains("DB_HOST"), "{spec}");
        assert_eq!(spec.matches("sqlite:////tmp/preview.db").count(), 1, "{spec}");
        t.expect_serving("shop-pr-1", "first").await;
    })
    .await;
}

#[tokio::test]
async fn what_somebody_gives_a_preview_is_not_questioned() {
    let config = "[preview]\nenv = { REDIS_URL = \"rediss://x:y@preview.upstash.io\" }\n";
    run_with(Change::whole_app("first").config(config), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let spec = t.app("shop-pr-1").await["spec"].to_string();
        assert!(spec.contains("preview.upstash.io"), "{spec}");
    })
    .await;
}

#[tokio::test]
async fn a_preview_that_loses_its_data_says_so_before() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        t.open_pr(1).await;
        let first = t.preview(1).at("feature-1").await;
        assert!(!first.succeeds().stderr.contains("data are deleted"));
        let none = "[preview]\ndatabase = \"none\"\n";
        t.push(1, Change::version("second").config(none));
        let changed = t.preview(1).at("feature-1").await;
        let said = format!("{}{}", changed.stdout, changed.stderr);
        let loss = "the preview changes from SQLite to no database: its data are deleted";
        let before = said.find(loss).unwrap_or_else(|| panic!("{said}"));
        assert!(
            said.find("Updating the preview").is_some_and(|at| before < at),
            "{said}"
        );
        let comment = t.comment(1).await;
        // That commit does not start without a database, so that the one before keeps its file.
        assert!(!comment.contains(loss), "{comment}");
        t.push(1, Change::version("third").config(none));
        let again = t.preview(1).at("feature-1").await;
        assert!(!format!("{}{}", again.stdout, again.stderr).contains("data are deleted"));
    })
    .await;
}

#[tokio::test]
async fn what_a_failed_commit_asked_for_is_not_said_of_the_one_that_serves() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).at("feature-1").await.succeeds();
        let planned = with_envs(&[("STRIPE_SECRET_KEY", "sk_live_4eC39HqLyjWDarjtT1zdp7dc")]);
        let config = "[preview]\nsleep = \"10m\"\n";
        t.push(1, Change::broken("broken", "KeyError\n").config(config).spec(&planned));
        let broken = t.preview(1).at("feature-1").await;
        let comment = broken.fails_with(1).comment(1);
        insta::assert_snapshot!(t.redact(comment), @r#"
        <!-- do-deploy:1000001:pr-1 -->
        <!-- run:[run]:1 -->
        ### ❌ Failed: shop, preview of #1

        | Preview | State | Commit |
        |---|---|---|
        | [Open shop-pr-1](http://127.0.0.1:[port]) | ❌ Failed | [`[broken]`](https://github.com/org/shop/commit/[commit broken]); [`[first]`](https://github.com/org/shop/commit/[commit first]) serves |

        Updated [time] UTC · [Run [run]]([link to the run])

        **Cause:** `web` did not start: the program ended with an error (exit code 1) (`ContainerExitNonZero`)

        [`[broken]`](https://github.com/org/shop/commit/[commit broken]) did not go live; [`[first]`](https://github.com/org/shop/commit/[commit first]) still serves

        **Next:** read the last lines of its log; often a setting is missing or the command is wrong

        Public repositories show no lines of a running app here (`[comment] logs` changes that); the run's log has the last ones, and `do-deploy logs --environment pr-1 --deployment [id]` prints it

        <details><summary>How .do/app.yaml differs from the one on main</summary>

        ```diff
        --- before
        +++ after
        @@ -12,6 +12,8 @@
           health_check:
             http_path: /health
           envs:
        +  - key: STRIPE_SECRET_KEY
        +    value: "*** (another value)"
           - key: DATABASE_URL
             scope: RUN_TIME
             value: sqlite:////tmp/notes.db
        @@ -24,6 +26,8 @@
           run_command: do-deploy demo-app migrate
           instance_size_slug: apps-s-1vcpu-0.5gb
           envs:
        +  - key: STRIPE_SECRET_KEY
        +    value: "*** (another value)"
           - key: DATABASE_URL
             scope: RUN_TIME
             value: sqlite:////tmp/notes.db
        ```

        </details>
        "#);
        let summary = broken.summary();
        assert!(!summary.contains("What is different from"), "{summary}");
    })
    .await;
}

/// docs/previews.md, "A preview spec of your own": it gets no more of production's than a derived one.
#[tokio::test]
async fn a_hand_written_preview_spec_reaches_no_store_of_productions() {
    let productions = with_envs(&[("DB_HOST", "db.prod.example"), ("DB_PASSWORD", "hunter22")]);
    let by_hand = with_envs(&[("UPSTREAM", "db.prod.example"), ("DB_PASSWORD", "hunter22")]);
    let config = "[preview]\nspec = \"preview.yaml\"\n";
    let first = Change::whole_app("first")
        .spec(&productions)
        .config(config)
        .file("preview.yaml", &by_hand);
    run_with(first, async move |t: &mut Tester| {
        // Production's spec on the base branch counts, whatever the pull request makes of it.
        t.open_pr_with(1, Change::version("second").spec(SPEC)).await;
        let refused = t.preview(1).await;
        refused.fails_with(2).does_not_say("hunter22");
        insta::assert_snapshot!(t.log(&refused), @"
        ::error file=preview.yaml,line=15,col=9::preview.yaml:15:9: the preview would touch production in 4 ways%0A- env `UPSTREAM` of `web` names `db.prod.example`, which production uses as a store (line 15)%0A- env `DB_PASSWORD` of `web` holds a credential (line 17)%0A- env `UPSTREAM` of `migrate` names `db.prod.example`, which production uses as a store (line 31)%0A- env `DB_PASSWORD` of `migrate` holds a credential (line 33)%0Ahint: give it a value under `[preview] env` in `do-deploy.toml` if previews may have it, else take it out of the preview spec
        ");
        assert_eq!(t.app_names().await, Vec::<String>::new());
        let given = "[preview]\nspec = \"preview.yaml\"\nenv = { UPSTREAM = \"db.prod.example\", DB_PASSWORD = \"generate\", MORE = \"x\" }\n";
        t.push("main", Change::version("third").config(given));
        t.push(1, Change::version("fourth").config(given));
        t.preview(1).await.succeeds();
        let spec = t.app("shop-pr-1").await["spec"].to_string();
        assert!(spec.contains("MORE") && !spec.contains("hunter22"), "{spec}");
    })
    .await;
}

#[tokio::test]
async fn a_forced_build_of_another_commit_is_an_update_that_says_what_goes() {
    let dev = "[preview]\ndatabase = \"dev\"\n";
    run_with(Change::whole_app("first"), async move |t: &mut Tester| {
        let database = without_job().replace("do-deploy demo-app serve", "bash serve.sh")
            + "databases:\n  - {name: db, engine: PG}\n";
        let serve = "DATABASE_URL=sqlite:////tmp/notes.db exec do-deploy demo-app serve\n";
        let second = Change::version("second").spec(&database).file("serve.sh", serve);
        t.open_pr_with(1, second.config(dev)).await;
        t.preview(1).await.succeeds();
        let forced = t.command(["redeploy", "--pr", "1", "--force-build"]).await;
        forced.succeeds().does_not_say("its data are deleted");
        assert_eq!(t.app("shop-pr-1").await["spec"]["databases"][0]["name"], "db");

        t.push(1, Change::version("third").config("[preview]\ndatabase = \"none\"\n"));
        let forced = t.command(["redeploy", "--pr", "1", "--force-build"]).await;
        forced.succeeds().says("its data are deleted");
        assert!(t.app("shop-pr-1").await["spec"]["databases"].is_null());
        t.expect_serving("shop-pr-1", "third").await;
    })
    .await;
}
