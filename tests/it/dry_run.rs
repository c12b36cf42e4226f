//! What a dry run shows, in the log and in the job summary.

use crate::harness::{Change, Tester, run, run_with, spec};

const PLAIN_SIZE: &str = "instance_size_slug: apps-s-1vcpu-0.5gb\n    health_check";

#[tokio::test]
async fn the_summary_of_a_dry_run_holds_the_difference() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let same = t.deploy().arg("--dry-run").await;
        insta::assert_snapshot!(t.redact(same.succeeds().summary()), @"
        Not deployed: this is a dry run, and nothing was touched

        It would deploy `[first]`, the head of `main`

        It would cost $5.00 a month

        The spec of `shop` stays as it is
        ");
        let larger = spec(PLAIN_SIZE, &PLAIN_SIZE.replace("0.5gb", "1gb"));
        t.push("main", Change::version("second").spec(&larger));
        let changed = t.deploy().arg("--dry-run").await;
        changed.succeeds().touches_nothing();
        insta::assert_snapshot!(t.redact(changed.summary()), @"
        Not deployed: this is a dry run, and nothing was touched

        It would deploy `[second]`, the head of `main`

        It would cost $12.00 a month

        <details open><summary>What would change in the spec of shop</summary>

        ```diff
        --- before
        +++ after
        @@ -8,7 +8,7 @@
           run_command: do-deploy demo-app serve
           http_port: 8080
           instance_count: 1
        -  instance_size_slug: apps-s-1vcpu-0.5gb
        +  instance_size_slug: apps-s-1vcpu-1gb
           health_check:
             http_path: /health
           envs:
        ```

        </details>
        ");
    })
    .await;
}

#[tokio::test]
async fn another_commit_alone_is_no_difference() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        t.push("main", "second");
        t.push(1, "third");
        for (run, app) in [(t.deploy(), "shop"), (t.preview(1), "shop-pr-1")] {
            let run = run.arg("--dry-run").await;
            run.succeeds().says(&format!("The spec of `{app}` stays as it is"));
            assert!(!run.summary().contains("DO_DEPLOY_COMMIT"), "{run}");
        }
        let second = t.repository.head("main");
        for run in [t.deploy(), t.command(["redeploy"])] {
            let run = run.arg("--dry-run").locally().await;
            run.succeeds().says(&format!("It would deploy `{}`", &second[..7]));
        }
    })
    .await;
}

#[tokio::test]
async fn a_copy_of_what_a_dry_run_prints_is_an_app_spec() {
    let secret = spec(
        "    envs:\n",
        "    envs:\n      - key: STRIPE_KEY\n        type: SECRET\n",
    );
    run_with(Change::whole_app("first").spec(&secret), async |t: &mut Tester| {
        let stripe = t.secret("STRIPE_KEY");
        t.open_pr(1).await;
        let deploy = t.deploy().arg("--dry-run").env("STRIPE_KEY", &stripe).locally().await;
        let preview = t.preview(1).arg("--dry-run").locally().await;
        for (run, name) in [(deploy, "shop"), (preview, "shop-pr-1")] {
            run.succeeds().touches_nothing();
            let printed: serde_json::Value = serde_saphyr::from_str(&run.stdout).expect("YAML");
            assert_eq!(printed["name"], name, "{run}");
        }
        let preview = t.preview(1).arg("--dry-run").await;
        let summary = preview.succeeds().summary();
        let (_, copied) = summary.split_once("```yaml\n").expect("a block of YAML");
        let (copied, _) = copied.split_once("\n```").expect("its end");
        let printed: serde_json::Value = serde_saphyr::from_str(copied).expect("YAML");
        assert_eq!(printed["name"], "shop-pr-1", "{summary}");
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_also_shows_what_the_platform_refuses() {
    let nowhere = spec(
        "instance_size_slug: apps-s-1vcpu-0.5gb",
        "instance_size_slug: apps-s-99vcpu",
    );
    run_with(Change::whole_app("first").spec(&nowhere), async |t: &mut Tester| {
        t.tolerate("apps-s-99vcpu");
        let deploy = t.deploy().arg("--dry-run").await;
        deploy.fails_with(2).touches_nothing().says("apps-s-99vcpu");
    })
    .await;
}

#[tokio::test]
async fn what_the_platform_refuses_is_shown_with_its_file_and_line() {
    let nowhere = spec(PLAIN_SIZE, "instance_size_slug: apps-s-99vcpu\n    health_check");
    run_with(Change::whole_app("first").spec(&nowhere), async |t: &mut Tester| {
        t.tolerate("apps-s-99vcpu");
        t.open_pr(1).await;
        let place = ".do/app.yaml:11:5";
        for run in [
            t.deploy().arg("--dry-run").await,
            t.deploy().await,
            t.preview(1).arg("--dry-run").await,
            t.preview(1).await,
        ] {
            run.fails_with(2)
                .says(place)
                .says("correct what the message names in `.do/app.yaml`");
            assert!(run.summary().contains(place), "{run}");
        }
        t.push("main", Change::version("second").spec(crate::harness::SPEC));
        t.deploy().await.succeeds();
        t.push("main", Change::version("third").spec(&nowhere));
        t.deploy().await.fails_with(2).says(place);
    })
    .await;
}

#[tokio::test]
async fn a_data_centre_is_taken_for_its_region() {
    let fra1 = spec("region: fra", "region: fra1");
    run_with(Change::whole_app("first").spec(&fra1), async |t: &mut Tester| {
        let deploy = t.deploy().await;
        deploy.succeeds().says("`fra1` is a data centre");
        assert_eq!(t.app("shop").await["spec"]["region"], "fra");
        t.open_pr(1).await;
        t.preview(1).await.succeeds().says("`fra1` is a data centre");
    })
    .await;
}
