//! What earlier steps of the job may have left in the environment: none of it runs, none of it changes the way.

use std::fs;

use super::runner::Runner;
use crate::harness::{Tester, run};

/// Programs, built-ins and special built-ins that the two steps use.
const USED: [&str; 27] = [
    "exec",
    "unset",
    "set",
    "trap",
    "exit",
    "export",
    "return",
    "[",
    "test",
    "printf",
    "read",
    "command",
    "wait",
    "kill",
    "umask",
    "cd",
    "true",
    "uname",
    "sh",
    "sha256sum",
    "curl",
    "cp",
    "mkdir",
    "mktemp",
    "mv",
    "chmod",
    "rm",
];

/// A job in which a step before has exported a function for everything, and named files that shells read at their start.
fn poisoned(runner: &mut Runner) {
    let trace = runner.path("trace");
    let trap = format!("echo hijacked >>'{}'", trace.display());
    for name in USED {
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
