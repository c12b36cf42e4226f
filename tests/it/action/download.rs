//! The download: what it is checked against, what is tried again, what is left behind when it fails.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::action_commit::{TARGET, VERSION};
use super::mirror::{PATIENCE, Server, Trouble, sha_of};
use super::runner::Runner;
use crate::harness::{Gate, until, within};

#[test]
fn a_wrong_hash_shows_both_and_leaves_nothing_behind() {
    let runner = Runner::new();
    fs::write(&runner.asset.file, "#!/bin/sh\necho evil\n").expect("the mirror's file");
    let error = runner.install().fails();
    for part in [
        &runner.asset.sha,
        &sha_of(&runner.asset.file),
        "the%20mirror/do-deploy-",
    ] {
        assert!(error.replace(' ', "%20").contains(part), "{part:?} is not in {error:?}");
    }
    assert_eq!(runner.files("tool cache"), Vec::<PathBuf>::new());
    assert_eq!(runner.files("_temp"), Vec::<PathBuf>::new());
}

#[test]
fn a_mirror_is_asked_for_the_assets_name_over_http() {
    for program in ["curl", "wget", "wget timeout"] {
        let mut runner = Runner::new();
        let server = Server::start(&runner.asset.file, 0, 200);
        let programs: Vec<&str> = program.split(' ').collect();
        let installed = runner
            .only(&programs)
            .env("DO_DEPLOY_MIRROR", &server.url)
            .install()
            .succeeds();
        assert_eq!(sha_of(&installed.program()), runner.asset.sha, "with {program}");
        assert_eq!(server.requests(), 1);
    }
}

#[test]
fn a_server_that_is_down_for_a_moment_is_asked_again() {
    for program in ["curl", "wget"] {
        let mut runner = Runner::new();
        let server = Server::start(&runner.asset.file, 2, 503);
        runner.only(&[program, "true"]).program("sleep", "#!/bin/sh\n");
        runner.env("DO_DEPLOY_MIRROR", &server.url).install().succeeds();
        assert_eq!(server.requests(), 3, "with {program}");
    }
}

#[test]
fn a_server_that_asks_for_patience_is_asked_again() {
    for status in [408, 429] {
        let mut runner = Runner::new();
        let server = Server::start(&runner.asset.file, 2, status);
        runner.program("sleep", "#!/bin/sh\n");
        runner.env("DO_DEPLOY_MIRROR", &server.url).install().succeeds();
        assert_eq!(server.requests(), 3, "{status}");
    }
}

#[test]
fn a_server_that_falls_silent_or_never_ends_is_left_and_asked_again() {
    // Each limit alone: the other one is far away.
    let cases = [
        ("curl", "DO_DEPLOY_DOWNLOAD_SILENCE", Trouble::Silence),
        ("curl", "DO_DEPLOY_DOWNLOAD_SECONDS", Trouble::Trickle),
        ("wget", "DO_DEPLOY_DOWNLOAD_SILENCE", Trouble::Silence),
        ("wget timeout", "DO_DEPLOY_DOWNLOAD_SILENCE", Trouble::Silence),
        ("wget timeout", "DO_DEPLOY_DOWNLOAD_SECONDS", Trouble::Trickle),
    ];
    // Each waits for its limit, and so all at once.
    thread::scope(|scope| {
        for (programs, limit, trouble) in cases {
            scope.spawn(move || {
                let mut runner = Runner::new();
                let server = Server::in_trouble(&runner.asset.file, 1, trouble);
                runner.only(&programs.split(' ').collect::<Vec<_>>()).env(limit, "1");
                runner
                    .program("sleep", "#!/bin/sh\n")
                    .env("DO_DEPLOY_MIRROR", &server.url);
                let begun = Instant::now();
                let program = runner.install().succeeds().program();
                assert!(begun.elapsed() < PATIENCE / 2, "{programs} waited for {trouble:?}");
                assert_eq!(sha_of(&program), runner.asset.sha);
                assert_eq!(server.requests(), 2, "{programs}, {trouble:?}");
            });
        }
    });
}

#[test]
fn a_limit_that_is_not_a_number_is_refused() {
    for limit in ["DO_DEPLOY_DOWNLOAD_SECONDS", "DO_DEPLOY_DOWNLOAD_SILENCE"] {
        for value in ["0", "2m", "-1"] {
            let error = Runner::new().env(limit, value).install().fails();
            assert!(error.contains(limit) && error.contains(value), "{error}");
        }
    }
}

#[test]
fn a_download_over_tls_has_limits_and_is_never_led_to_a_place_without() {
    for (mirror, protocols) in [
        (None, "=https"),
        (Some("https://mirror.example"), "=https"),
        (Some("http://mirror.example"), "=https,http"),
    ] {
        let mut runner = Runner::new();
        let file = runner.asset.file.clone();
        // Writes down its arguments, and the asset to the given path.
        let curl = r#"#!/bin/sh
printf '%s\n' "$@" >"$HOME/arguments"
while [ "$1" != --output ]; do shift; done
cp "$ASSET" "$2""#;
        runner.program("curl", curl).env("ASSET", &file.to_string_lossy());
        match mirror {
            Some(mirror) => runner.env("DO_DEPLOY_MIRROR", mirror),
            None => runner.without_env("DO_DEPLOY_MIRROR"),
        };
        runner.install().succeeds();
        let arguments = fs::read_to_string(runner.path("home").join("arguments")).expect("curl was called");
        let arguments: Vec<&str> = arguments.lines().collect();
        for (option, value) in [
            ("--proto", protocols),
            ("--proto-redir", protocols),
            ("--connect-timeout", "10"),
            ("--speed-time", "20"),
            ("--max-time", "120"),
        ] {
            assert!(
                arguments.windows(2).any(|pair| pair == [option, value]),
                "{mirror:?}: {option} {value} is not in {arguments:?}"
            );
        }
    }
}

