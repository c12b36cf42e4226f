//! An app that is not meant to serve is as it was asked for: said, not judged, not rolled back.

use crate::harness::{Change, Tester, run_with, without_job};

fn first() -> Change {
    Change::whole_app("first").spec(&without_job())
}

/// Deploys with `maintenance` in the spec where it served before, and back.
async fn goes_offline_and_back(maintenance: &str, said: &str) {
    let offline = format!("{}maintenance: {maintenance}\n", without_job());
    let said = said.to_owned();
    run_with(first(), async move |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("main", Change::version("second").spec(&offline));
        let deployed = t.deploy().await;
        deployed
            .succeeds()
            .says(&said)
            .does_not_say("Rolling back")
            .does_not_say("waking");
        assert_eq!(deployed.output("status"), "ready");
        assert!(deployed.summary().contains(&said), "{}", deployed.summary());
        assert_eq!(t.serving("shop").await.0, 503, "the offline page");
        t.command(["verify", "--environment", "production"])
            .await
            .succeeds()
            .says(&said);
        let json = t
            .command(["verify", "--environment", "production", "--json"])
            .locally()
            .await;
        assert_eq!(json.json()["verdict"], "good");
        t.push("main", Change::version("third").spec(&without_job()));
        t.deploy().await.succeeds().does_not_say(&said);
        t.expect_serving("shop", "third").await;
    })
    .await;
}

#[tokio::test]
async fn maintenance_is_kept_and_said() {
    goes_offline_and_back(
        "{enabled: true}",
        "`shop` is in maintenance mode, as its spec says: visitors get the offline page",
    )
    .await;
}

#[tokio::test]
async fn an_archived_app_is_kept_and_said() {
    goes_offline_and_back(
        "{archive: true}",
        "`shop` is archived, as its spec says: none of its components runs",
    )
    .await;
}

#[tokio::test]
async fn a_first_deployment_in_maintenance_is_good() {
    let spec = format!("{}maintenance: {{enabled: true}}\n", without_job());
    let config = "[health]\nchecks = [{ path = \"/admin\", status = 401 }]\n";
    run_with(
        Change::whole_app("first").spec(&spec).config(config),
        async |t: &mut Tester| {
            t.deploy().await.succeeds().says("is in maintenance mode");
        },
    )
    .await;
}
