//! Apps that exist already: adopted where nothing is lost, refused where they are not ours.

use serde_json::{Value, json};

use crate::harness::{Change, SPEC, Tester, app_env, run, run_with};

// Adoption

#[tokio::test]
async fn adopts_an_app_that_was_made_by_hand() {
    run(async |t: &mut Tester| {
        t.app_by_hand("shop", |_| {}).await;
        let id = t.app("shop").await["id"].clone();
        t.deploy().await.succeeds().says("adopt");
        let app = t.app("shop").await;
        assert_eq!(app["id"], id);
        assert_eq!(app_env(&app, "DO_DEPLOY_ENVIRONMENT")["value"], "production");
    })
    .await;
}

#[tokio::test]
async fn does_not_adopt_an_app_that_has_what_the_file_lacks() {
    let extra = |spec: &mut Value| spec["services"][0]["envs"] = json!([{ "key": "BY_HAND", "value": "1" }]);
    run(async |t: &mut Tester| {
        t.app_by_hand("shop", extra).await;
        let refused = t.deploy().await;
        insta::assert_snapshot!(t.log(refused.fails_with(2).touches_nothing()), @"
        ::error file=.do/app.yaml,line=1,col=1::.do/app.yaml:1:1: app `shop` has settings that the file lacks: an update would remove env `BY_HAND` of service `web`%0Ahint: add them to the file, or agree to their loss with `adopt = true` in `[production]`
        ");
    })
    .await;
}

#[tokio::test]
async fn adopts_it_anyway_when_the_configuration_says_so() {
    let extra = |spec: &mut Value| spec["services"][0]["envs"] = json!([{ "key": "BY_HAND", "value": "1" }]);
    run_with(
        Change::whole_app("first").config("[production]\nadopt = true\n"),
        async |t: &mut Tester| {
            t.app_by_hand("shop", extra).await;
            t.deploy().await.succeeds();
            t.expect_serving("shop", "first").await;
        },
    )
    .await;
}

#[tokio::test]
async fn refuses_an_app_that_belongs_to_another_repository() {
    holds!("a neighbour", ["deploy production"]);
    let foreign = |spec: &mut Value| {
        spec["envs"] = json!([
            { "key": "DO_DEPLOY_REPOSITORY", "scope": "RUN_TIME", "value": "1" },
            { "key": "DO_DEPLOY_ENVIRONMENT", "scope": "RUN_TIME", "value": "production" },
        ]);
    };
    run_with(
        Change::whole_app("first").config("[production]\nadopt = true\n"),
        async |t: &mut Tester| {
            t.app_by_hand("shop", foreign).await;
            t.deploy()
                .await
                .fails_with(2)
                .touches_nothing()
                .says("another repository");
        },
    )
    .await;
}

#[tokio::test]
async fn staging_does_not_adopt_productions_app() {
    holds!("a neighbour", ["deploy production"]);
    let config = "[environments.staging]\nbranch = \"develop\"\nspec = \".do/app.yaml\"\nadopt = true\n";
    run_with(Change::whole_app("first").config(config), async |t: &mut Tester| {
        t.push("develop", "next");
        t.app_by_hand("shop", |_| {}).await;
        let staging = t.command(["deploy", "--environment", "staging"]).at("develop").await;
        staging
            .fails_with(2)
            .touches_nothing()
            .says("an app called `shop` exists and may be the one of production")
            .says("`[environments.staging]`");
        t.expect_serving("shop", "first").await;
        t.deploy().await.succeeds().says("adopted");
    })
    .await;
}

#[tokio::test]
async fn staging_does_not_adopt_productions_app_of_the_same_branch() {
    let same_name = "[environments.staging]\nbranch = \"main\"\nspec = \".do/app.yaml\"\nadopt = true\n";
    run_with(Change::whole_app("first").config(same_name), async |t: &mut Tester| {
        t.app_by_hand("shop", |_| {}).await;
        let staging = t.command(["deploy", "--environment", "staging"]).await;
        staging
            .fails_with(2)
            .touches_nothing()
            .says("an app called `shop` exists and may be the one of production")
            .says("the app spec of production has the same `name`");
        t.deploy().await.succeeds().says("adopted");
    })
    .await;
    let config = "[environments.staging]\nbranch = \"main\"\nspec = \"staging.yaml\"\n";
    let own = SPEC.replace("name: shop", "name: shop-staging");
    let first = Change::whole_app("first").config(config).file("staging.yaml", &own);
    run_with(first, async move |t: &mut Tester| {
        t.app_by_hand("shop-staging", |_| {}).await;
        let staging = t.command(["deploy", "--environment", "staging"]).await;
        staging
            .fails_with(2)
            .touches_nothing()
            .says("production and staging both deploy `main`")
            .says("`adopt = true` in `[environments.staging]`");
        t.push(
            "main",
            Change::version("second").config(&format!("{config}adopt = true\n")),
        );
        let agreed = t.command(["deploy", "--environment", "staging"]).await;
        agreed.succeeds().says("adopted");
        t.expect_serving("shop-staging", "second").await;
    })
    .await;
}
