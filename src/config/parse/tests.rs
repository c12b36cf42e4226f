//! What `do-deploy.toml` accepts, what it refuses, and in which words.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::{Check, CommentMode, Config, EnvValue, Generate, PreviewDatabase, SleepAfter};

fn parse(text: &str) -> Config {
    Config::parse(text, "do-deploy.toml").expect("valid")
}

/// The failure and its next step as a person reads them.
fn refuse(text: &str) -> String {
    let failure = Config::parse(text, "do-deploy.toml").expect_err("refused");
    format!("{failure} | {}", failure.next.clone().unwrap_or_default())
}

#[test]
fn an_empty_file_is_the_default() {
    assert_eq!(parse(""), Config::default());
}

#[test]
fn the_reference_holds_the_defaults() {
    assert_eq!(parse(include_str!("../reference.toml")), Config::default());
}

#[test]
fn the_reference_names_every_key() {
    let reference = include_str!("../reference.toml");
    for table in ["", "[production]\n", "[preview]\n", "[health]\n", "[comment]\n"] {
        let failure = Config::parse(&format!("{table}zzzzzzzzzzzzzzzzzzzz = 1"), "f").expect_err("unknown");
        let known = failure.next.expect("lists what is known");
        for key in super::quoted(&known) {
            let written = [format!("\n{key} = "), format!("[{key}]"), format!(".{key}]")];
            assert!(
                written.iter().any(|it| reference.contains(it)),
                "{table}{key} is missing"
            );
        }
    }
}

#[test]
fn reads_every_kind_of_value() {
    let config = parse(
        r#"
spec = "deploy/app.yaml"
[production]
branch = "main"
rollback = "never"
timeout = "1h 30m"
env = { STRIPE_KEY = { from = "STRIPE_KEY" } }
[environments.staging]
branch = "develop"
spec = ".do/staging.yaml"
[preview]
ttl = "2d"
database = "dev"
sleep = false
env = { A = "generate", B = "generate:hex64", C = { from = "PREVIEW_C" }, D = "on" }
[health]
checks = [{ path = "/admin", status = 401 }]
[comment]
mode = "off"
"#,
    );
    let production = config.environment("production").expect("always there");
    assert_eq!(production.spec, "deploy/app.yaml");
    assert_eq!(production.rollback, crate::model::rollback::RollbackPolicy::Never);
    assert_eq!(production.timeout, Duration::from_secs(5400));
    assert_eq!(production.env["STRIPE_KEY"], EnvValue::From("STRIPE_KEY".to_owned()));
    let staging = config.environment("staging").expect("declared");
    assert_eq!(
        (staging.branch.as_str(), staging.spec.as_str()),
        ("develop", ".do/staging.yaml")
    );
    assert_eq!(config.environment("qa"), None);
    assert_eq!(config.preview.sleep, SleepAfter::Never);
    assert_eq!(config.preview.database, PreviewDatabase::Dev);
    assert_eq!(config.preview.env["A"], EnvValue::Generate(Generate::Base64Url));
    assert_eq!(config.preview.env["B"], EnvValue::Generate(Generate::Hex64));
    assert_eq!(config.preview.env["D"], EnvValue::Plain("on".to_owned()));
    assert_eq!(
        config.health.checks,
        [Check {
            path: "/admin".to_owned(),
            status: 401
        }]
    );
    assert_eq!(config.comment.mode, CommentMode::Off);
}

#[test]
fn an_unknown_key_names_the_nearest_with_line_and_column() {
    insta::assert_snapshot!(refuse("[preview]\n  databse = \"dev\""), @"do-deploy.toml:2:3: unknown key `databse` | did you mean `database`?");
    insta::assert_snapshot!(refuse("[previews]\n"), @"do-deploy.toml:1:2: unknown key `previews` | did you mean `preview`?");
    insta::assert_snapshot!(refuse("[comment]\nzzzzzzzzz = 1"), @"do-deploy.toml:2:1: unknown key `zzzzzzzzz` | known here: `mode`, `logs`, `notify`");
    insta::assert_snapshot!(refuse("[preview]\nenv = { A = { form = \"X\" } }"), @"do-deploy.toml:2:13: unknown key `form` | did you mean `from`?");
}

