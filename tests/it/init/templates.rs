//! The workflows that people paste.

use std::process::Command;

use serde_json::{Value, json};

use super::{WORKFLOWS, template};

#[test]
fn templates_have_the_least_rights_and_say_why() {
    for name in WORKFLOWS {
        let text = template(name);
        let workflow: Value = serde_saphyr::from_str(&text).expect("YAML");
        assert!(text.lines().count() < 40, "{name}");
        assert!(text.starts_with("# "), "{name}: what it is for");
        assert_eq!(workflow["permissions"], json!({}), "{name}");
        let code = || text.lines().filter(|line| !line.trim_start().starts_with('#'));
        for line in code().filter(|line| line.contains(": write")) {
            assert!(line.contains(": write # "), "{name}: {line:?} does not say why");
        }
        let (_, job) = workflow["jobs"].as_object().unwrap().iter().next().unwrap();
        assert!(workflow["name"].is_string() && job["name"].is_string(), "{name}");
        let concurrency = [&workflow["concurrency"], &job["concurrency"]]
            .into_iter()
            .find(|it| it.is_object());
        let concurrency = concurrency.unwrap_or_else(|| panic!("{name} has no group"));
        assert_eq!(concurrency["queue"], "max", "{name}");
        assert!(concurrency.get("cancel-in-progress").is_none(), "{name}");
        assert_eq!(job["environment"]["deployment"], false, "{name}");
        for step in job["steps"].as_array().unwrap() {
            let uses = step["uses"].as_str().expect("nothing but actions");
            if let Some(commit) = uses.strip_prefix("actions/checkout@") {
                assert!(
                    commit.len() == 40 && step["with"]["persist-credentials"] == false,
                    "{name}"
                );
                assert!(text.contains(&format!("{uses} # v")), "{name}");
            } else {
                assert_eq!(uses, "org/do-deploy@v1", "{name}");
            }
        }
        for line in text.lines().filter(|line| line.contains("run:")) {
            assert!(
                !line.contains("${{") || line.contains("env:"),
                "{name}: {line:?} runs what others wrote"
            );
        }
    }
}

#[test]
fn whatever_touches_the_same_app_waits_in_the_same_group() {
    let group = |name: &str| {
        let workflow: Value = serde_saphyr::from_str(&template(name)).expect("YAML");
        let (_, job) = workflow["jobs"].as_object().unwrap().iter().next().unwrap();
        let group = workflow["concurrency"]["group"]
            .as_str()
            .or(job["concurrency"]["group"].as_str());
        group.expect("a group").to_owned()
    };
    assert_eq!(group("production"), "do-deploy-production");
    assert_eq!(group("preview"), "do-deploy-pr-${{ github.event.pull_request.number }}");
    assert_eq!(
        group("redeploy"),
        "do-deploy-${{ github.event.issue.number && format('pr-{0}', github.event.issue.number) \
         || inputs.pr && format('pr-{0}', inputs.pr) || inputs.environment || 'production' }}"
    );
}

/// What people are meant to uncomment, or would miss without noticing: nothing else runs it.
#[test]
fn what_the_templates_offer_beside_what_they_run_is_there() {
    let offered = |name: &str, parts: &[&str]| {
        let text = template(name);
        for part in parts {
            assert!(text.contains(part), "{name} has lost {part:?}");
        }
    };
    offered(
        "preview",
        &[
            "  # e2e:\n",
            "  #   needs: preview\n",
            "  #   if: needs.preview.outputs.status == 'ready'\n",
            "env: {BASE_URL: \"${{ needs.preview.outputs.url }}\"}",
            "`on: deployment_status` would not start, nor does any event that GITHUB_TOKEN causes",
        ],
    );
    offered(
        "production",
        &[
            "  # workflow_run: {workflows: [Tests], types: [completed], branches: [main]}",
            "  # test: {name: Tests, uses: ./.github/workflows/test.yml, permissions: {contents: read}}",
            "    # needs: test\n",
            "      # - if: failure()\n",
            "events that a run's GITHUB_TOKEN causes, deployment_status too, start no other workflow",
        ],
    );
    let redeploy: Value = serde_saphyr::from_str(&template("redeploy")).expect("YAML");
    assert_eq!(
        redeploy["jobs"]["redeploy"]["if"],
        "github.event_name != 'issue_comment' || github.event.issue.pull_request && startsWith(github.event.comment.body, '/') && \
         contains(fromJSON('[\"OWNER\",\"MEMBER\",\"COLLABORATOR\",\"CONTRIBUTOR\"]'), github.event.comment.author_association)",
        "dispatched runs always, comments only on pull requests, only where they begin with a slash, never of strangers"
    );
}

#[test]
fn what_is_commented_out_is_a_workflow_once_it_is_uncommented() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docs/uncomment");
    let done = Command::new(script).arg(folder.path()).status();
    assert!(done.expect("the script starts").success());
    let uncommented = |name: &str| -> Value {
        let text = std::fs::read_to_string(folder.path().join(format!("{name}.yml"))).expect("a workflow");
        serde_saphyr::from_str(&text).unwrap_or_else(|why| panic!("{name}: {why}\n{text}"))
    };
    let preview = uncommented("preview");
    let tests = &preview["jobs"]["e2e"];
    assert_eq!(
        (&tests["needs"], &tests["if"]),
        (&json!("preview"), &json!("needs.preview.outputs.status == 'ready'"))
    );
    assert_eq!(tests["steps"][0]["env"]["BASE_URL"], "${{ needs.preview.outputs.url }}");
    for output in ["status", "url"] {
        assert!(preview["jobs"]["preview"]["outputs"][output].is_string(), "{output}");
    }

    let production = uncommented("production");
    assert_eq!(
        production["on"]["workflow_run"],
        json!({ "workflows": ["Tests"], "types": ["completed"], "branches": ["main"] })
    );
    let jobs = &production["jobs"];
    assert_eq!(jobs["test"]["uses"], "./.github/workflows/test.yml");
    assert_eq!(jobs["deploy"]["needs"], "test");
    let steps = jobs["deploy"]["steps"].as_array().expect("steps");
    let (told, deploys) = (&steps[2], &steps[1]);
    assert_eq!(deploys["env"]["STRIPE_KEY"], "${{ secrets.STRIPE_KEY }}");
    assert_eq!(told["if"], "failure()");
    assert!(
        told["run"]
            .as_str()
            .is_some_and(|run| run.contains("\"$HOOK\"") && !run.contains("${{"))
    );
}

/// A private member of the organisation is a `CONTRIBUTOR` in an event; the others of GitHub's eight words never belong
/// to somebody who may push, but for such a member without a commit.
#[test]
fn comments_of_strangers_start_no_job() {
    let workflow: Value = serde_saphyr::from_str(&template("redeploy")).expect("YAML");
    let condition = workflow["jobs"]["redeploy"]["if"].as_str().expect("a condition");
    let (_, listed) = condition
        .split_once("contains(fromJSON('")
        .expect("a list of associations");
    let (listed, rest) = listed.split_once("')").expect("its end");
    let mut let_in: Vec<String> = serde_json::from_str(listed).expect("JSON");
    let_in.sort();
    assert_eq!(let_in, ["COLLABORATOR", "CONTRIBUTOR", "MEMBER", "OWNER"]);
    assert_eq!(rest, ", github.event.comment.author_association)");
    assert!(
        condition.starts_with("github.event_name != 'issue_comment' || "),
        "{condition}"
    );
}
