//! Events that nothing is done about, each with its sentence.

use serde_json::json;

use crate::harness::{Tester, run};

#[tokio::test]
async fn an_event_that_is_not_ours_ends_with_a_sentence() {
    run(async |t: &mut Tester| {
        let nothing = t
            .command(["auto"])
            .on_payload("watch", json!({ "action": "started" }))
            .await;
        nothing.succeeds().touches_nothing().says("watch");
        assert_eq!(nothing.output("status"), "skipped");
    })
    .await;
}

#[tokio::test]
async fn another_repositorys_event_is_refused_and_both_are_named() {
    run(async |t: &mut Tester| {
        let event = t.event("name=push&ref=refs/heads/main").await;
        let of = |name: &str| {
            let mut payload = event.clone();
            payload["repository"]["full_name"] = json!(name);
            t.command(["auto"]).on_payload("push", payload)
        };
        let refused = of("org/notes").await;
        refused
            .fails_with(2)
            .touches_nothing()
            .says("the event is of `org/notes`, and the run is about `org/shop`");
        assert_eq!(refused.requests(), Vec::<String>::new());
        of("Org/Shop").await.succeeds();
        let mut bare = t.event("name=schedule").await;
        bare.as_object_mut().unwrap().remove("repository");
        t.command(["auto"]).on_payload("schedule", bare).await.succeeds();
    })
    .await;
}

#[tokio::test]
async fn what_is_not_acted_on_is_explained_in_log_and_summary() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        for (event, query, why) in [
            ("delete", "name=delete&ref=feature-1", "GitHub closes the pull requests"),
            ("merge_group", "name=merge_group", "merge queue"),
            (
                "repository_dispatch",
                "name=repository_dispatch&event_type=other",
                "of type `other`",
            ),
            ("release", "name=release&action=published", "releases are not"),
            (
                "deployment_status",
                "name=deployment_status&action=created",
                "what do-deploy itself writes",
            ),
        ] {
            let nothing = t.command(["auto"]).on_event(event, query).await;
            nothing.succeeds().touches_nothing().says(why);
            assert!(nothing.summary().contains(why), "{}", nothing.summary());
            assert_eq!(nothing.output("status"), "skipped");
        }
    })
    .await;
}

#[tokio::test]
async fn a_comment_that_is_not_a_command_starts_nothing() {
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let body = json!({ "body": "Looks good" });
        let comment = t
            .github("POST", "/repos/org/shop/issues/1/comments", Some(&body))
            .await
            .expect(201);
        let query = format!("name=issue_comment&comment_id={}", comment["id"]);
        let mut payload = t.event(&query).await;
        payload["comment"]["user"] = json!({ "login": "maintainer", "type": "User" });
        let nothing = t.command(["auto"]).on_payload("issue_comment", payload).await;
        nothing.succeeds().touches_nothing().says("first line is not a command");
    })
    .await;
}
