//! Every workflow in the pages is one: keys that GitHub knows, seen by the linters, least rights.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use regex_lite::Regex;
use serde_json::{Map, Value, json};

use super::pages::{self, root};

const WORKFLOW: &[&str] = &[
    "name",
    "run-name",
    "on",
    "permissions",
    "env",
    "defaults",
    "concurrency",
    "jobs",
];
const JOB: &[&str] = &[
    "name",
    "needs",
    "permissions",
    "if",
    "runs-on",
    "environment",
    "concurrency",
    "outputs",
    "env",
    "defaults",
    "steps",
    "timeout-minutes",
    "strategy",
    "continue-on-error",
    "container",
    "services",
    "uses",
    "with",
    "secrets",
];
const STEP: &[&str] = &[
    "id",
    "if",
    "name",
    "uses",
    "run",
    "working-directory",
    "shell",
    "with",
    "env",
    "continue-on-error",
    "timeout-minutes",
];
/// What a job that deploys may do, and nothing else.
const RIGHTS: [(&str, &str); 3] = [
    ("contents", "read"),
    ("deployments", "write"),
    ("pull-requests", "write"),
];

#[test]
fn every_workflow_in_the_pages_is_seen_by_the_linters() {
    let is_workflow = |block: &String| {
        let has = |key: &str| block.lines().any(|line| line.starts_with(key));
        has("on:") && has("jobs:")
    };
    let pages = pages::all();
    let blocks = pages.iter().flat_map(|page| page.fenced("yaml"));
    let blocks = blocks.filter(is_workflow).count();
    assert!(blocks > 4, "only {blocks} workflows were found");
    assert_eq!(
        workflows().len(),
        blocks,
        "`tests/docs/extract` writes every one of them"
    );
}

#[test]
fn workflows_and_parts_of_them_have_only_keys_that_github_knows() {
    let mut unknown = Vec::new();
    for page in pages::all() {
        for (number, block) in page.fenced("yaml").iter().enumerate() {
            let place = format!("{}, block {}", page.path.display(), number + 1);
            let part: Value = serde_saphyr::from_str(block).unwrap_or_else(|error| panic!("{place}: {error}"));
            unknown.extend(unknown_keys(&place, &part, WORKFLOW));
            let loose_steps = part.as_array().into_iter().flatten();
            let jobs = object(&part["jobs"]);
            unknown.extend(jobs.values().flat_map(|job| unknown_keys(&place, job, JOB)));
            let all_steps = jobs.values().flat_map(steps).chain(loose_steps);
            unknown.extend(all_steps.flat_map(|step| unknown_keys(&place, step, STEP)));
        }
    }
    assert_eq!(unknown, Vec::<String>::new());
}

#[test]
fn a_job_that_deploys_has_the_rights_it_needs_and_no_others() {
    let expected: BTreeMap<&str, &str> = RIGHTS.into_iter().collect();
    let mut seen = 0;
    for (file, workflow) in workflows() {
        assert_eq!(
            workflow["permissions"],
            Value::Object(Map::new()),
            "{file}: none at the top"
        );
        let jobs = object(&workflow["jobs"]);
        for job in jobs.values().filter(|job| steps(job).iter().any(is_ours)) {
            if steps(job).iter().any(only_waits) {
                assert_eq!(
                    job["permissions"],
                    json!({"contents": "read", "deployments": "read"}),
                    "{file}"
                );
                assert!(job["environment"].is_null(), "{file}: it needs no secret");
                continue;
            }
            seen += 1;
            let given = object(&job["permissions"]);
            let given: BTreeMap<&str, &str> = given
                .iter()
                .map(|(name, right)| (name.as_str(), right.as_str().unwrap_or_default()))
                .collect();
            assert_eq!(given, expected, "{file}");
            assert_eq!(
                job["environment"]["deployment"], false,
                "{file}: do-deploy writes the deployment itself"
            );
            assert_eq!(
                steps(job).len(),
                1,
                "{file}: the job that has the token runs nothing else"
            );
        }
    }
    assert!(seen > 3, "only {seen} jobs were found");
}

#[test]
fn the_readme_names_what_auto_acts_on() {
    let (_, workflow) = workflows()
        .into_iter()
        .find(|(file, _)| file == "README-1.yml")
        .expect("the first screen's");
    let decisions = fs::read_to_string(root().join("src/flows/auto/table.rs")).unwrap();
    let types = workflow["on"]["pull_request"]["types"]
        .as_array()
        .expect("types of pull requests");
    for kind in types {
        assert!(decisions.contains(&kind.to_string()), "`auto` does not know {kind}");
    }
    assert!(types.contains(&"closed".into()), "who removes a preview?");
}

