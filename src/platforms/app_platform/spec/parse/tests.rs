//! Specs as people write them: what survives, and what is refused in which words.

use serde_json::json;

use super::parse;
use crate::policy::yaml::document::write as print;

fn refuse(text: &str) -> String {
    let failure = parse(text, "app.yaml").expect_err("refused");
    format!("{failure} | {}", failure.next.clone().unwrap_or_default())
}

#[test]
fn unknown_fields_and_scalars_survive_as_written() {
    let spec = parse(
        "name: shop\nfuture: {a: no, b: 1.10, c: 007, d: yes, e: 1.5, f: ~}\nenvs:\n- {key: A, value: 8080}\n- {key: B, value: true}\n- {key: C, value: 1.10}\nservices:\n- name: web\n  http_port: 8080\n  image: {tag: 1.20}\ndatabases:\n- {name: db, version: 15}\n",
        "app.yaml",
    )
    .expect("valid");
    assert_eq!(
        *spec.value(),
        json!({
            "name": "shop",
            "future": {"a": "no", "b": "1.10", "c": "007", "d": "yes", "e": 1.5, "f": null},
            "envs": [{"key": "A", "value": "8080"}, {"key": "B", "value": "true"}, {"key": "C", "value": "1.10"}],
            "services": [{"name": "web", "http_port": 8080, "image": {"tag": "1.20"}}],
            "databases": [{"name": "db", "version": "15"}],
        })
    );
    let again = parse(&print(spec.value()), "again.yaml").expect("valid");
    assert_eq!(again.value(), spec.value());
}

#[test]
fn json_is_fine_too() {
    let spec = parse(
        "{\n\t\"name\": \"shop\",\n\t\"services\": [{\"name\": \"web\"}]\n}",
        "app.json",
    )
    .expect("valid");
    assert_eq!(spec.name(), "shop");
    insta::assert_snapshot!(refuse("{\n\t\"name\": \"shop\",\n\t\"services\": [{]\n}"), @"app.yaml:3:16: the app spec cannot be read: key must be a string | look at this place and the one before: a comma, a quote or a bracket");
}

#[test]
fn a_broken_file_says_where_and_what_to_do() {
    insta::assert_snapshot!(refuse("name: shop\nservices:\n\t- name: web\n"), @"app.yaml:3:2: the app spec cannot be read: tabs disallowed within this context (block indentation) | indent with spaces: YAML does not allow tabs");
    insta::assert_snapshot!(refuse("name: shop\nservices:\n- name: web\n  run_command: echo: a: b\n"), @"app.yaml:4:20: the app spec cannot be read: there is a `:` where none can be | put the value between quotes");
    insta::assert_snapshot!(refuse("name: shop\nservices:\n- name: web\n   http_port: 8080\n"), @"app.yaml:4:13: the app spec cannot be read: there is a `:` where none can be | look at this line and the one above: indentation, a missing colon or an open quote");
    insta::assert_snapshot!(refuse("name: \"shop\nservices: []\n"), @"app.yaml:2:1: the app spec cannot be read: invalid indentation in multiline quoted scalar | put the value between quotes");
    insta::assert_snapshot!(refuse("name: shop\nname: shop2\n"), @"app.yaml:2:1: the app spec cannot be read: the key `name` is written twice | remove one of the two");
}

#[test]
fn a_file_that_is_no_spec_is_refused() {
    insta::assert_snapshot!(refuse(""), @"app.yaml:1:1: the app spec is empty | begin with `name: my-app` and a list of `services`");
    insta::assert_snapshot!(refuse("- a\n"), @"app.yaml:1:1: the app spec is not a mapping | begin with `name: my-app` and a list of `services`");
    insta::assert_snapshot!(refuse("region: nyc\n"), @"app.yaml:1:1: the app spec has no `name` | add `name: my-app` at the top");
    insta::assert_snapshot!(refuse("spec: shop\n"), @"app.yaml:1:1: the app spec has no `name` | add `name: my-app` at the top");
    insta::assert_snapshot!(refuse("name: shop\nregion: nyc\n"), @"app.yaml:1:1: app `shop` has no component | add an entry to `services`, `static_sites`, `workers`, `jobs` or `functions`");
}

#[test]
fn names_that_the_platform_refuses_are_named() {
    insta::assert_snapshot!(refuse("region: nyc\nname: 3scale\n"), @"app.yaml:2:1: App Platform refuses `3scale` as the name of the app: it has to start with a lower-case letter | choose a name such as `my-app`: lower-case letters, digits and `-`");
    insta::assert_snapshot!(refuse("name: a-name-that-is-far-too-long-for-any-app\n"), @"app.yaml:1:1: App Platform refuses `a-name-that-is-far-too-long-for-any-app` as the name of the app: it has to be 2 to 32 characters long | choose a name such as `my-app`: lower-case letters, digits and `-`");
    insta::assert_snapshot!(refuse("name: 12\n"), @"app.yaml:1:1: the app's `name` is not a string | put it between quotes");
    insta::assert_snapshot!(refuse("name: shop\nservices:\n- http_port: 80\n"), @"app.yaml:3:3: a service has no `name` | add `name: ...` to it");
    insta::assert_snapshot!(refuse("name: shop\nservices:\n- name: Web\n"), @"app.yaml:3:3: App Platform refuses `Web` as the name of the service: it has to start with a lower-case letter | choose a name such as `my-app`: lower-case letters, digits and `-`");
    insta::assert_snapshot!(refuse("name: shop\nservices:\n- name: web\nworkers:\n- envs: []\n  name: web\n"), @"app.yaml:6:3: two components are called `web`: names are unique within an app; the other one is a service | rename one of them");
}

