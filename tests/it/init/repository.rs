//! What it determines about the repository, and says where it cannot.

use std::process::Command;

use super::{Clone, Said, python};
use crate::harness::binary;

#[test]
fn an_older_way_to_deploy_is_pointed_out() {
    let clone = python();
    clone.write(
        ".github/workflows/deploy.yml",
        "steps:\n  - uses: digitalocean/app_action/deploy@v2\n",
    );
    clone
        .init(&[])
        .ends_with(0)
        .says("`.github/workflows/deploy.yml` uses `digitalocean/app_action`, too");
}

#[test]
fn what_is_unknown_is_said_before_anything_is_written() {
    let elsewhere = tempfile::tempdir().unwrap();
    let outside = Command::new(binary())
        .arg("init")
        .current_dir(elsewhere.path())
        .env("GIT_CEILING_DIRECTORIES", elsewhere.path().parent().unwrap())
        .output()
        .unwrap();
    Said::from(outside)
        .ends_with(2)
        .says("not inside of a Git repository")
        .says("not a git repository")
        .says("git init");

    let empty = Clone::new(&[("README.md", "shop\n")]);
    empty
        .init(&[])
        .ends_with(2)
        .says("could not tell what kind of project this is")
        .says("--from-app NAME");
    empty
        .init(&["--from-app", "shop"])
        .ends_with(2)
        .says("DIGITALOCEAN_ACCESS_TOKEN");
    empty
        .init(&["--spec", "../app.yaml"])
        .ends_with(2)
        .says("is not a path inside the repository");
    empty
        .init_with(&[], &[("GITHUB_ACTIONS", "true")])
        .ends_with(2)
        .says("`init` does nothing in a workflow run");
    assert_eq!(empty.everything().len(), 1);

    let nameless = python();
    nameless.git(&["remote", "remove", "origin"]);
    nameless
        .init(&[])
        .ends_with(2)
        .says("no remote `origin`")
        .says("--repo OWNER/NAME");
    nameless.init(&["--repo", "acme/tea"]).ends_with(0);
    assert!(nameless.read(".do/app.yaml").contains("name: tea\n"));
}

#[test]
fn the_clones_origin_wins_over_a_variable_that_was_left_in_the_shell() {
    let left_over = [("GITHUB_REPOSITORY", "acme/tea")];
    let clone = python();
    let said = clone.init_with(&[], &left_over);
    said.ends_with(0)
        .says("`acme/shop`, whose production is")
        .says("--repo acme/shop --env production");
    assert!(clone.read(".do/app.yaml").contains("repo: acme/shop\n"));
    assert!(!said.stderr.contains("acme/tea"), "{}", said.stderr);

    let nameless = python();
    nameless.git(&["remote", "remove", "origin"]);
    nameless
        .init_with(&[], &left_over)
        .ends_with(0)
        .says("`acme/tea`, whose production is");
}

#[test]
fn a_repository_that_is_named_wins_over_both_and_a_difference_is_said() {
    let clone = python();
    let said = clone.init_with(&["--repo", "acme/coffee"], &[("GITHUB_REPOSITORY", "acme/tea")]);
    said.ends_with(0)
        .says("`acme/coffee`, whose production is")
        .says("`--repo` says `acme/coffee`, and that counts, but this clone's `origin` is `acme/shop`");
    let same = python().init(&["--repo", "Acme/Shop"]);
    assert!(!same.ends_with(0).stderr.contains("that counts"), "{}", same.stderr);
}
