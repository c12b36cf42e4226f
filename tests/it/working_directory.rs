//! `--working-directory`: spec and configuration of one folder of the repository, with and without a checkout.

use crate::harness::{Change, Tester, run, run_with, spec};

/// The whole app, with its spec in a folder.
fn in_a_folder() -> Change {
    let moved = Change::whole_app("first").file("web/.do/app.yaml", &spec("", ""));
    moved.file(".do/app.yaml", "name: another\nservices: []\n")
}

#[tokio::test]
async fn the_spec_of_the_folder_is_deployed_from_a_checkout_and_without_one() {
    run_with(in_a_folder(), async |t: &mut Tester| {
        let folder = ["--working-directory", "web"];
        let pushed = t.auto_push("main").args(folder).await;
        pushed.succeeds();
        t.expect_serving("shop", "first").await;
        // A dispatched run's checkout is another commit: everything comes from GitHub.
        let dispatched = t
            .command(["auto"])
            .on_event("workflow_dispatch", "name=workflow_dispatch");
        dispatched.args(folder).await.succeeds();
        assert_eq!(t.app_names().await, ["shop"]);
    })
    .await;
}

#[tokio::test]
async fn a_folder_that_does_not_exist_is_named() {
    run(async |t: &mut Tester| {
        for invocation in [t.deploy(), t.deploy().without_checkout()] {
            let wrong = invocation.args(["--working-directory", "nowhere"]).await;
            wrong.fails_with(2).touches_nothing().says("looked in `nowhere` for");
            wrong.says("correct `--working-directory`");
        }
        let outside = t
            .deploy()
            .without_checkout()
            .args(["--working-directory", "../../.."])
            .await;
        outside
            .fails_with(2)
            .touches_nothing()
            .says("not a folder in the repository");
        let absolute = t.deploy().args(["--working-directory", "/nowhere"]).await;
        absolute
            .fails_with(2)
            .touches_nothing()
            .says("there is no folder `/nowhere`");
        absolute.says("correct `--working-directory`");
    })
    .await;
}
