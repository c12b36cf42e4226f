//! What an app spec leaves to be filled in, and nothing fills in.

use crate::harness::{Change, Tester, run, run_with, spec};

/// The notes service with this as an env's value, in quotes.
fn with_env(value: &str) -> String {
    let envs = format!("http_path: /health\n    envs:\n      - {{key: EXTRA, scope: RUN_TIME, value: \"{value}\"}}\n");
    spec("http_path: /health\n    envs:\n", &envs)
}

#[tokio::test]
async fn a_binding_to_nothing_stops_before_anything_is_touched() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        for (value, said) in [
            ("${wbe.PRIVATE_URL}", "did you mean `${web.PRIVATE_URL}`?"),
            ("${web.PRIVATE_ULR}", "did you mean `${web.PRIVATE_URL}`?"),
            (
                "${migrate.PRIVATE_URL}",
                "the job `migrate` has no variable `PRIVATE_URL`",
            ),
        ] {
            t.push("main", Change::version("second").spec(&with_env(value)));
            let stopped = t.deploy().await;
            stopped
                .fails_with(2)
                .touches_nothing()
                .says(&format!("`EXTRA` of service `web` names `{value}`, but "))
                .says(said)
                .says(".do/app.yaml:15:9");
        }
        t.expect_serving("shop", "first").await;
    })
    .await;
}

#[tokio::test]
async fn a_preview_with_a_binding_to_nothing_is_refused_and_one_that_leaves_it_out_says_so() {
    run_with(Change::whole_app("first"), async |t: &mut Tester| {
        t.open_pr_with(1, Change::version("second").spec(&with_env("${wbe.PRIVATE_URL}")))
            .await;
        let refused = t.preview(1).await;
        refused.fails_with(2).says("did you mean `${web.PRIVATE_URL}`?");
        let bound = with_env("on").replace("sqlite:////tmp/notes.db", "\"${bd.DATABASE_URL}\"");
        t.open_pr_with(2, Change::version("third").spec(&bound)).await;
        let taken = t.preview(2).await;
        taken
            .succeeds()
            .says("`DATABASE_URL` of service `web` names `${bd.DATABASE_URL}`, but the app spec has no component `bd`");
    })
    .await;
}

#[tokio::test]
async fn a_placeholder_never_takes_the_place_of_what_the_live_app_has() {
    run_with(
        Change::whole_app("first").spec(&with_env("https://api.shop.example")),
        async |t: &mut Tester| {
            t.deploy().await.succeeds();
            for value in ["${API_URL}", "https://${API_HOST}", "$API_URL", "{{ API_URL }}"] {
                t.push("main", Change::version("second").spec(&with_env(value)));
                t.deploy().await.succeeds().says("kept env `EXTRA` of service `web`");
                let live = t.app("shop").await["spec"].to_string();
                assert!(
                    live.contains("https://api.shop.example") && !live.contains("API_"),
                    "{live}"
                );
            }
        },
    )
    .await;
}

#[tokio::test]
async fn a_placeholder_that_is_sent_is_a_warning() {
    run_with(Change::whole_app("first").spec(&with_env("%d ${level} ${API_KEY}")), async |t: &mut Tester| {
        let deployed = t.deploy().await;
        deployed
            .succeeds()
            .says("placeholders that nothing fills in are sent as they stand: `${level}` and `${API_KEY}` in `EXTRA` of service `web`");
    })
    .await;
}

#[tokio::test]
async fn a_name_that_is_a_placeholder_is_said_not_to_be_expanded() {
    run_with(
        Change::whole_app("first").spec(&spec("name: shop\n", "name: ${APP_NAME}\n")),
        async |t: &mut Tester| {
            let stopped = t.deploy().await;
            stopped
                .fails_with(2)
                .touches_nothing()
                .says("the name of the app is `${APP_NAME}`: placeholders are not expanded")
                .says(".do/app.yaml:1:");
        },
    )
    .await;
}
