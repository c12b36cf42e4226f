//! `[apps]`: what each app inherits and says, and what is refused at its place.

use std::time::Duration;

use super::super::{AppConfig, Config, EnvValue};
use crate::model::changed_files::ChangedFiles;
use crate::model::environment::Environment;

fn parse(text: &str) -> Config {
    Config::parse(text, "do-deploy.toml").expect("valid")
}

fn apps(text: &str) -> Vec<AppConfig> {
    parse(text).apps()
}

/// The failure and its next step as a person reads them.
fn refuse(text: &str) -> String {
    let failure = Config::parse(text, "do-deploy.toml").expect_err("refused");
    format!("{failure} | {}", failure.next.clone().unwrap_or_default())
}

/// The same of each text, a line for each.
fn refuse_all(texts: &[&str]) -> String {
    let refused: Vec<String> = texts.iter().map(|text| refuse(text)).collect();
    refused.join("\n")
}

const SHOP: &str = r#"
[preview]
limit = 3
size = "apps-s-1vcpu-0.5gb"
timeout = "10m"
env = { FLAG = "on", KEY = { from = "ROOT_KEY" } }
[environments.staging]
branch = "next"
nightly = false
[health]
path = "/up"
[apps.web]
spec = "frontend/app.yaml"
paths = ["frontend/**", "!**/*.md"]
after = ["api"]
[apps.web.preview.env]
API = "${apps.api.url}/v1"
KEY = { from = "WEB_KEY" }
[apps.api]
spec = "backend/app.yaml"
environments.staging.spec = "backend/staging.yaml"
preview.size = "auto"
health = { path = "/health", checks = [{ path = "/admin", status = 401 }] }
"#;

#[test]
fn a_repository_without_apps_has_one_without_a_key() {
    let config = parse("spec = \"app.yaml\"\n");
    let apps = config.apps();
    assert_eq!((apps.len(), &apps[0].key, &apps[0].config), (1, &None, &config));
    assert_eq!(parse("[apps]\n").apps()[0].key, None);
}

#[test]
fn an_app_has_its_own_keys_and_those_of_the_file() {
    let apps = apps(SHOP);
    let keys: Vec<_> = apps.iter().filter_map(|app| app.key.as_deref()).collect();
    assert_eq!(keys, ["web", "api"], "in the order of the file");
    let (web, api) = (&apps[0], &apps[1]);
    let expected = parse(
        r#"
spec = "frontend/app.yaml"
[preview]
limit = 3
size = "apps-s-1vcpu-0.5gb"
timeout = "10m"
env = { FLAG = "on", KEY = { from = "WEB_KEY" } }
[environments.staging]
branch = "next"
nightly = false
[health]
path = "/up"
"#,
    );
    let preview = super::super::Preview {
        env: web.config.preview.env.clone(),
        ..expected.preview.clone()
    };
    assert_eq!(web.config.preview, preview);
    let mut env = expected.preview.env.clone();
    env.insert("API".to_owned(), EnvValue::Plain("${apps.api.url}/v1".to_owned()));
    assert_eq!(web.config.preview.env, env);
    assert_eq!(web.config.environments, expected.environments);
    assert_eq!(web.config.health, expected.health);
    assert_eq!(web.config.production, expected.production);
    assert_eq!(web.after, ["api"]);
    assert_eq!(api.config.preview.size, "auto");
    assert_eq!(api.config.preview.timeout, Duration::from_secs(600));
    assert_eq!(api.config.preview_spec(), "backend/app.yaml");
    assert_eq!(
        (api.config.health.path.as_str(), api.config.health.checks.len()),
        ("/health", 1)
    );
    let staging = api.config.environment("staging").expect("the file has it");
    assert_eq!(
        (staging.branch.as_str(), staging.spec.as_str()),
        ("next", "backend/staging.yaml")
    );
    let staging = Environment::Named("staging".to_owned());
    assert!(api.is_in(&staging) && !web.is_in(&staging));
    assert_eq!(
        web.refers_to(&Environment::Preview(1)).into_iter().collect::<Vec<_>>(),
        ["api"]
    );
}

