//! Whose comments are commands.

use serde_json::json;

use super::{MAINTAINER, on_comment, ours, reactions, says, with_maintainer};
use crate::harness::{Call, Tester, fault, run};

#[tokio::test]
async fn only_who_may_push_may_command() {
    holds!("a stranger", ["use a token"]);
    holds!("a reader", ["use a token"]);
    holds!("a triager", ["use a token"]);
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        for (role, may) in [
            ("none", false),
            ("read", false),
            ("triage", false),
            ("write", true),
            ("maintain", true),
            ("admin", true),
        ] {
            t.account(&json!({ "permissions": { "someone": role } })).await;
            let comment = says(t, "someone", 1, "/status").await;
            let run = on_comment(t, comment).await;
            assert_eq!(run.succeeds().output("status"), "skipped");
            let expected: &[&str] = if may { &["eyes", "-1"] } else { &[] };
            assert_eq!(reactions(t, comment).await, expected, "{role}");
            assert_eq!(ours(t, 1).await.contains("there is no preview"), may, "{role}");
            if !may {
                run.says("may not give commands");
                assert!(run.summary().contains("may not give commands"), "{run}");
                run.touches_nothing();
                assert_eq!(run.requests().len(), 1, "GitHub's hour is short: {run}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_github_calls_a_member_is_not_asked() {
    holds!("a reader", ["use a token"]);
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        let comment = says(t, "reader", 1, "/preview").await;
        let mut payload = t.event(&format!("name=issue_comment&comment_id={comment}")).await;
        payload["comment"]["author_association"] = json!("MEMBER");
        let run = t.command(["auto"]).on_payload("issue_comment", payload).await;
        run.succeeds().says("may not give commands");
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_bots_comment_is_not_a_command() {
    run(async |t: &mut Tester| {
        t.account(&json!({ "permissions": { "helper[bot]": "write", "github-actions[bot]": "write" } }))
            .await;
        t.open_pr(1).await;
        for bot in ["helper[bot]", "github-actions[bot]"] {
            let comment = says(t, bot, 1, "/preview").await;
            let run = on_comment(t, comment).await;
            run.succeeds().touches_nothing().says("a bot wrote the comment");
            assert_eq!(
                (run.output("status"), run.output("environment")),
                ("skipped".into(), "pr-1".into())
            );
        }
    })
    .await;
}

#[tokio::test]
async fn only_a_new_comment_that_begins_with_a_command_is_one() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        for body in ["LGTM", "please\n/preview", "/etc/hosts is wrong", "> /preview"] {
            let comment = says(t, MAINTAINER, 1, body).await;
            on_comment(t, comment)
                .await
                .succeeds()
                .touches_nothing()
                .says("is not a command");
        }
        let comment = says(t, MAINTAINER, 1, "/preview").await;
        for action in ["edited", "deleted"] {
            let query = format!("name=issue_comment&action={action}&comment_id={comment}");
            let run = t.command(["auto"]).on_event("issue_comment", &query).await;
            run.succeeds().touches_nothing().says("only a new comment");
        }
        let mut payload = t.event(&format!("name=issue_comment&comment_id={comment}")).await;
        payload["issue"]
            .as_object_mut()
            .expect("an issue")
            .remove("pull_request");
        let run = t.command(["auto"]).on_payload("issue_comment", payload).await;
        run.succeeds().touches_nothing().says("not on a pull request");
    })
    .await;
}

#[tokio::test]
async fn a_permission_that_cannot_be_read_counts_as_none() {
    run(async |t: &mut Tester| {
        with_maintainer(t).await;
        t.open_pr(1).await;
        let comment = says(t, MAINTAINER, 1, "/preview").await;
        t.fault(fault::forbidden_on(Call::ReadPermission)).await;
        let run = on_comment(t, comment).await;
        run.fails_with(2);
        assert_eq!(t.app_names().await, Vec::<String>::new());
        assert_eq!(
            (ours(t, 1).await, reactions(t, comment).await),
            (String::new(), Vec::new())
        );
    })
    .await;
}