/// The first screen has production and previews in one file: each half is what its template has.
#[test]
fn the_first_screens_workflow_is_the_templates_in_one() {
    let (_, both) = workflows()
        .into_iter()
        .find(|(file, _)| file == "README-1.yml")
        .expect("the first screen's");
    let [production, preview] = ["production", "preview"].map(|name| -> Value {
        let text = fs::read_to_string(root().join(format!("workflows-templates/{name}.yml"))).unwrap();
        serde_saphyr::from_str(&text).expect("YAML")
    });
    assert_eq!(both["on"]["push"], production["on"]["push"]);
    let types = |workflow: &Value| workflow["on"]["pull_request"]["types"].as_array().cloned();
    let known = types(&preview).expect("types of pull requests");
    let shown = types(&both).expect("types of pull requests");
    assert!(shown.iter().all(|kind| known.contains(kind)), "{shown:?}");
    assert_eq!(both["permissions"], preview["permissions"]);

    let job = &both["jobs"]["deploy"];
    let (release, review) = (&production["jobs"]["deploy"], &preview["jobs"]["preview"]);
    let name = |job: &Value| job["environment"]["name"].as_str().expect("a name").to_owned();
    assert_eq!(
        name(job),
        format!(
            "${{{{ github.event.number && '{}' || '{}' }}}}",
            name(review),
            name(release)
        )
    );
    assert_eq!(release["concurrency"]["group"], "do-deploy-production");
    assert_eq!(
        preview["concurrency"]["group"],
        "do-deploy-pr-${{ github.event.pull_request.number }}"
    );
    assert_eq!(
        both["concurrency"]["group"],
        "do-deploy-${{ github.event.number && format('pr-{0}', github.event.number) || 'production' }}"
    );
    for (half, concurrency) in [(release, &release["concurrency"]), (review, &preview["concurrency"])] {
        assert_eq!(both["concurrency"]["queue"], concurrency["queue"]);
        for key in ["permissions", "runs-on"] {
            assert_eq!(job[key], half[key]);
        }
        assert_eq!(job["environment"]["deployment"], half["environment"]["deployment"]);
        for key in ["uses", "with"] {
            assert_eq!(ours(job)[key], ours(half)[key]);
        }
    }
}

fn ours(job: &Value) -> &Value {
    steps(job).iter().find(|step| is_ours(step)).expect("do-deploy's step")
}

#[test]
fn pages_call_the_workflows_what_they_are_called_in_a_repository() {
    let named = Regex::new(r"[A-Za-z/-]*\b(?:production|preview|sweep|redeploy)\.yml\b").unwrap();
    let mut seen = 0;
    let mut wrong = Vec::new();
    // CONTRIBUTING is about this repository, whose templates have no prefix.
    let pages = pages::all();
    for page in pages.iter().filter(|page| !page.path.ends_with("CONTRIBUTING.md")) {
        for found in named.find_iter(&page.text) {
            seen += 1;
            if !found.as_str().starts_with("do-deploy-") {
                wrong.push(format!("{}: `{}`", page.path.display(), found.as_str()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(seen > 4, "only {seen} names were found");
}

/// What `tests/docs/extract` writes for the linters, parsed.
fn workflows() -> Vec<(String, Value)> {
    let folder = tempfile::tempdir().expect("a folder");
    let extract = Command::new(root().join("tests/docs/extract"))
        .arg(folder.path())
        .status();
    assert!(extract.expect("the script starts").success());
    let mut workflows: Vec<(String, Value)> = fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let text = fs::read_to_string(entry.path()).unwrap();
            let workflow = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, workflow)
        })
        .collect();
    workflows.sort_by(|one, other| one.0.cmp(&other.0));
    workflows
}

fn unknown_keys(place: &str, value: &Value, known: &[&str]) -> Vec<String> {
    let keys = object(value).into_iter().map(|(key, _)| key);
    keys.filter(|key| !known.contains(&key.as_str()))
        .map(|key| format!("{place}: `{key}`"))
        .collect()
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn steps(job: &Value) -> &[Value] {
    job["steps"].as_array().map_or(&[], Vec::as_slice)
}

/// A step that reads GitHub's deployments, and can do nothing else.
fn only_waits(step: &Value) -> bool {
    is_ours(step) && step["with"]["command"] == "wait" && step["with"]["token"].is_null()
}

fn is_ours(step: &Value) -> bool {
    step["uses"]
        .as_str()
        .is_some_and(|uses| uses.starts_with("org/do-deploy@"))
}