#[test]
fn a_wrong_value_says_what_is_right() {
    insta::assert_snapshot!(refuse("[preview]\ndatabase = \"mysql\""), @"do-deploy.toml:2:12: `mysql` is not known here | use one of `auto`, `sqlite`, `dev`, `none`");
    insta::assert_snapshot!(refuse("[preview]\nsleep = \"soon\""), @r#"do-deploy.toml:2:9: invalid value: string "soon", expected `auto`, `false`, or a duration such as `1h` | every key, its default and its format are in do-deploy's `reference.toml`"#);
    insta::assert_snapshot!(refuse("[preview]\nsleep = true"), @"do-deploy.toml:2:9: invalid value: boolean `true`, expected `auto`, `false`, or a duration such as `1h` | every key, its default and its format are in do-deploy's `reference.toml`");
    insta::assert_snapshot!(refuse("[preview]\nttl = 14"), @"do-deploy.toml:2:7: invalid type: integer `14`, expected a duration such as `90s`, `75m`, `1h 30m` or `14d` | every key, its default and its format are in do-deploy's `reference.toml`");
    insta::assert_snapshot!(refuse("[preview]\nlimit = 0"), @"do-deploy.toml:2:1: `limit` has to be at least 1 | `enabled = false` switches previews off");
    insta::assert_snapshot!(refuse("[production]\ntimeout = \"soon\""), @r#"do-deploy.toml:2:11: invalid value: string "soon", expected a duration such as `90s`, `75m`, `1h 30m` or `14d` | every key, its default and its format are in do-deploy's `reference.toml`"#);
    insta::assert_snapshot!(refuse("[health]\nchecks = [{ path = \"admin\", status = 401 }]"), @"do-deploy.toml:2:1: `admin` is not a valid path | start it with `/`, without host");
    insta::assert_snapshot!(refuse("[preview\n"), @"do-deploy.toml:1:9: unclosed table, expected `]` | every key, its default and its format are in do-deploy's `reference.toml`");
}

#[test]
fn what_is_not_built_yet_is_refused() {
    insta::assert_snapshot!(refuse("spec = [\"a.yaml\", \"b.yaml\"]"), @"do-deploy.toml:1:8: `spec` names one manifest: for several apps, write a table with a `spec` for each, such as `[apps.api]` | every key, its default and its format are in do-deploy's `reference.toml`");
    insta::assert_snapshot!(refuse("[production.env]\nKEY = \"generate\""), @r#"do-deploy.toml:2:1: `generate` for `KEY` of production is not supported yet: it is for previews | use `KEY = { from = "KEY" }` and set that variable in the step's `env:`"#);
    insta::assert_snapshot!(refuse("[preview.env]\nKEY = \"generate:uuid\""), @"do-deploy.toml:2:7: `generate:uuid` is not supported yet: use `generate` or `generate:hex64` | every key, its default and its format are in do-deploy's `reference.toml`");
}

#[test]
fn tokens_and_runner_variables_are_never_handed_to_an_app() {
    for name in [
        "DIGITALOCEAN_ACCESS_TOKEN",
        "FLY_API_TOKEN",
        "GITHUB_TOKEN",
        "GH_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "RUNNER_TEMP",
    ] {
        for table in ["production", "preview", "environments.x"] {
            let text = format!("[{table}]\nbranch = \"x\"\nenv = {{ A = {{ from = \"{name}\" }} }}")
                .replace(if table == "preview" { "branch = \"x\"\n" } else { "\0" }, "");
            assert!(refuse(&text).contains("is never handed to an app"), "{text}");
        }
    }
    assert!(refuse("[preview.env]\nDO_DEPLOY_COMMIT = \"x\"").contains("recognises its own apps"));
}

#[test]
fn an_environment_needs_a_branch_and_a_name_of_its_own() {
    insta::assert_snapshot!(refuse("[environments.staging]\nspec = \"s.yaml\""), @r#"do-deploy.toml:1:15: environment `staging` has no `branch` | add `branch = "..."` to `[environments.staging]`"#);
    insta::assert_snapshot!(refuse("[environments.pr-1]\nbranch = \"x\""), @"do-deploy.toml:1:15: `pr-1` cannot be the name of an environment | use letters, digits, `-` and `_`; `production`, `preview` and `pr-N` are taken, in upper case as well");
    insta::assert_snapshot!(refuse("[production]\nspec = \"s.yaml\""), @"do-deploy.toml:2:1: `spec` in `[production]` is not known | production's spec is the `spec` at the top of the file");
}

#[test]
fn environments_that_differ_only_in_case_are_one_on_github() {
    for name in [
        "Production",
        "PRODUCTION",
        "Preview",
        "PREVIEW",
        "Pr-1",
        "PR-12",
        "pr-01",
    ] {
        let text = format!("[environments.{name}]\nbranch = \"x\"");
        assert!(
            refuse(&text).contains(&format!("`{name}` cannot be the name of an environment")),
            "{name}"
        );
    }
    insta::assert_snapshot!(
        refuse("[environments.staging]\nbranch = \"a\"\n[environments.Staging]\nbranch = \"b\""),
        @"do-deploy.toml:1:15: `staging` and `Staging` are one environment on GitHub, which ignores case | rename one of the two"
    );
}

#[test]
fn a_file_has_a_bounded_number_of_environments() {
    let file = |count: usize| -> String {
        let tables = (0..count).map(|number| format!("[environments.e{number}]\nbranch = \"b{number}\"\n"));
        tables.collect()
    };
    assert!(Config::parse(&file(50), "do-deploy.toml").is_ok());
    insta::assert_snapshot!(refuse(&file(51)), @"do-deploy.toml:1:2: there are 51 environments in the file, more than 50 | leave out those that are not deployed any more");
}

#[test]
fn a_file_has_a_budget_of_size_and_envs() {
    let many = |count: usize| -> String { (0..count).map(|number| format!("K{number} = \"\"\n")).collect() };
    assert!(Config::parse(&format!("[preview.env]\n{}", many(1000)), "do-deploy.toml").is_ok());
    insta::assert_snapshot!(refuse(&format!("[preview.env]\n{}", many(1001))), @"do-deploy.toml:1:10: there are 1001 envs in the file, more than 1000 | set them in the manifest, or hand them over as one variable");
    insta::assert_snapshot!(refuse(&format!("[production.env]\nA = \"\"\n[preview.env]\n{}", many(1000))), @"do-deploy.toml:1:13: there are 1001 envs in the file, more than 1000 | set them in the manifest, or hand them over as one variable");
    insta::assert_snapshot!(refuse(&format!("[preview.env]\n{}", many(300_000))), @"`do-deploy.toml` is larger than 128 KiB | keep what is not configuration of deployments in another file");
    insta::assert_snapshot!(refuse(&format!("# {}", "x".repeat(128 * 1024))), @"`do-deploy.toml` is larger than 128 KiB | keep what is not configuration of deployments in another file");
}

/// The reference with lines of it written twice, left out, mixed up or with something else in them, and anything at all.
fn text() -> impl Strategy<Value = String> {
    let reference = include_str!("../reference.toml").lines();
    let lines: Vec<&'static str> = reference.filter(|line| !line.starts_with('#')).collect();
    let value = prop_oneof![
        "(true|false|[0-9]{1,20}|-1|1e9|\\[\\]|\\{\\})",
        "\"([ -!#-~]{0,12}|[0-9]{1,20}[smhdw]|/[a-z]{0,4})\"",
        "\\{ from = \"[A-Z_]{0,12}\" \\}",
        ".{0,12}",
    ];
    let changed = (prop::sample::select(lines.clone()), value).prop_map(|(line, value)| match line.split_once(" = ") {
        Some((key, _)) => format!("{key} = {value}"),
        None => line.to_owned(),
    });
    let kept = prop::sample::select(lines).prop_map(str::to_owned);
    let line = prop_oneof![3 => kept, 2 => changed, 1 => ".{0,20}"];
    let lines = prop::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n"));
    prop_oneof![9 => lines, 1 => any::<String>()]
}

proptest! {
    #[test]
    fn whatever_the_file_says_it_is_read_or_refused_with_its_place(text in text()) {
        let since = Instant::now();
        if let Err(failure) = Config::parse(&text, "do-deploy.toml") {
            prop_assert!(failure.next.as_ref().is_some_and(|next| !next.is_empty()), "{}", failure);
            let at = failure.at.as_ref().expect("a place").to_string();
            let numbers: Vec<usize> = at.split(':').filter_map(|part| part.parse().ok()).collect();
            let lines = text.lines().count() + 1;
            prop_assert!(numbers.first().is_some_and(|line| (1..=lines).contains(line)), "{} in {:?}", at, text);
        }
        prop_assert!(since.elapsed() < Duration::from_secs(5));
    }
}
