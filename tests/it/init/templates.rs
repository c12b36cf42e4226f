//! The workflows that people paste.

use std::process::Command;

use serde_json::{Value, json};

use super::{ISOLATED, WORKFLOWS, template};

#[test]
fn templates_have_the_least_rights_and_say_why() {
    for name in WORKFLOWS.iter().chain(&ISOLATED) {
        let text = template(name);
        let workflow: Value = serde_saphyr::from_str(&text).expect("YAML");
        assert!(text.lines().count() < 40, "{name}");
        assert!(text.starts_with("# "), "{name}: what it is for");
        assert_eq!(workflow["permissions"], json!({}), "{name}");
        let code = || text.lines().filter(|line| !line.trim_start().starts_with('#'));
        for line in code().filter(|line| line.contains(": write")) {
            assert!(line.contains(": write # "), "{name}: {line:?} does not say why");
        }
        assert!(workflow["name"].is_string(), "{name}");
        for (id, job) in workflow["jobs"].as_object().unwrap() {
            assert!(job["name"].is_string(), "{name}: {id}");
            let steps = job["steps"].as_array().unwrap();
            if steps.iter().all(|step| step["run"] == "true") {
                has_nothing(&format!("{name}: {id}"), job);
                continue;
            }
            let concurrency = [&workflow["concurrency"], &job["concurrency"]]
                .into_iter()
                .find(|it| it.is_object());
            let concurrency = concurrency.unwrap_or_else(|| panic!("{name}: {id} has no group"));
            assert_eq!(concurrency["queue"], "max", "{name}");
            assert!(concurrency.get("cancel-in-progress").is_none(), "{name}");
            if has_token(job) {
                assert_eq!(job["environment"]["deployment"], false, "{name}");
            } else {
                assert!(job["environment"].is_null(), "{name}: {id}");
            }
            for step in steps {
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
        }
        let nothing = "run: \"true\"";
        for line in text
            .lines()
            .filter(|line| line.contains("run:") && !line.contains(nothing))
        {
            assert!(
                !line.contains("${{") || line.contains("env:"),
                "{name}: {line:?} runs what others wrote"
            );
        }
    }
}

fn has_token(job: &Value) -> bool {
    let steps = job["steps"].as_array().into_iter().flatten();
    steps.into_iter().any(|step| step["with"]["token"].is_string())
}

/// A job that only waits or ends: no secret, no right, and no group that another could be held up in.
fn has_nothing(place: &str, job: &Value) {
    for key in ["permissions", "concurrency", "env", "outputs"] {
        assert!(job[key].is_null(), "{place}: {key}");
    }
    assert!(!job.to_string().contains("secrets."), "{place}");
}

#[test]
fn a_reviewer_is_asked_before_the_group_and_never_within_it() {
    for (name, job, reviewed) in [
        ("production", "deploy", "production-approval"),
        (
            "redeploy",
            "redeploy",
            "${{ inputs.environment || 'production' }}-approval",
        ),
    ] {
        let workflow: Value = serde_saphyr::from_str(&template(name)).expect("YAML");
        assert!(
            workflow["concurrency"].is_null(),
            "{name}: the group is the last job's alone"
        );
        let (approve, job) = (&workflow["jobs"]["approve"], &workflow["jobs"][job]);
        assert_eq!(approve["environment"]["name"], reviewed, "{name}");
        assert_eq!(approve["environment"]["deployment"], false, "{name}");
        assert_eq!(job["needs"], "approve", "{name}");
        assert!(job["concurrency"]["group"].is_string(), "{name}");
    }
}

#[test]
fn where_previews_are_isolated_only_the_default_branchs_workflow_has_the_token() {
    holds!("a writer, with the isolated workflows", ["use a token"]);
    let start: Value = serde_saphyr::from_str(&template("isolated/preview-start")).expect("YAML");
    let plain: Value = serde_saphyr::from_str(&template("preview")).expect("YAML");
    assert_eq!(start["on"], plain["on"], "every type that a preview depends on");
    assert_eq!(start["jobs"]["start"]["if"], plain["jobs"]["preview"]["if"]);
    assert_eq!(start["jobs"].as_object().unwrap().len(), 1);
    let code = template("isolated/preview-start");
    let mut code = code.lines().filter(|line| !line.trim_start().starts_with('#'));
    assert!(code.all(|line| !line.contains("secrets") && !line.contains("uses:")));

    let preview: Value = serde_saphyr::from_str(&template("isolated/preview")).expect("YAML");
    assert_eq!(
        preview["on"],
        json!({ "workflow_run": { "workflows": [start["name"]], "types": ["completed"] } })
    );
    let (find, act) = (&preview["jobs"]["find"], &preview["jobs"]["preview"]);
    assert!(!has_token(find) && find["environment"].is_null());
    assert!(has_token(act));
    assert_eq!(act["environment"]["name"], "preview");
    let said = preview.to_string();
    for foreign in ["head_branch", "pull_requests", "display_title", "artifact"] {
        assert!(!said.contains(foreign), "`{foreign}` is whatever the author wants");
    }
}

#[test]
fn jobs_that_touch_the_same_app_share_a_concurrency_group() {
    let group = |name: &str| {
        let workflow: Value = serde_saphyr::from_str(&template(name)).expect("YAML");
        let jobs = workflow["jobs"].as_object().unwrap();
        let job = jobs.values().find(|job| has_token(job)).expect("a job with the token");
        let group = workflow["concurrency"]["group"]
            .as_str()
            .or(job["concurrency"]["group"].as_str());
        group.expect("a group").to_owned()
    };
    assert_eq!(group("production"), "do-deploy-production");
    assert_eq!(group("preview"), "do-deploy-pr-${{ github.event.pull_request.number }}");
    assert_eq!(group("isolated/preview"), "do-deploy-pr-${{ matrix.pr }}");
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
    offered(
        "isolated/preview-start",
        &[
            "  # e2e:\n",
            "command: wait",
            "  #   permissions: {contents: read, deployments: read}",
            "env: {BASE_URL: \"${{ steps.preview.outputs.url }}\"}",
        ],
    );
    let redeploy: Value = serde_saphyr::from_str(&template("redeploy")).expect("YAML");
    assert_eq!(
        redeploy["jobs"]["redeploy"]["if"],
        "${{ !cancelled() && needs.approve.result != 'failure' && (github.event_name != 'issue_comment' || github.event.issue.pull_request && startsWith(github.event.comment.body, '/') && contains(fromJSON('[\"OWNER\",\"MEMBER\",\"COLLABORATOR\",\"CONTRIBUTOR\"]'), github.event.comment.author_association)) }}",
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

    // What `[preview.env]` takes with `from` stands in each workflow that can make a preview.
    for (name, job) in [
        ("preview", "preview"),
        ("isolated-preview", "preview"),
        ("redeploy", "redeploy"),
    ] {
        let workflow = uncommented(name);
        let steps = workflow["jobs"][job]["steps"].as_array().expect("steps");
        let deploys = steps.iter().find(|step| step["with"]["token"].is_string());
        let given = &deploys.expect("the step with the token")["env"]["STRIPE_TEST_KEY"];
        assert_eq!(given, "${{ secrets.STRIPE_TEST_KEY }}", "{name}");
    }

    let tests = &uncommented("isolated-preview-start")["jobs"]["e2e"];
    assert_eq!(tests["steps"][0]["with"]["command"], "wait");
    assert!(!has_token(tests));
    assert_eq!(tests["steps"][1]["env"]["BASE_URL"], "${{ steps.preview.outputs.url }}");

    let production = uncommented("production");
    assert_eq!(
        production["on"]["workflow_run"],
        json!({ "workflows": ["Tests"], "types": ["completed"], "branches": ["main"] })
    );
    let jobs = &production["jobs"];
    assert_eq!(jobs["test"]["uses"], "./.github/workflows/test.yml");
    assert_eq!(jobs["approve"]["needs"], "test");
    let steps = jobs["deploy"]["steps"].as_array().expect("steps");
    let (reported, deploys) = (&steps[2], &steps[1]);
    assert_eq!(deploys["env"]["STRIPE_KEY"], "${{ secrets.STRIPE_KEY }}");
    assert_eq!(reported["if"], "failure()");
    assert!(
        reported["run"]
            .as_str()
            .is_some_and(|run| run.contains("\"$HOOK\"") && !run.contains("${{"))
    );
}

/// A private member of the organisation is a `CONTRIBUTOR` in an event; the others of GitHub's eight words never belong
/// to someone who may push, but for such a member without a commit.
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
    assert_eq!(rest, ", github.event.comment.author_association)) }}");
    assert!(
        condition.contains("(github.event_name != 'issue_comment' || "),
        "{condition}"
    );
}
