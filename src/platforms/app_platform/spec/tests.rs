//! Real app specs from public repositories, where they can be had: read, printed, turned into previews.

mod found;
mod schema;
pub(super) mod shared;

use proptest::prelude::*;
use serde_json::Value;

use super::component::components;
use super::document::source::sources;
use super::guard::guard;
use super::marks::marks;
use super::parse::parse;
use super::preview::plan;
use crate::config::{Preview, Variable};
use crate::model::app_identity::AppIdentity;
use crate::model::commit::Sha;
use crate::model::failure::Failure;
use crate::model::pull_request::{Head, PullRequest};
use crate::platforms::manifest::Manifest;
use crate::platforms::plan::{Allowed, PreviewInput, PreviewPlan};
use crate::policy::announcement::Announcement;
use crate::policy::images::Images;
use crate::policy::yaml::document::write as print;
use crate::redact::Redactor;
use shared::shared;

/// Every real spec by file name.
fn texts() -> Vec<(String, String)> {
    let Some(folder) = shared("specs") else {
        return Vec::new();
    };
    let files = std::fs::read_dir(folder)
        .expect("readable")
        .map(|entry| entry.expect("readable").path());
    let mut texts: Vec<(String, String)> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| {
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("text"))
        })
        .collect();
    texts.sort();
    texts
}

#[test]
fn real_specs_read_or_say_why_not_and_print_what_reads_back() {
    let texts = texts();
    let mut refused = Vec::new();
    for (file, text) in &texts {
        match parse(text, file) {
            Ok(spec) => {
                let again = parse(&print(spec.value()), file).expect("what we print reads back");
                assert_eq!(again.value(), spec.value(), "{file}");
            }
            Err(failure) => {
                assert!(failure.at.is_some() && failure.next.is_some(), "{failure:?}");
                refused.push(failure.to_string());
            }
        }
    }
    // Templates of the deploy button, names with capitals, keys written twice: about a quarter.
    assert!(refused.len() * 3 <= texts.len(), "refused:\n{}", refused.join("\n"));
}

fn preview(spec: &Manifest) -> Result<PreviewPlan, Failure> {
    let repository = sources(spec.value())
        .first()
        .map_or("acme/shop".to_owned(), |source| source.repo.clone());
    let pull_request = PullRequest {
        number: 12,
        title: String::new(),
        open: true,
        draft: false,
        author: String::new(),
        author_is_bot: false,
        labels: Vec::new(),
        head: Head {
            sha: Sha::new("abc1234"),
            branch: "head".to_owned(),
            repository: Some(repository.clone()),
        },
        base_branch: "main".to_owned(),
    };
    plan(
        spec,
        &PreviewInput {
            repository: &crate::model::own::OwnRepository::new(&repository, "https://github.com"),
            repository_id: 7,
            app: &AppIdentity::only(spec.name()),
            pull_request: &pull_request,
            policy: &Preview::default(),
            allowed: &Allowed {
                branch: "main".to_owned(),
                production: Some(spec.clone()),
                by_hand: None,
                size: "auto".to_owned(),
            },
            files: &|_| None,
            variables: &|_| Variable::Missing,
            live: None,
            random: &|| [7; 32],
            announcement: Announcement::new([7; 32]),
            commit: &pull_request.head.sha,
            images: &Images::default(),
        },
    )
}

/// Every env of a spec and its components that is a secret.
fn secrets(spec: &Value) -> Vec<&Value> {
    let components = components(spec);
    let owners = std::iter::once(spec).chain(components.iter().map(|it| it.value));
    owners
        .flat_map(super::env::list)
        .filter(|env| super::env::is_secret(env))
        .collect()
}

#[test]
fn previews_of_real_specs_never_reach_production() {
    let mut refused = Vec::new();
    for (file, text) in texts() {
        let Ok(spec) = parse(&text, &file) else { continue };
        let plan = match preview(&spec) {
            Ok(plan) => plan,
            Err(failure) => {
                assert!(failure.why.is_some() && failure.next.is_some(), "{failure:?}");
                refused.push(format!("{file}: {failure}"));
                continue;
            }
        };
        let printed = print(plan.document.value());
        assert!(!printed.contains("EV["), "{file}: a ciphertext in\n{printed}");
        assert!(
            !printed.contains("cluster_name") && !printed.contains("deploy_on_push: true"),
            "{file}\n{printed}"
        );
        for secret in secrets(plan.document.value()) {
            let value = secret["value"].as_str().expect("a value");
            assert!(value.starts_with("sqlite:") || value.contains("${"), "{file}: {secret}");
        }
        guard(plan.document.value(), None, &[], &Redactor::new(), false).expect("nothing of production's");
        assert!(
            marks(plan.document.value()).is_some_and(|marks| marks.repository == 7),
            "{file}"
        );
        assert_eq!(
            parse(&printed, &file).expect("still a spec").value(),
            plan.document.value(),
            "{file}"
        );
    }
    assert!(refused.len() <= 10, "{}", refused.join("\n"));
}

const SMALL: &str = "\
name: shop
region: fra
services:
  - name: web
    github:
      repo: org/shop
      branch: main
    envs:
      - key: A
        value: \"1\"
        type: SECRET
      - &x {key: B, value: 2}
jobs:
  - name: migrate
    kind: PRE_DEPLOY
    run_command: a
    envs: [*x]
databases:
  - name: db
    engine: PG
";

/// A spec with lines of it left out, moved to another depth or with something else in them, and anything at all.
fn manifest() -> impl Strategy<Value = String> {
    let line = || prop::sample::select(SMALL.lines().collect::<Vec<_>>());
    let value = prop_oneof![
        "[0-9.e+-]{1,22}",
        "(true|no|~|null|\\[\\]|\\{\\}|\\*x|&x a|!!binary a|'|\")",
        ".{0,12}",
    ];
    let changed = (line(), value).prop_map(|(line, value)| match line.split_once(": ") {
        Some((key, _)) => format!("{key}: {value}"),
        None => format!("{line} {value}"),
    });
    let moved = (line(), 0..8_usize).prop_map(|(line, depth)| format!("{}{}", " ".repeat(depth), line.trim_start()));
    let some = prop_oneof![changed, moved, line().prop_map(str::to_owned), ".{0,20}"];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), some), 0..4);
    let spec = changes.prop_map(|changes| {
        let mut lines: Vec<String> = SMALL.lines().map(str::to_owned).collect();
        for (at, change) in changes {
            let at = at.index(lines.len());
            lines[at] = change;
        }
        lines.join("\n")
    });
    prop_oneof![9 => spec, 1 => any::<String>()]
}

proptest! {
    #[test]
    fn whatever_a_manifest_says_it_is_refused_or_written_as_it_was_read(text in manifest()) {
        match parse(&text, "app.yaml") {
            Err(failure) => prop_assert!(!failure.what.is_empty() && !failure.what.contains('\n'), "{}", failure),
            Ok(spec) => {
                let written = print(spec.value());
                let again = parse(&written, "app.yaml")
                    .map_err(|failure| TestCaseError::fail(format!("{failure}\n{text}\n---\n{written}")))?;
                prop_assert_eq!(again.value(), spec.value());
            }
        }
    }
}