#[test]
fn what_is_not_there_is_asked_for_once() {
    let mut runner = Runner::new();
    let server = Server::start(&runner.asset.file, 9, 404);
    let error = runner.env("DO_DEPLOY_MIRROR", &server.url).install().fails();
    assert!(error.contains("404") && error.contains(&server.url), "{error}");
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_server_that_stays_down_is_given_up() {
    let mut runner = Runner::new();
    let server = Server::start(&runner.asset.file, 99, 500);
    runner.program("sleep", "#!/bin/sh\n");
    let installed = runner.env("DO_DEPLOY_MIRROR", &server.url).install();
    assert!(installed.fails().contains("attempt 4 of 4"), "{}", installed.said);
    assert_eq!((installed.code, server.requests()), (Some(3), 4));
    assert_eq!(runner.files("tool cache"), Vec::<PathBuf>::new());
}

#[test]
fn a_mirror_that_is_not_a_url_is_refused() {
    let mut runner = Runner::new();
    for mirror in ["/mnt/mirror", "ftp://mirror.example", "mirror.example"] {
        let error = runner.env("DO_DEPLOY_MIRROR", mirror).install().fails();
        assert!(error.contains("`DO_DEPLOY_MIRROR`"), "{error}");
    }
    let error = runner
        .env("DO_DEPLOY_MIRROR", "https://somebody:s3cr3t@mirror.example")
        .install()
        .fails();
    assert!(error.contains("needs none") && !error.contains("s3cr3t"), "{error}");
    let error = runner
        .env("DO_DEPLOY_MIRROR", "file:///nowhere/100%\n::warning::x")
        .install()
        .fails();
    assert!(error.contains("/nowhere/100%25%0A::warning::x/do-deploy-"), "{error}");
}

#[test]
fn a_manifest_that_cannot_be_understood_is_refused() {
    let sha = "0".repeat(64);
    let url = "https://releases.invalid/do-deploy";
    for line in [
        format!("{TARGET} {VERSION} {sha}"),
        format!("{TARGET} {VERSION} {} {url}", &sha[1..]),
        format!("{TARGET} {VERSION} {} {url}", sha.replace('0', "A")),
        format!("{TARGET} {VERSION} {sha} {url} more"),
        format!("{TARGET} {VERSION} {sha} http://releases.invalid/do-deploy"),
        format!("{TARGET} {VERSION} {sha} https://releases.invalid/$(id)"),
        format!("{TARGET} ../../{VERSION} {sha} {url}"),
        format!("{TARGET} {VERSION} {sha} {url}\n{TARGET} {VERSION} {sha} {url}"),
        format!("{TARGET} 0.0.9 {sha} {url}\naarch64-apple-darwin {VERSION} {sha} {url}"),
    ] {
        let runner = Runner::new();
        runner.tree.write("action/manifest.txt", &line);
        let error = runner.install().fails();
        assert!(error.contains("manifest"), "{line:?}: {error}");
        assert_eq!(runner.files("tool cache"), Vec::<PathBuf>::new());
    }
}

#[tokio::test]
async fn a_cancelled_download_ends_at_once_and_leaves_nothing_behind() {
    let gate = Gate::closed().await;
    let programs = ["sh curl", "sh:bash curl", "sh wget", "sh:bash wget timeout"];
    let both = |programs| [(programs, Signal::SIGINT), (programs, Signal::SIGTERM)];
    // Several times: the signal may come at any moment, even before what downloads has started.
    for (programs, signal) in programs.map(both).concat().repeat(2) {
        let mut runner = Runner::new();
        runner
            .only(&programs.split(' ').collect::<Vec<_>>())
            .env("DO_DEPLOY_MIRROR", &gate.url());
        let mut installing = runner.start_install(&[]);
        until("the download is about to begin", async || {
            (runner.files("_temp").len() == 1).then_some(())
        })
        .await;
        let id = Pid::from_raw(i32::try_from(installing.child.id()).expect("a process id"));
        // Twice, as the runner does: bash misses a signal that comes just before its `wait` sleeps.
        for _ in 0..2 {
            kill(id, signal).expect("it runs");
            let ended = async || installing.child.try_wait().expect("our child").map(|_| ());
            if within(Duration::from_secs(3), ended).await.is_some() {
                break;
            }
        }
        let installed = installing.end();
        assert_eq!(installed.code, Some(128 + signal as i32), "{}", installed.said);
        assert_eq!(installed.said, "", "{programs}");
        // What was killed may take a moment; left alone it would go on for longer than this.
        let gone = within(Duration::from_secs(5), async || {
            runner.processes().is_empty().then_some(())
        });
        assert!(gone.await.is_some(), "{programs}: {:?}", runner.processes());
        assert_eq!(runner.files("tool cache"), Vec::<PathBuf>::new());
        assert_eq!(runner.files("_temp"), Vec::<PathBuf>::new());
    }
}
