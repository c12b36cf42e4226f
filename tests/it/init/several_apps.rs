//! A repository of several apps: a table for each, and the workflows of all.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Clone, WORKFLOWS, written};

fn spec(name: &str) -> String {
    format!("name: {name}\nservices:\n- name: web\n  github: {{repo: acme/shop, branch: main}}\n")
}

/// A front end, and an API that lies deeper.
fn monorepo() -> Clone {
    let clone = Clone::new(&[("package.json", "{}\n"), ("web/node_modules/x/app.yaml", "name: x\n")]);
    clone.write("services/api/.do/app.yaml", &spec("shop-api"));
    clone.write("web/app.yaml", &spec("shop-web"));
    clone
}

/// What is said before what is left to do, which is the same for one app.
fn before_the_steps(stderr: &str) -> &str {
    stderr.split("\nTwo things are left").next().unwrap()
}

fn without_pin(said: &str) -> String {
    let lines = said.lines().filter(|line| !line.contains("The workflows name"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn gets_a_table_for_each_manifest_and_the_workflows() {
    let clone = monorepo();
    let said = clone.init(&[]);
    said.ends_with(0);
    assert_snapshot!(clone.read("do-deploy.toml"), @r#"
    # A table for each app: its name, its app spec, and the files that belong to it. A pull request that changes none of an
    # app's files gets no preview of that app. More: https://github.com/org/do-deploy/blob/v1/docs/several-apps.md

    [apps.api]
    spec = "services/api/.do/app.yaml"
    paths = ["services/api/**"]

    [apps.web]
    spec = "web/app.yaml"
    paths = ["web/**"]
    "#);
    assert_snapshot!(without_pin(before_the_steps(&said.stderr)), @r"
    `acme/shop`, whose production is the branch `main`
    Apps: `api` from `services/api/.do/app.yaml`, `web` from `web/app.yaml`; their files stay as they are
    Wrote `.github/workflows/do-deploy-production.yml`
    Wrote `.github/workflows/do-deploy-preview.yml`
    Wrote `.github/workflows/do-deploy-sweep.yml`
    Wrote `.github/workflows/do-deploy-redeploy.yml`
    Wrote `do-deploy.toml`
    ");
    for name in WORKFLOWS {
        assert_eq!(
            clone.read(&format!(".github/workflows/do-deploy-{name}.yml")),
            written(name)
        );
    }
    assert!(!clone.path().join(".do").exists());
    let before = clone.everything();
    clone.init(&[]).ends_with(0).says("Nothing to do");
    assert_eq!(clone.everything(), before);
}

#[test]
fn a_configuration_that_is_there_stays_and_what_it_lacks_is_shown() {
    let clone = monorepo();
    let settings = "[preview]\nlimit = 5\n";
    clone.write("do-deploy.toml", settings);
    let said = clone.init(&["--force"]);
    said.ends_with(0);
    assert_snapshot!(without_pin(before_the_steps(&said.stderr)), @r#"
    `acme/shop`, whose production is the branch `main`
    Apps: `api` from `services/api/.do/app.yaml`, `web` from `web/app.yaml`; their files stay as they are
    Wrote `.github/workflows/do-deploy-production.yml`
    Wrote `.github/workflows/do-deploy-preview.yml`
    Wrote `.github/workflows/do-deploy-sweep.yml`
    Wrote `.github/workflows/do-deploy-redeploy.yml`
    notice: `do-deploy.toml` stays as it is. Add these lines to it:

    [apps.api]
    spec = "services/api/.do/app.yaml"
    paths = ["services/api/**"]

    [apps.web]
    spec = "web/app.yaml"
    paths = ["web/**"]
    "#);
    assert_eq!(clone.read("do-deploy.toml"), settings);

    clone.write("do-deploy.toml", "[apps.front]\nspec = \"web/app.yaml\"\n");
    let said = clone.init(&[]);
    said.ends_with(0);
    assert_snapshot!(without_pin(before_the_steps(&said.stderr)), @r#"
    `acme/shop`, whose production is the branch `main`
    Apps: `front` from `web/app.yaml`; their files stay as they are
    Nothing to do: every file is there already
    notice: `do-deploy.toml` stays as it is. Add these lines to it:

    [apps.api]
    spec = "services/api/.do/app.yaml"
    paths = ["services/api/**"]
    "#);
}

#[test]
fn the_apps_are_in_the_json_document() {
    let said = monorepo().init(&["--json", "--dry-run"]);
    let reported: Value = serde_json::from_str(&said.ends_with(0).stdout).expect("one JSON document");
    let apps = json!([
        {"app": "api", "spec": "services/api/.do/app.yaml"},
        {"app": "web", "spec": "web/app.yaml"},
    ]);
    assert_eq!((&reported["apps"], &reported["spec"]), (&apps, &Value::Null));
}

#[test]
fn a_file_of_another_tool_is_no_app() {
    let clone = monorepo();
    clone.write("k8s/app.yaml", "apiVersion: apps/v1\nkind: Deployment\n");
    let said = clone.init(&[]);
    said.ends_with(0);
    assert!(!clone.read("do-deploy.toml").contains("k8s"));
    assert_snapshot!(said.stderr.lines().find(|line| line.contains("k8s")).unwrap(), @"notice: No app is made of `k8s/app.yaml`: the app spec has no `name`");
}

#[test]
fn two_manifests_of_one_name_are_refused_before_anything_is_written() {
    let clone = monorepo();
    clone.write("web/app.yaml", &spec("shop-api"));
    let before = clone.everything();
    let said = clone.init(&[]);
    assert_snapshot!(said.ends_with(2).stderr, @r"
    error: `services/api/.do/app.yaml` and `web/app.yaml` are both named `shop-api`: the apps of one repository need different names
    hint: change `name` in one of the two files of `[apps.api]` and `[apps.web]`
    ");
    assert_eq!(clone.everything(), before);
}

#[test]
fn an_app_whose_manifest_is_missing_is_named() {
    let clone = monorepo();
    clone.write("do-deploy.toml", "[apps.front]\nspec = \"front/app.yaml\"\n");
    clone
        .init(&[])
        .ends_with(2)
        .says("the app spec `front/app.yaml` does not exist");
}

#[test]
fn one_of_several_manifests_can_be_chosen() {
    let clone = monorepo();
    clone
        .init(&["--spec", "web/app.yaml"])
        .ends_with(0)
        .says("The app spec is `web/app.yaml`; it stays as it is");
    assert!(!clone.path().join("do-deploy.toml").exists());
}

#[test]
fn one_manifest_that_lies_deeper_gets_a_table() {
    let clone = Clone::new(&[("package.json", "{}\n")]);
    clone.write("services/api/.do/app.yaml", &spec("shop-api"));
    let said = clone.init(&[]);
    said.ends_with(0)
        .says("Apps: `api` from `services/api/.do/app.yaml`; their files stay as they are");
    assert!(
        clone
            .read("do-deploy.toml")
            .contains("[apps.api]\nspec = \"services/api/.do/app.yaml\"\n")
    );
    assert!(!clone.path().join(".do").exists());
    // Where it is looked for anyway, nothing has to be said.
    let clone = Clone::new(&[]);
    clone.write("api/app.yaml", &spec("shop-api"));
    clone
        .init(&[])
        .ends_with(0)
        .says("The app spec is `api/app.yaml`; it stays as it is");
    assert!(!clone.path().join("do-deploy.toml").exists());
}

#[test]
fn what_lies_below_the_manifest_at_the_top_is_named() {
    let clone = monorepo();
    clone.write(".do/app.yaml", &spec("shop"));
    let said = clone.init(&[]);
    said.ends_with(0);
    assert_snapshot!(without_pin(before_the_steps(&said.stderr)), @"
    `acme/shop`, whose production is the branch `main`
    The app spec is `.do/app.yaml`; it stays as it is
    Wrote `.github/workflows/do-deploy-production.yml`
    Wrote `.github/workflows/do-deploy-preview.yml`
    Wrote `.github/workflows/do-deploy-sweep.yml`
    Wrote `.github/workflows/do-deploy-redeploy.yml`
    notice: `.do/app.yaml` is the only app; left out: `services/api/.do/app.yaml`, `web/app.yaml`. For several apps, give each a table in `do-deploy.toml`, also `.do/app.yaml`: https://github.com/org/do-deploy/blob/v1/docs/several-apps.md
    ");
    assert!(!clone.path().join("do-deploy.toml").exists());
}

#[test]
fn two_projects_without_a_manifest_are_one_app_or_two() {
    let clone = Clone::new(&[
        ("api/go.mod", "module api\n"),
        ("api/main.go", "package main\n"),
        ("web/requirements.txt", "flask\n"),
    ]);
    let said = clone.init(&[]);
    assert_snapshot!(said.ends_with(2).stderr, @"
    error: more than one project was found: `api` (a Go project), `web` (a Python project)
    hint: for one app, write an app spec that has them all as components to `.do/app.yaml`; for an app of each, write one into each folder, such as `FOLDER/.do/app.yaml`; then run `init` again
    ");
}
