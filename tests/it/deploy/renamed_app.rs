//! An app that is renamed in the file does not become a second, empty one without a word.

use serde_json::json;

use crate::harness::{Change, SPEC, Tester, marks, run};

fn renamed() -> Change {
    Change::version("second").spec(&SPEC.replace("name: shop", "name: shop2"))
}

#[tokio::test]
async fn a_renamed_app_is_created_only_by_consent() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", renamed());
        for refused in [
            t.deploy().await,
            t.deploy().arg("--dry-run").await,
            t.auto_push("main").await,
        ] {
            refused
                .fails_with(2)
                .touches_nothing()
                .says("would create `shop2`, but production of this repository is `shop`")
                .says("--replace name");
        }
        assert_eq!(t.app_names().await, ["shop"]);
        let agreed = t.deploy().args(["--replace", "name"]).await;
        agreed.succeeds().says("agreed to create a second app");
        t.deploy().await.succeeds();
        let again = t.deploy().args(["--replace", "name"]).await;
        again.fails_with(2).touches_nothing();
    })
    .await;
}

#[tokio::test]
async fn apps_of_other_repositories_and_environments_are_in_the_way_of_none() {
    run(async |t: &mut Tester| {
        let ours = t.repository_id().await;
        t.somebody_creates("other", marks(ours + 1, "production")).await;
        t.somebody_creates("staging", marks(ours, "staging")).await;
        t.somebody_creates("unmarked", json!([])).await;
        t.deploy()
            .args(["--replace", "name"])
            .await
            .fails_with(2)
            .touches_nothing();
        t.deploy().await.succeeds();
    })
    .await;
}
