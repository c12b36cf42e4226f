//! What earlier steps of the job may have left in the environment: none of it runs, none of it changes the way.

use std::collections::BTreeSet;
use std::fs;

use regex_lite::Regex;

use super::runner::Runner;
use crate::harness::{Tester, run};

/// Special built-ins that the two steps use: they win over functions in every POSIX shell.
const SPECIAL: [&str; 9] = [
    "break", "continue", "exec", "exit", "export", "return", "set", "trap", "unset",
];

const SCRIPT: &str = include_str!("../../../action/program.sh");

/// Words of the shell's grammar that a command follows, and those that none follows.
const INTRODUCING: [&str; 6] = ["if", "then", "elif", "else", "while", "do"];
const OTHER_GRAMMAR: [&str; 5] = ["fi", "done", "case", "esac", "for"];

/// What program.sh frees of functions, as its own line says.
fn freed() -> Vec<&'static str> {
    let (_, rest) = SCRIPT.split_once("\nunset -f ").expect("the line");
    let (names, _) = rest.split_once("||").expect("its end");
    names.split_whitespace().filter(|name| *name != "\\").collect()
}

/// Every word of program.sh that stands where a command stands, without its own functions.
fn commands() -> BTreeSet<String> {
    let text = Regex::new(r#"\\.|\$\(\([^)]*\)\)|"(?:\\[\s\S]|[^"\\])*"|'[^']*'"#).unwrap();
    let pattern = Regex::new(r"^[^($]*\) ?").unwrap();
    let place = r"(?:^|[;|&(]|command -v|set --|\b(?:if|elif|then|else|while|do|!)\b) *(?:[A-Z]+=\S+ +)?";
    let command = Regex::new(&format!(r"{place}([a-z\[][a-z0-9_]*)(?:[ );]|$)")).unwrap();
    let code = SCRIPT.lines().filter(|line| !line.trim_start().starts_with('#'));
    let code = code.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let mut commands = BTreeSet::new();
    for line in text.replace_all(&code, "TEXT").lines() {
        let mut rest = pattern.replace(line.trim(), "").into_owned();
        while let Some(found) = command.captures(&rest) {
            commands.insert(found[1].to_owned());
            let before = if INTRODUCING.contains(&&found[1]) { ";" } else { "WORD" };
            rest = format!("{before}{}", &rest[found.get(1).unwrap().end()..]);
        }
    }
    let own = |name: &str| SCRIPT.contains(&format!("\n{name}() {{\n"));
    commands.retain(|name| {
        let known = [&INTRODUCING[..], &OTHER_GRAMMAR, &SPECIAL].concat();
        !own(name) && !known.contains(&name.as_str())
    });
    commands
}

#[test]
fn every_command_of_the_script_is_freed_of_functions() {
    let freed: BTreeSet<String> = freed().into_iter().map(str::to_owned).collect();
    assert_eq!(commands(), freed);
}

/// A job in which a step before has exported a function for everything, and named files that shells read at their start.
fn poisoned(runner: &mut Runner) {
    let trace = runner.path("trace");
    let trap = format!("echo hijacked >>'{}'", trace.display());
    for name in freed().into_iter().chain(SPECIAL).chain(["sh", "test", "true"]) {
        runner.env(
            &format!("BASH_FUNC_{name}%%"),
            &format!("() {{ {trap}; }}").replace("hijacked", name),
        );
    }
    let file = runner.path("startup file");
    fs::write(&file, &trap).expect("a file");
    for name in ["BASH_ENV", "ENV"] {
        runner.env(name, &file.to_string_lossy());
    }
    runner.env("IFS", "/");
    runner.env("CDPATH", "/tmp:/");
}

/// Functions of earlier steps that were called.
fn called(runner: &Runner) -> String {
    fs::read_to_string(runner.path("trace")).unwrap_or_default()
}

#[test]
fn exported_functions_and_startup_files_have_no_effect_on_the_way_to_the_program() {
    // What `sh` is on Debian, and what it is on macOS and Fedora.
    for shell in ["sh", "sh:bash"] {
        let mut runner = Runner::new();
        poisoned(&mut runner);
        runner.only(&[shell, "cp"]);
        assert_eq!(runner.install().succeeds().program(), runner.cached(), "{shell}");
        assert_eq!(runner.install().succeeds().program(), runner.cached(), "{shell}");
        assert_eq!(called(&runner), "", "{shell}");
    }
}

#[tokio::test]
async fn exported_functions_and_startup_files_have_no_effect_on_the_run() {
    run(async |t: &mut Tester| {
        for shell in ["sh", "sh:bash"] {
            let mut runner = Runner::with_the_program();
            poisoned(&mut runner);
            runner.only(&[shell]);
            runner.uses(t, &[("command", "status")]).await.succeeds();
            assert_eq!(called(&runner), "", "{shell}");
        }
    })
    .await;
}

#[test]
fn a_users_own_settings_of_curl_have_no_effect() {
    let mut runner = Runner::new();
    let server = super::mirror::Server::start(&runner.asset.file, 0, 200);
    fs::write(
        runner.path("home").join(".curlrc"),
        "include\nproxy = http://127.0.0.1:1\n",
    )
    .expect("a file");
    runner.env("DO_DEPLOY_MIRROR", &server.url).install().succeeds();
}

#[test]
fn a_users_own_settings_of_wget_have_no_effect() {
    let mut runner = Runner::new();
    let server = super::mirror::Server::start(&runner.asset.file, 0, 200);
    let trace = runner.path("trace");
    runner.program("askpass", &format!("#!/bin/sh\necho asked >>'{}'\n", trace.display()));
    let askpass = runner.path("own bin").join("askpass");
    fs::write(
        runner.path("home").join(".wgetrc"),
        format!(
            "use_askpass = {}\nuse_proxy = on\nhttp_proxy = http://127.0.0.1:1\n",
            askpass.display()
        ),
    )
    .expect("a file");
    runner.only(&["sh", "wget"]);
    runner.env("DO_DEPLOY_MIRROR", &server.url).install().succeeds();
    assert_eq!(called(&runner), "");
}
