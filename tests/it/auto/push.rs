//! What a push starts: a deployment of its branch, or nothing and the reason.

use crate::harness::{Change, SPEC, Tester, run, run_with};

#[tokio::test]
async fn a_push_to_the_default_branch_deploys_production() {
    run(async |t: &mut Tester| {
        let deployed = t.auto_push("main").await;
        assert_eq!(deployed.succeeds().output("environment"), "production");
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_push_to_another_branch_does_nothing_and_says_why() {
    holds!("a writer", ["deploy production"]);
    run(async |t: &mut Tester| {
        t.push("other", "second");
        let nothing = t.auto_push("other").await;
        assert_eq!(
            nothing.succeeds().touches_nothing().says("other").output("status"),
            "skipped"
        );
    })
    .await;
}

#[tokio::test]
async fn a_branch_whose_own_file_makes_it_an_environments_learns_that_the_file_has_no_say() {
    holds!("a writer", ["deploy production"]);
    run(async |t: &mut Tester| {
        let sly = "[production]\nbranch = \"sly\"\n[environments.staging]\nbranch = \"sly\"\nspec = \"s.yaml\"\n";
        t.push("sly", Change::version("second").config(sly));
        for at in ["sly", "main"] {
            let pushed = t.auto_push("sly").at(at).await;
            let said = "`sly` is not deployed anywhere. Its own `do-deploy.toml` says that `production` and `staging` are \
                        deployed from `sly`: that counts on `main` alone";
            pushed.succeeds().touches_nothing().says(said);
            assert!(pushed.summary().contains("counts on `main` alone"), "{pushed}");
            assert_eq!(pushed.output("status"), "skipped");
        }
        t.push("broken", Change::version("third").config("[production\n"));
        let pushed = t.auto_push("broken").at("main").await;
        pushed
            .succeeds()
            .touches_nothing()
            .says("`broken` is not deployed anywhere")
            .does_not_say("do-deploy.toml");
    })
    .await;
}

#[tokio::test]
async fn a_push_to_a_named_environments_branch_deploys_it() {
    let config = "[environments.staging]\nbranch = \"staging\"\nspec = \".do/staging.yaml\"\n";
    let staging =
        crate::harness::spec("name: shop\n", "name: shop-staging\n").replace("branch: main", "branch: staging");
    let first = Change::whole_app("first")
        .config(config)
        .file(".do/staging.yaml", &staging);
    run_with(first, async |t: &mut Tester| {
        t.push("staging", "next");
        assert_eq!(t.auto_push("staging").await.succeeds().output("environment"), "staging");
        t.expect_serving("shop-staging", "next").await;
    })
    .await;
}

#[tokio::test]
async fn a_tag_and_a_deleted_branch_deploy_nothing() {
    run(async |t: &mut Tester| {
        t.repository.git(&["tag", "v1"]);
        let pushed = |query: &str| t.command(["auto"]).on_event("push", query);
        let tag = pushed("name=push&ref=refs/tags/v1").await;
        tag.succeeds().touches_nothing().says("`v1` is a tag");
        assert_eq!(tag.output("status"), "skipped");
        let gone = pushed("name=push&ref=refs/heads/gone").await;
        gone.succeeds().touches_nothing().says("a deletion");
        assert_eq!(gone.output("status"), "skipped");
    })
    .await;
}

#[tokio::test]
async fn a_commit_that_says_so_is_not_deployed_and_the_next_one_is() {
    run(async |t: &mut Tester| {
        t.push(
            "main",
            Change {
                label: "Correct a typo [Skip Deploy]".to_owned(),
                ..Change::version("typo")
            },
        );
        let nothing = t.auto_push("main").await;
        nothing.succeeds().touches_nothing().says("`[skip deploy]`");
        assert_eq!(nothing.output("status"), "skipped");
        t.push("main", "second");
        assert_eq!(t.auto_push("main").await.succeeds().output("status"), "ready");
        t.expect_serving("shop", "second").await;
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_of_a_push_shows_the_plan_and_touches_nothing() {
    run(async |t: &mut Tester| {
        let dry = t.auto_push("main").arg("--dry-run").await;
        dry.succeeds().touches_nothing().says("deploy production");
        assert_eq!(dry.output("status"), "skipped");
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_flag_of_a_dispatched_run_is_refused_on_a_push() {
    run(async |t: &mut Tester| {
        t.auto_push("main")
            .args(["--pr", "3"])
            .await
            .fails_with(2)
            .touches_nothing()
            .says("`auto` takes no `--environment` or `--pr` on `push`");
    })
    .await;
}

#[tokio::test]
async fn a_push_to_the_branch_of_two_environments_deploys_the_one_that_its_workflow_names() {
    let config = "# Both follow main.\n[environments.staging]\nspec = \"staging.yaml\"\nbranch = \"main\"\n";
    let staging = SPEC.replace("name: shop", "name: shop-staging");
    let first = Change::whole_app("first").config(config).file("staging.yaml", &staging);
    run_with(first, async |t: &mut Tester| {
        let silent = t.auto_push("main").await;
        silent
            .fails_with(2)
            .touches_nothing()
            .says("do-deploy.toml:4:1: `production`, `staging` are all deployed from `main`")
            .says("`--environment NAME`");
        for (name, app) in [("staging", "shop-staging"), ("production", "shop")] {
            t.auto_push("main").args(["--environment", name]).await.succeeds();
            t.expect_serving(app, "first").await;
        }
        t.push("topic", "second");
        let elsewhere = t.auto_push("topic").args(["--environment", "staging"]).await;
        elsewhere.succeeds().says("`topic` is not deployed anywhere");
    })
    .await;
}
