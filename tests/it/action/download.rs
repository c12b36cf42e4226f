//! The download: what it is checked against, what is tried again, what is left behind when it fails.

use std::fs;
use std::path::PathBuf;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::mirror::{Server, sha_of};
use super::runner::Runner;
use super::tree::{TARGET, VERSION};
use crate::harness::{Gate, until};

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
fn a_mirror_that_is_no_place_is_refused() {
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
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut runner = Runner::new();
        runner.env("DO_DEPLOY_MIRROR", &gate.url());
        let installing = runner.start_install(&[]);
        until("the download is under way", async || {
            (runner.files("_temp").len() == 1).then_some(())
        })
        .await;
        let id = i32::try_from(installing.child.id()).expect("a process id");
        kill(Pid::from_raw(id), signal).expect("it runs");
        let installed = installing.end();
        assert_eq!(installed.code, Some(128 + signal as i32), "{}", installed.said);
        assert_eq!(runner.files("tool cache"), Vec::<PathBuf>::new());
        assert_eq!(runner.files("_temp"), Vec::<PathBuf>::new());
    }
}
