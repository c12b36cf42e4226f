//! What people without the right to push, apps, and files that others leave can try, and what of it has no effect.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::{Api, Change, DIGITALOCEAN_TOKEN, GITHUB_TOKEN, SPEC, Tester, marks, run};

/// Everything that a comment can ask for, production's words too.
const COMMANDS: [&str; 11] = [
    "/preview",
    "/redeploy",
    "/redeploy force-build",
    "/logs run",
    "/status",
    "/wake",
    "/teardown",
    "/help",
    "/deploy",
    "/rollback",
    "/redeploy production",
];

/// The ids of an app's deployments, which change whenever somebody deploys.
async fn deployed(t: &Tester, name: &str) -> Vec<String> {
    let rollouts = t.rollouts(name).await;
    rollouts.iter().map(|rollout| rollout["id"].to_string()).collect()
}

/// Writes a comment as somebody, and runs what GitHub starts for it.
async fn comments(t: &Tester, who: &str, body: &str) -> std::sync::Arc<crate::harness::Run> {
    let written = t
        .call_as(
            &format!("user:{who}"),
            Api::GitHub,
            "POST",
            "/repos/org/shop/issues/1/comments",
            Some(&json!({ "body": body })),
        )
        .await
        .expect(201);
    t.command(["auto"])
        .on_event(
            "issue_comment",
            &format!("name=issue_comment&comment_id={}", written["id"]),
        )
        .await
}

/// What the action's own account has written on the pull request.
async fn ours(t: &Tester) -> Vec<String> {
    let all = t.comments(1).await;
    let ours = all
        .iter()
        .filter(|comment| comment["user"]["login"] == "github-actions[bot]");
    ours.map(|comment| comment["body"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn no_command_of_somebody_who_may_not_push_reaches_digitalocean() {
    holds!(
        "a stranger",
        ["use a token", "deploy production", "read other code", "remove"]
    );
    holds!(
        "a reader",
        ["use a token", "deploy production", "read other code", "remove"]
    );
    holds!("a triager", ["use a token", "deploy production", "read other code"]);
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let before = (deployed(t, "shop").await, deployed(t, "shop-pr-1").await, ours(t).await);
        for role in ["none", "read", "triage"] {
            t.account(&json!({ "permissions": { "somebody": role } })).await;
            for command in COMMANDS {
                let ended = comments(t, "somebody", command).await;
                assert_eq!(ended.succeeds().output("status"), "skipped", "{ended}");
                let asked = ended.requests();
                let of_the_cloud: Vec<&String> = asked.iter().filter(|it| it.contains(" /v2/")).collect();
                assert_eq!(of_the_cloud, Vec::<&String>::new(), "{role}: {command}");
                ended.touches_nothing();
            }
        }
        let after = (deployed(t, "shop").await, deployed(t, "shop-pr-1").await, ours(t).await);
        assert_eq!(before, after);
    })
    .await;
}

#[tokio::test]
async fn no_command_in_a_comment_reaches_production() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        let before = deployed(t, "shop").await;
        t.account(&json!({ "permissions": { "somebody": "admin" } })).await;
        for command in COMMANDS {
            let ended = comments(t, "somebody", command).await;
            let production = t.app("shop").await["id"].as_str().unwrap().to_owned();
            let touched: Vec<String> = ended
                .changes()
                .into_iter()
                .filter(|it| it.contains(&production))
                .collect();
            assert_eq!(touched, Vec::<String>::new(), "{command}");
        }
        assert_eq!(deployed(t, "shop").await, before);
    })
    .await;
}

/// A repository may be set to give its secrets to forks: GitHub's half of the wall is gone then.
#[tokio::test]
async fn a_forks_pull_request_moves_nothing_even_where_its_run_has_the_token() {
    holds!(
        "a stranger",
        [
            "use a token",
            "deploy production",
            "read a secret",
            "read other code",
            "remove"
        ]
    );
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.push("feature-1", "first");
        t.open_pr_as(
            1,
            json!({ "head": "stranger:feature-1", "base": "main", "title": "Fork" }),
        )
        .await;
        // Somebody in this repository has the app that the fork's number stands for.
        let id = t.repository_id().await;
        t.somebody_creates("shop-pr-2", marks(id, "pr-2")).await;
        let before = (t.app_names().await, deployed(t, "shop").await);
        for action in [
            "opened",
            "synchronize",
            "labeled",
            "reopened",
            "ready_for_review",
            "edited",
        ] {
            let ended = t.auto_pull_request(1, action).await;
            let cloud: Vec<String> = ended.changes().into_iter().filter(|it| it.contains(" /v2/")).collect();
            assert_eq!(cloud, Vec::<String>::new(), "{action}: {ended}");
            assert_eq!(ended.output("status"), "skipped", "{action}: {ended}");
        }
        t.close_pr(1).await;
        t.auto_pull_request(1, "closed").await.succeeds().touches_nothing();
        assert_eq!((t.app_names().await, deployed(t, "shop").await), before);
    })
    .await;
}

