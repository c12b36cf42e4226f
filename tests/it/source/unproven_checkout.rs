//! What cannot be proven is read from GitHub, and is not an error.

use super::{app, asked, flavoured, plans};
use crate::harness::{Change, Tester, run_with};

/// What makes a folder of the first commit one of which nothing can be proven.
const UNPROVEN: [&str; 5] = [
    // No Git repository: a downloaded archive.
    "rm -rf .git",
    // A shallow clone that lacks the commit.
    "rm -rf .git; git init -q; git fetch -q --depth 1 file://$REPOSITORY $(cat ../first); git reset -q FETCH_HEAD",
    // A repository that Git refuses.
    "printf '[core]\\nrepositoryformatversion = 99\\n' > .git/config",
    // An empty folder in its place, and an unborn branch.
    "rm -rf .git; mkdir .git",
    "rm -rf .git; git init -q",
];

#[tokio::test]
async fn a_folder_of_which_nothing_is_known_is_not_believed() {
    run_with(app(), async |t: &mut Tester| {
        let first = t.repository.head("main");
        t.repository.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
        t.push("main", Change::version("second").spec(&flavoured("later")));
        for step in UNPROVEN {
            let step = format!("echo {first} > ../first; {step}");
            let there = || t.deploy().at(&first).after_step(&step).arg("--dry-run");
            plans(&there().await, "later");
            plans(&there().locally().args(["--spec", ".do/app.yaml"]).await, "pushed");
        }
    })
    .await;
}

#[tokio::test]
async fn without_git_or_with_a_folder_of_another_user_github_is_asked() {
    run_with(app(), async |t: &mut Tester| {
        let dry = t.deploy().env("PATH", "/nowhere").arg("--dry-run").await;
        plans(&dry, "pushed");
        assert!(!asked(&dry).is_empty(), "{dry}");
        // What Git says of a folder of another user: `safe.directory`.
        let refused = r#"mkdir ../bin; printf '#!/bin/sh\nexit 128\n' > ../bin/git; chmod +x ../bin/git"#;
        let path = t.work().join("bin").display().to_string();
        let dry = t.deploy().after_step(refused).env("PATH", &path).arg("--dry-run").await;
        plans(&dry, "pushed");
        assert!(!asked(&dry).is_empty(), "{dry}");
    })
    .await;
}

#[tokio::test]
async fn a_file_that_was_made_in_such_a_folder_counts_where_the_input_names_it() {
    run_with(app(), async |t: &mut Tester| {
        let made = "rm -rf .git; sed s/pushed/generated/ .do/app.yaml > made.yaml; rm -r .do";
        let there = || t.deploy().after_step(made).arg("--dry-run");
        plans(&there().await, "pushed");
        plans(&there().args(["--spec", "made.yaml"]).await, "generated");
    })
    .await;
}

#[tokio::test]
async fn names_with_unusual_characters_are_one_segment_of_the_path() {
    for folder in ["a b", "ü#1", "50%", "a+b&c?d"] {
        let path = format!("{folder}/shop;1.yaml");
        let first = Change::version("first")
            .config(&format!("spec = \"{path}\"\n"))
            .file(&path, &flavoured("pushed"));
        run_with(first, async |t: &mut Tester| {
            plans(&t.deploy().without_checkout().arg("--dry-run").await, "pushed");
            plans(&t.deploy().arg("--dry-run").await, "pushed");
        })
        .await;
    }
}