#[test]
fn an_app_is_touched_by_its_paths_and_by_what_says_how_it_is_deployed() {
    let web = &apps(SHOP)[0];
    for (file, touched) in [
        ("frontend/main.ts", true),
        ("frontend/README.md", false),
        ("backend/app.yaml", false),
        ("deploy/web.yaml", true),
    ] {
        let changed = ChangedFiles::Known(vec![file.to_owned()]);
        assert_eq!(web.is_touched_by(&changed, &["deploy/web.yaml"]), touched, "{file}");
    }
    assert!(web.is_touched_by(&ChangedFiles::Unknown, &[]));
    let reshaped = |commit: &str| web.is_reshaped_by(&parse(commit));
    assert!(!reshaped(SHOP));
    assert!(
        reshaped(&SHOP.replace("FLAG = \"on\"", "FLAG = \"off\"")),
        "for all apps"
    );
    assert!(reshaped(&SHOP.replace("/v1", "/v2")), "for this one");
    assert!(!reshaped(&SHOP.replace("limit = 3", "limit = 4")), "policy");
    assert!(!reshaped(&SHOP.replace("/admin", "/private")), "for another one");
}

#[test]
fn a_key_that_counts_pull_requests_or_chooses_them_is_not_an_apps() {
    let head = "[environments.staging]\nbranch = \"b\"\n[apps.api]\nspec = \"a.yaml\"\n";
    let texts: Vec<String> = [
        "preview.limit = 3",
        "preview.ttl = \"1d\"",
        "preview.label = \"preview\"",
        "preview.drafts = true",
        "preview.bots = true",
        "comment.mode = \"off\"",
        "production.branch = \"main\"",
        "production.spec = \"b.yaml\"",
        "environments.staging.branch = \"other\"",
    ]
    .iter()
    .map(|line| format!("{head}{line}\n"))
    .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    insta::assert_snapshot!(refuse_all(&texts), @r"
    do-deploy.toml:5:9: `limit` cannot be set for one app: it counts pull requests, not apps | move it to `[preview]`
    do-deploy.toml:5:9: `ttl` cannot be set for one app: the apps of a pull request are removed together | move it to `[preview]`
    do-deploy.toml:5:9: `label` cannot be set for one app: it chooses among pull requests, not among their apps | move it to `[preview]`
    do-deploy.toml:5:9: `drafts` cannot be set for one app: it chooses among pull requests, not among their apps | move it to `[preview]`
    do-deploy.toml:5:9: `bots` cannot be set for one app: it chooses among pull requests, not among their apps | move it to `[preview]`
    do-deploy.toml:5:1: `comment` cannot be set for one app: a pull request has one comment for all of its apps | move it to `[comment]`
    do-deploy.toml:5:12: `branch` cannot be set for one app: an environment has one branch for all of its apps | move it to `[production]`
    do-deploy.toml:5:12: `spec` in `[apps.api.production]` is not known | production's spec is the `spec` of `[apps.api]`
    do-deploy.toml:5:22: `branch` cannot be set for one app: an environment has one branch for all of its apps | move it to `[environments.staging]`
    ");
}

#[test]
fn a_spec_of_all_apps_is_refused() {
    let app = "[apps.api]\nspec = \"a.yaml\"\n";
    insta::assert_snapshot!(refuse_all(&[
        &format!("spec = \"app.yaml\"\n{app}"),
        &format!("{app}[preview]\nspec = \"p.yaml\"\n"),
        &format!("[environments.staging]\nbranch = \"b\"\nspec = \"s.yaml\"\n{app}"),
        "[apps.api]\npaths = [\"api/**\"]\n",
        "[apps.api]\nspec = \"a.yaml\"\n[apps.web]\nspec = \"a.yaml\"\n",
    ]), @r#"
    do-deploy.toml:1:1: `spec` at the top of the file names one manifest for every app of `[apps]` | move it to the table of one app: `[apps.NAME]`
    do-deploy.toml:4:1: `spec` in `[preview]` names one manifest for every app of `[apps]` | move it to the table of one app: `[apps.NAME.preview]`
    do-deploy.toml:3:1: `spec` in `[environments.staging]` names one manifest for every app of `[apps]` | move it to the table of one app: `[apps.NAME.environments.staging]`
    do-deploy.toml:1:7: app `api` has no `spec` | add `spec = "..."`, the path of its manifest, to `[apps.api]`
    do-deploy.toml:3:7: `api` and `web` have the same `spec`, `a.yaml` | give each app a manifest of its own
    "#);
    assert_eq!(apps(&format!("spec = \"\"\n[preview]\nspec = \"\"\n{app}")).len(), 1);
}

#[test]
fn what_is_wrong_in_an_apps_table_is_shown_at_its_place() {
    insta::assert_snapshot!(refuse_all(&[
        "apps = 3\n",
        "[[apps]]\nspec = \"a.yaml\"\n",
        "[app.api]\nspec = \"a.yaml\"\n",
        "[apps]\napi = \"a.yaml\"\n",
        "[apps.api]\nspec = \"a.yaml\"\npath = [\"x\"]\n",
        "[apps.api]\nspec = \"a.yaml\"\nplatform = \"fly\"\n",
        "[apps.api]\nspec = \"a.yaml\"\n[apps.api.apps.x]\n",
        "[preview]\nsize = \"auto\"\n[apps.api]\nspec = \"a.yaml\"\n[apps.api.preview]\n  databse = \"dev\"\n",
        "[preview]\nsize = \"auto\"\n[apps.api]\nspec = \"a.yaml\"\npreview.size = \"\"\n",
        "[apps.api]\nspec = \"a.yaml\"\npreview = { timeout = \"soon\" }\n",
        "[apps.api]\nspec = \"a.yaml\"\nhealth.path = \"up\"\n",
        "[apps.api]\nspec = \"a.yaml\"\npreview.env.DO_DEPLOY_APP = \"x\"\n",
        "[apps.api]\nspec = \"a.yaml\"\n[apps.api.environments.qa]\nspec = \"q.yaml\"\n",
        "[apps.api]\nspec = \"a.yaml\"\npreview.prepare = \"x\"\n[preview]\nlimit = 0\n",
        "[apps.api]\nspec = \"a.yaml\"\npaths = [\"api/**\", \"/web/**\"]\n",
        "[apps.api]\nspec = \"a.yaml\"\npaths = \"api/**\"\n",
        "[apps.api]\nspec = \"a.yaml\"\nafter = [\"api\"]\n",
        "[apps.api]\nspec = \"a.yaml\"\nafter = [\"wep\"]\n[apps.web]\nspec = \"w.yaml\"\n",
        "[apps.Api]\nspec = \"a.yaml\"\n",
        "[apps.\"a.b\"]\nspec = \"a.yaml\"\n",
    ]), @r#"
    do-deploy.toml:1:8: `apps` is not a table | write a table for each app, such as `[apps.api]`
    do-deploy.toml:1:1: `apps` is not a table | write a table for each app, such as `[apps.api]`
    do-deploy.toml:1:2: unknown key `app` | did you mean `apps`?
    do-deploy.toml:2:7: `api` is not a table | write a table: `[apps.api]`
    do-deploy.toml:3:1: unknown key `path` | did you mean `paths`?
    do-deploy.toml:3:1: unknown key `platform` | known here: `spec`, `paths`, `after`, `production`, `environments`, `preview`, `health`
    do-deploy.toml:3:11: unknown key `apps` | known here: `spec`, `paths`, `after`, `production`, `environments`, `preview`, `health`
    do-deploy.toml:6:3: unknown key `databse` | did you mean `database`?
    do-deploy.toml:5:9: `size` is empty | use `auto` or an instance size's slug
    do-deploy.toml:3:23: invalid value: string "soon", expected a duration such as `90s`, `75m`, `1h 30m` or `14d` | every key, its default and its format are in do-deploy's `reference.toml`
    do-deploy.toml:3:8: `up` is not a valid path | start it with `/`, without host
    do-deploy.toml:3:13: `DO_DEPLOY_APP` is how do-deploy recognises its own apps | use another key
    do-deploy.toml:3:24: environment `qa` has no `branch` | add `branch = "..."` to `[environments.qa]`
    do-deploy.toml:5:1: `limit` has to be at least 1 | `enabled = false` switches previews off
    do-deploy.toml:3:20: `/web/**` is not a valid pattern of `paths`: paths begin at the top of the repository | begin with the name of a file or folder at the top of the repository, or with `**`
    do-deploy.toml:3:9: invalid type: string "api/**", expected a sequence | every key, its default and its format are in do-deploy's `reference.toml`
    do-deploy.toml:3:10: app `api` cannot be deployed after itself | leave it out
    do-deploy.toml:3:10: there is no app `wep` | did you mean `web`?
    do-deploy.toml:1:7: `Api` cannot be the name of an app | use lower-case letters, digits, `-` and `_`, a letter or a digit first, at most 32 characters
    do-deploy.toml:1:7: `a.b` cannot be the name of an app | use lower-case letters, digits, `-` and `_`, a letter or a digit first, at most 32 characters
    "#);
}

#[test]
fn references_are_held_to_the_apps_that_there_are() {
    let two = "[apps.api]\nspec = \"a.yaml\"\n[apps.web]\nspec = \"w.yaml\"\n";
    let refused = refuse_all(&[
        &format!("{two}preview.env.A = \"${{apps.apy.url}}\"\n"),
        &format!("{two}production.env.A = \"x ${{apps.web.url}}\"\n"),
        &format!("{two}production.env.A = \"${{apps.api.host}}\"\n"),
        &format!(
            "[environments.staging]\nbranch = \"b\"\n{two}environments.staging.env = {{ A = \"${{apps.api}}\" }}\n"
        ),
        &format!("[preview.env]\nA = \"${{apps.api.url}}\"\n{two}"),
        "[production.env]\nA = \"${apps.api.url}\"\n",
    ]);
    insta::assert_snapshot!(refused, @r"
    do-deploy.toml:5:17: there is no app `apy` | did you mean `api`?
    do-deploy.toml:5:20: app `web` refers to itself | an app's own URL is not known before it is deployed: set this env in the table of another app
    do-deploy.toml:5:20: unknown property `host` in `${apps.api.host}` | write `${apps.NAME.url}` or `${apps.NAME.domain}`
    do-deploy.toml:7:34: `${apps.api}` is not a valid reference to an app | write `${apps.NAME.url}` or `${apps.NAME.domain}`
    do-deploy.toml:2:5: app `api` refers to itself | an app's own URL is not known before it is deployed: set this env in the table of another app
    do-deploy.toml:2:5: there is no app `api` | add `[apps.api]`, or correct the name
    ");
    parse("[production.env]\nA = \"${apps.PUBLIC_URL}\"\n");
}

#[test]
fn a_file_has_a_bounded_number_of_apps() {
    let file = |count: usize| -> String { (0..count).map(|n| format!("[apps.a{n}]\nspec = \"{n}\"\n")).collect() };
    assert_eq!(apps(&file(50)).len(), 50);
    insta::assert_snapshot!(refuse(&file(51)), @"do-deploy.toml:101:7: there are 51 apps in the file, more than 50 | leave out those that are not deployed any more");
}

#[test]
fn a_commit_shapes_an_app_by_its_own_table_else_by_the_file() {
    let policy = parse(SHOP);
    let commit = parse(
        &SHOP
            .replace("path = \"/health\"", "path = \"/healthz\"")
            .replace("\"!**/*.md\"", "\"!**/*.txt\""),
    );
    let shaped = policy.shaped_by(&commit).apps();
    assert_eq!(shaped[1].config.health.path, "/healthz");
    assert_eq!(shaped[0].paths, policy.apps()[0].paths);
    let without_apps = parse("[health]\npath = \"/new\"\n[preview]\nlimit = 99\n");
    let shaped = policy.shaped_by(&without_apps).apps();
    let said: Vec<_> = shaped
        .iter()
        .map(|app| (app.config.health.path.as_str(), app.config.preview.limit))
        .collect();
    assert_eq!(said, [("/new", 3), ("/new", 3)]);
    let staged = policy.with_environment_of(&without_apps, "staging").apps();
    assert_eq!(staged[1].config.health.path, "/new");
    assert_eq!(staged[1].config.environments["staging"].spec, "backend/staging.yaml");
}

#[test]
fn what_a_commit_says_of_the_apps_themselves_is_policy() {
    let policy = parse(SHOP);
    let named = |from: &str, to: &str| {
        assert!(SHOP.contains(from), "{from}");
        policy.other_policy(&parse(&SHOP.replace(from, to))).join(", ")
    };
    for (from, to, key) in [
        ("frontend/app.yaml", "other/app.yaml", "[apps.web] spec"),
        ("!**/*.md", "!**/*.txt", "[apps.web] paths"),
        ("after = [\"api\"]", "", "[apps.web] after"),
        ("backend/staging.yaml", "x.yaml", "[apps.api.environments.staging] spec"),
        ("WEB_KEY", "OTHER_KEY", "[apps.web.preview.env] KEY"),
        (
            "preview.size = \"auto\"",
            "preview.timeout = \"9m\"",
            "[apps.api.preview] timeout",
        ),
        ("limit = 3", "limit = 4", "[preview] limit"),
        ("timeout = \"10m\"", "timeout = \"11m\"", "[preview] timeout"),
        ("[apps.api]", "[apps.new]\nspec = \"n.yaml\"\n[apps.api]", "[apps.new]"),
        ("/v1", "/v2", ""),
        ("/admin", "/private", ""),
    ] {
        assert_eq!(named(from, to), key, "{from}");
    }
    let single = parse("spec = \"app.yaml\"\n");
    assert_eq!(
        single.other_policy(&policy).join(", "),
        "spec, [preview] limit, [preview] timeout, [preview.env] KEY, [environments.staging], [apps.api], [apps.web]"
    );
}
