//! Where production goes back to: never to what was bad, and never at the cost of something without consent.

use serde_json::json;

use crate::harness::{Call, Change, FAILING_CHECK, Tester, fault, run_with, without_job};

const DOMAIN: &str = "domains:\n  - {domain: shop.example, type: PRIMARY}\n";

fn first() -> Change {
    Change::whole_app("first").spec(&without_job())
}

#[tokio::test]
async fn a_rollback_by_a_person_after_an_automatic_one_never_leads_back_to_the_bad_version() {
    run_with(first(), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        t.deploy().await.succeeds();
        t.push("main", Change::version("bad").config(FAILING_CHECK));
        t.deploy().await.fails_with(1).says("Rolled back to deployment");
        t.expect_serving("shop", "second").await;
        let again = t.command(["rollback"]).await;
        again
            .fails_with(2)
            .says("`shop` is rolled back already")
            .touches_nothing();
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_version_that_failed_its_checks_is_not_a_rollback_target() {
    run_with(first().config(FAILING_CHECK), async |t: &mut Tester| {
        // Nothing to go back to: it stays.
        t.deploy().await.fails_with(1);
        t.push("main", "second");
        let second = t.deploy().await;
        second
            .fails_with(1)
            .says("Not rolled back: `")
            .says("which came before, was found bad as well");
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_rollback_does_not_drop_a_domain_without_consent() {
    run_with(first(), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", Change::version("second").spec(&(without_job() + DOMAIN)));
        t.deploy().await.succeeds();
        for refused in [
            t.command(["rollback"]).await,
            t.command(["rollback", "--dry-run"]).await,
        ] {
            refused
                .fails_with(2)
                .touches_nothing()
                .says("would drop the domain `shop.example`")
                .says("--replace domains.shop.example");
        }
        t.command(["rollback", "--replace", "vpc"])
            .await
            .fails_with(2)
            .touches_nothing();
        t.command(["rollback", "--replace", "domains.shop.example"])
            .await
            .succeeds();
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn the_same_commit_that_was_good_before_is_not_replaced_by_an_older_one() {
    run_with(first(), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        t.deploy().await.succeeds();
        // The outside world changes, not the commit.
        let config = t.work().join("other.toml");
        std::fs::write(&config, FAILING_CHECK).unwrap();
        let again = t.deploy().args(["--config", config.to_str().unwrap()]).await;
        again
            .fails_with(1)
            .says("Not rolled back")
            .says("was found good when it was deployed before");
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_rollback_needs_nothing_of_what_the_head_has_broken() {
    for (file, text) in [
        (".do/app.yaml", "name: [shop\n"),
        (".do/app.yaml", "name: store\nservices: []\n"),
        ("do-deploy.toml", "adpt = true\n"),
    ] {
        run_with(first(), async |t: &mut Tester| {
            t.deploy().await.succeeds();
            t.push("main", "second");
            t.deploy().await.succeeds();
            t.push("main", Change::version("broken").file(file, text));
            let back = t.command(["rollback"]).await;
            back.succeeds().says("`shop` is known by its marks");
            t.expect_serving("shop", "first").await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_pin_is_not_taken_off_for_a_rollback_that_cannot_be_made() {
    let with_database = without_job() + "databases:\n  - {name: db, engine: PG}\n";
    run_with(first().spec(&with_database), async |t: &mut Tester| {
        let oldest = t.deploy().await.succeeds().output("deployment-id");
        t.push("main", Change::version("second").spec(&without_job()));
        t.deploy().args(["--replace", "databases.db"]).await.succeeds();
        t.push("main", "third");
        t.deploy().await.succeeds();
        t.command(["rollback"]).await.succeeds();
        t.expect_serving("shop", "second").await;
        for to in [oldest.as_str(), "0123456789abcdef0123456789abcdef01234567"] {
            let refused = t.command(["rollback", "--to", to]).await;
            refused.fails_with(2).touches_nothing().says("cannot go back to");
            assert!(!t.app("shop").await["pinned_deployment"].is_null());
        }
    })
    .await;
}

#[tokio::test]
async fn a_release_that_is_refused_says_that_the_pin_is_off() {
    run_with(first(), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", "second");
        t.deploy().await.succeeds();
        t.command(["rollback"]).await.succeeds();
        t.fault(fault::invalid_on(Call::UpdateApp)).await;
        let refused = t.deploy().arg("--release").await;
        refused.fails_with(3).says("`shop` is no longer pinned");
        assert!(
            refused.summary().contains("is no longer pinned"),
            "{}",
            refused.summary()
        );
    })
    .await;
}

#[tokio::test]
async fn a_start_command_that_migrates_is_never_rolled_back_over() {
    let spec = without_job().replace(
        "run_command: do-deploy",
        "run_command: do-deploy demo-app migrate && do-deploy",
    );
    run_with(first().spec(&spec), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", Change::version("second").config(FAILING_CHECK));
        let failed = t.deploy().await;
        failed.fails_with(1).says("Not rolled back");
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_forced_build_is_the_same_commit_of_the_same_branch_and_announces_nothing_else() {
    run_with(first(), async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", Change::version("second").spec(&(without_job() + DOMAIN)));
        let other = t.command(["redeploy", "--force-build"]).await;
        other
            .fails_with(2)
            .touches_nothing()
            .says("a forced build builds the head of the branch");
        t.deploy().await.succeeds();

        t.push("develop", "third");
        t.change_in_panel("shop", |spec| {
            spec["services"][0]["github"]["branch"] = json!("develop");
        })
        .await;
        let other = t.command(["redeploy", "--force-build"]).await;
        other.fails_with(2).touches_nothing();
        t.deploy().await.succeeds();
        assert_eq!(t.app("shop").await["spec"]["services"][0]["github"]["branch"], "main");
        let forced = t.command(["redeploy", "--force-build"]).await;
        forced
            .succeeds()
            .does_not_say("deploy_on_push")
            .does_not_say("instead of");
    })
    .await;
}
