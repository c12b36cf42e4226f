//! What a preview may be built from: nothing that the default branch's app spec does not name.

use serde_json::json;

use crate::harness::{Change, SPEC, Tester, run, run_with, spec, without_job};

/// The notes service's spec with more below its service.
fn with(more: &str) -> String {
    without_job() + more
}

#[tokio::test]
async fn a_pull_request_cannot_read_another_repository() {
    holds!("a writer, with the isolated workflows", ["read other code"]);
    holds!("an app", ["read other code"]);
    let main = with("workers:\n  - {name: lib, github: {repo: org/lib, branch: main}}\n");
    let first = Change::whole_app("first").spec(&main);
    run_with(first, async |t: &mut Tester| {
        t.open_pr(1).await;
        for (list, source, shown) in [
            (
                "workers",
                "github: {repo: org/secret, branch: main}",
                "is built from `org/secret`",
            ),
            (
                "services",
                "gitlab: {repo: org/shop, branch: main}",
                "is built from `org/shop`",
            ),
            (
                "static_sites",
                "git: {repo_clone_url: 'https://example.com/github.com/org/shop.git', branch: main}",
                "is built from `https://example.com/github.com/org/shop.git`",
            ),
            (
                "workers",
                "image: {registry_type: DOCR, repository: secret, tag: v1}",
                "runs the image `secret:v1`",
            ),
        ] {
            let spy = format!("{{name: spy, {source}, run_command: 'cat secret.txt; exit 3'}}");
            let changed = match list {
                "services" => without_job().replace("services:\n", &format!("services:\n  - {spy}\n")),
                list => with(&format!("{list}:\n  - {spy}\n")),
            };
            for by_hand in ["", "[preview]\nspec = \".do/app.yaml\"\n"] {
                t.push("main", Change::version("policy").config(by_hand));
                t.push(1, Change::version("spy").spec(&changed));
                for invocation in [t.preview(1), t.auto_pull_request(1, "synchronize")] {
                    let refused = invocation.await;
                    refused
                        .fails_with(2)
                        .says("a preview has no source that the app spec of `main` does not name")
                        .says(&format!("`spy` {shown}"));
                    assert!(refused.comment(1).contains(shown), "{refused}");
                }
            }
        }
        assert_eq!(t.app_names().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn before_the_first_spec_is_merged_a_preview_is_this_repositorys_and_small() {
    let first = Change::whole_app("first").without(".do/app.yaml");
    run_with(first, async |t: &mut Tester| {
        let big = spec(
            "instance_size_slug: apps-s-1vcpu-0.5gb\n    health",
            "instance_size_slug: apps-s-1vcpu-1gb\n    health",
        );
        t.open_pr_with(1, Change::version("second").spec(&big)).await;
        let preview = t.preview(1).await;
        preview
            .succeeds()
            .says("`main` has no app spec yet: until the merge every component runs at the smallest size");
        let service = t.app("shop-pr-1").await["spec"]["services"][0].clone();
        assert_eq!(service["instance_size_slug"], "apps-s-1vcpu-0.5gb");
        let spying = big + "workers:\n  - {name: spy, github: {repo: org/secret, branch: main}}\n";
        t.push(1, Change::version("third").spec(&spying));
        t.preview(1)
            .await
            .fails_with(2)
            .says("a preview has no source but this repository while `main` has no app spec");
    })
    .await;
}

#[tokio::test]
async fn new_components_run_at_the_smallest_size_and_are_named() {
    run(async |t: &mut Tester| {
        let worker = |name: &str| {
            format!("  - {{name: {name}, github: {{repo: org/shop, branch: main}}, run_command: sleep 600, instance_size_slug: apps-d-8vcpu-32gb, instance_count: 9}}\n")
        };
        let two = SPEC.to_owned() + "workers:\n" + &worker("queue") + &worker("mail");
        t.open_pr_with(1, Change::version("second").spec(&two)).await;
        let preview = t.preview(1).await;
        let named = "`queue` and `mail` are not in the app spec of `main`: until the merge they run at the smallest size";
        preview.succeeds().says(named);
        assert!(preview.comment(1).contains("until the merge they run at the smallest size"), "{preview}");
        for worker in t.app("shop-pr-1").await["spec"]["workers"].as_array().expect("workers") {
            assert_eq!(worker["instance_size_slug"], "apps-s-1vcpu-0.5gb");
            assert_eq!(worker["instance_count"], 1);
        }
        t.push(1, Change::version("third").spec(&(two + &worker("more"))));
        t.preview(1)
            .await
            .fails_with(2)
            .says("a preview may have 2 components more than the app spec of `main`: `queue`, `mail` and `more` are not in it");
    })
    .await;
}

#[tokio::test]
async fn productions_log_destinations_functions_and_unknown_fields_are_not_in_a_preview() {
    let more = "log_destinations:\n  - {name: logs, open_search: {cluster_name: production-logs}}\n\
                functions:\n  - {name: hooks, github: {repo: org/shop, branch: main}}\nclusterName: production\n";
    run_with(Change::whole_app("first").spec(&with(more)), async |t: &mut Tester| {
        t.open_pr(1).await;
        let dry = t.preview(1).arg("--dry-run").await;
        dry.succeeds()
            .says("dropped `log_destinations`: a preview's logs do not belong among production's")
            .says("dropped `functions`: ")
            .says("dropped `clusterName`: App Platform's app spec has no such field")
            .does_not_say("production-logs");
        t.push(
            "main",
            Change::version("policy").config("[preview]\nspec = \".do/app.yaml\"\n"),
        );
        let by_hand = t.preview(1).await;
        by_hand
            .fails_with(2)
            .says("the preview spec has fields that a preview may not have")
            .says("`clusterName`: App Platform's app spec has no such field");
        assert_eq!(json!(t.app_names().await), json!([]));
    })
    .await;
}