#[test]
fn a_wrong_shape_is_named() {
    insta::assert_snapshot!(refuse("name: shop\nservices:\n  name: web\n"), @"app.yaml:2:1: `services` is not a list | begin every service below it with `- name: ...`");
    insta::assert_snapshot!(refuse("name: shop\nservices: [web]\n"), @"app.yaml:2:12: an entry of `services` is not a mapping | begin it with `- name: ...`");
    insta::assert_snapshot!(refuse("name: shop\nservices:\n- name: web\n  envs:\n    A: b\n"), @"app.yaml:4:3: `envs` is not a list | write `- key: NAME` and `value: ...` below it");
    insta::assert_snapshot!(refuse("name: shop\nservices:\n- name: web\n  envs:\n  - value: b\n"), @"app.yaml:5:5: an entry of `envs` has no `key` | begin it with `- key: NAME`");
}

#[test]
fn a_template_of_the_deploy_button_is_read_where_it_stands() {
    let template = "spec:\n  name: shop\n  services:\n  - name: web\n    image: {tag: 1.10}\n";
    let spec = parse(template, "deploy.template.yaml").expect("valid");
    assert_eq!(
        *spec.value(),
        json!({"name": "shop", "services": [{"name": "web", "image": {"tag": "1.10"}}]})
    );
    insta::assert_snapshot!(refuse("spec:\n  name: shop\n  services:\n  - name: Web\n"), @"app.yaml:4:5: App Platform refuses `Web` as the name of the service: it has to start with a lower-case letter | choose a name such as `my-app`: lower-case letters, digits and `-`");
    insta::assert_snapshot!(refuse("spec:\n  name: shop\n"), @"app.yaml:2:3: app `shop` has no component | add an entry to `services`, `static_sites`, `workers`, `jobs` or `functions`");
}

#[test]
fn other_tools_files_are_no_specs_and_broken_specs_are() {
    for (text, expected) in [
        ("name: shop\nservices:\n- name: web\n", true),
        ("spec:\n  name: shop\n  workers: []\n", true),
        ("{\"name\": \"shop\", \"services\": []}", true),
        ("services:\n- name: web\n", true),
        ("name: shop\nservices:\n\t- name: web\n", true),
        ("{\"name\": \"shop\",, \"services\": []}", false),
        ("runtime: python39\n", false),
        ("name: shop\nservices:\n  web: {image: nginx}\n", false),
        ("kind: Service\nmetadata: {name: web}\n---\nkind: Deployment\n", false),
        ("", false),
    ] {
        assert_eq!(super::is_spec(text), expected, "{text}");
    }
}

#[test]
fn scalars_mean_what_they_say() {
    let text = "\u{feff}name: shop\nservices:\n- name: web\n  run_command: |\n    a\n\n    b\n  envs:\n  - {key: A, value: 08080}\n  - {key: B, value: 2026-11-28}\n  - {key: C, value: '1.10'}\n  - {key: D, value: no}\n  - key: E\n    value: >-\n      one\n      two\n";
    let spec = parse(text, "app.yaml").expect("valid");
    let service = &spec.value()["services"][0];
    assert_eq!(service["run_command"], "a\n\nb\n");
    let values: Vec<_> = service["envs"]
        .as_array()
        .expect("envs")
        .iter()
        .map(|env| &env["value"])
        .collect();
    assert_eq!(values, ["08080", "2026-11-28", "1.10", "no", "one two"]);
}

#[test]
fn anchors_and_merge_keys_are_filled_in() {
    let text = "name: shop\nx-source: &source {branch: main, repo: org/shop}\nservices:\n- name: web\n  github: *source\n- name: api\n  github:\n    <<: *source\n    branch: next\n";
    let spec = parse(text, "app.yaml").expect("valid");
    let services = &spec.value()["services"];
    assert_eq!(services[0]["github"], json!({"branch": "main", "repo": "org/shop"}));
    assert_eq!(services[1]["github"]["repo"], "org/shop");
    assert_eq!(services[1]["github"]["branch"], "next");
}

#[test]
fn what_is_several_or_too_large_is_refused_at_once() {
    let large = format!("name: shop\nservices:\n{}", "- {name: web}\n".repeat(80_000));
    let deep = format!("name: shop\nservices: {}", "[".repeat(200_000));
    let deep_json = format!("{{\"name\": \"shop\",\t\"services\": {}", "[".repeat(200_000));
    let laughs = (1..30).fold("a0: &a0 [x]\n".to_owned(), |text, n| {
        let below = n - 1;
        format!("{text}a{n}: &a{n} [*a{below}, *a{below}]\n")
    });
    let start = std::time::Instant::now();
    for text in [
        "name: shop\nservices: []\n---\nname: other\n",
        &large,
        &deep,
        &deep_json,
        &laughs,
    ] {
        let failure = parse(text, "app.yaml").expect_err("refused");
        assert!(failure.at.is_some() && failure.next.is_some(), "{failure}");
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