#[tokio::test]
async fn an_app_is_given_nothing_of_the_run_that_deploys_it() {
    holds!("an app", ["use a token", "deploy production", "remove"]);
    run(async |t: &mut Tester| {
        let others = BTreeMap::from([
            ("ACTIONS_RUNTIME_TOKEN", t.secret("ACTIONS_RUNTIME_TOKEN")),
            (
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
                t.secret("ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
            ),
            ("NPM_TOKEN", t.secret("NPM_TOKEN")),
            ("STRIPE_KEY", t.secret("STRIPE_KEY")),
        ]);
        t.open_pr(1).await;
        for step in [t.deploy(), t.preview(1)] {
            let step = others.iter().fold(step, |step, (name, value)| step.env(name, value));
            step.await.succeeds();
        }
        let sent: Vec<Value> = [t.bodies("POST", "/v2/apps"), t.bodies("PUT", "")].concat();
        assert!(sent.len() >= 2, "{sent:#?}");
        let sent = serde_json::to_string(&sent).unwrap();
        for secret in others
            .values()
            .map(String::as_str)
            .chain([DIGITALOCEAN_TOKEN, GITHUB_TOKEN])
        {
            assert!(!sent.contains(secret), "{secret} was sent in an app's spec");
        }
    })
    .await;
}

/// Closing a pull request, or taking the label away, ends its preview and nothing else.
#[tokio::test]
async fn a_closed_pull_request_takes_its_own_preview_alone() {
    holds!("a triager", ["remove"]);
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        for number in [1, 2] {
            t.open_pr(number).await;
            t.preview(number).await.succeeds();
        }
        t.close_pr(1).await;
        t.auto_pull_request(1, "closed").await.succeeds();
        assert_eq!(t.app_names().await, ["shop", "shop-pr-2"]);
    })
    .await;
}

#[tokio::test]
async fn a_comment_with_our_mark_by_somebody_else_changes_nothing_of_ours() {
    holds!("a stranger", ["lie in a comment"]);
    holds!("a reader", ["lie in a comment"]);
    holds!("a triager", ["lie in a comment"]);
    run(async |t: &mut Tester| {
        t.open_pr(1).await;
        t.preview(1).await.succeeds();
        // Ours word by word, but for a newer run than any and another address.
        let ours = t.comment(1).await;
        let url = t.url_of("shop-pr-1").await;
        let run = regex_lite::Regex::new(r"<!-- run:[0-9:]+ -->").unwrap();
        let fake = run
            .replace(&ours, "<!-- run:9999999999:1 -->")
            .replace(&url, "https://evil.example");
        assert!(fake.contains("evil.example") && fake.contains("9999999999"), "{fake}");
        for who in ["stranger", "reader", "triager"] {
            let path = "/repos/org/shop/issues/1/comments";
            let body = json!({ "body": fake });
            t.call_as(&format!("user:{who}"), Api::GitHub, "POST", path, Some(&body))
                .await
                .expect(201);
        }
        t.push(1, "second");
        t.preview(1).await.succeeds();
        let all = t.comments(1).await;
        let of = |login: &str| -> Vec<&str> {
            let written = all.iter().filter(|comment| comment["user"]["login"] == login);
            written.map(|comment| comment["body"].as_str().unwrap()).collect()
        };
        for who in ["stranger", "reader", "triager"] {
            assert_eq!(of(who), [fake.as_str()], "theirs stays theirs");
        }
        let ours = of("github-actions[bot]");
        assert_eq!(ours.len(), 1, "{ours:#?}");
        let second = t.repository.head("feature-1")[..7].to_owned();
        assert!(
            ours[0].contains(&second) && ours[0].contains(&url) && !ours[0].contains("evil"),
            "{}",
            ours[0]
        );
    })
    .await;
}

/// Another repository of the team calls its app `blog`: what a pull request writes must not take the name of its previews.
#[tokio::test]
async fn a_pull_request_does_not_choose_the_name_of_its_preview() {
    holds!("a writer, with the isolated workflows", ["slow down"]);
    run(async |t: &mut Tester| {
        let squats = |label: &str| Change::version(label).spec(&SPEC.replacen("name: shop", "name: blog", 1));
        t.open_pr_with(1, squats("second")).await;
        let preview = t.preview(1).await;
        preview.succeeds().says(
            "The app is called `blog` in this pull request: until the merge its preview is named after `shop`, as on `main`",
        );
        assert_eq!(t.app_names().await, ["shop-pr-1"]);
        t.expect_serving("shop-pr-1", "second").await;
        t.command(["verify", "--pr", "1"]).await.succeeds();
        t.push(1, squats("third"));
        t.preview(1).await.succeeds();
        t.expect_serving("shop-pr-1", "third").await;
        t.close_pr(1).await;
        t.teardown(1).await.succeeds();
        assert_eq!(t.app_names().await, Vec::<String>::new());
        // Where the default branch has none yet, the pull request's is the only one.
        t.push("main", Change::version("fourth").without(".do/app.yaml"));
        t.open_pr_with(2, squats("fifth")).await;
        t.preview(2).await.succeeds();
        assert_eq!(t.app_names().await, ["blog-pr-2"]);
    })
    .await;
}
