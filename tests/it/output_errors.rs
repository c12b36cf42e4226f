//! Data that could not be written is an error, and a reader who has read enough is not.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::harness::{Tester, run};

/// A program that starts ours with its arguments, and `then` behind it.
fn started(t: &Tester, then: &str) -> PathBuf {
    let path = t.work().join("started");
    std::fs::write(&path, format!("#!/bin/bash\ndo-deploy \"$@\" {then}\n")).expect("a file");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("it may be run");
    path
}

const COMMANDS: [&[&str]; 9] = [
    &["status"],
    &["status", "--json"],
    &["preview", "--pr", "1", "--dry-run"],
    &["preview", "--pr", "1", "--dry-run", "--json"],
    &["logs", "--environment", "production"],
    &["logs", "--environment", "production", "--json"],
    &["verify", "--json"],
    &["sweep", "--json"],
    &["--help"],
];

#[tokio::test]
async fn data_that_a_full_disk_does_not_take_are_an_error() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.open_pr(1).await;
        let full = started(t, "> /dev/full");
        for args in COMMANDS {
            let mut lost = t.command([]).locally().through(&full);
            for arg in args {
                lost = lost.arg(arg);
            }
            lost.await
                .fails_with(3)
                .says("standard output could not be written: No space left on device");
        }
        // It says nothing that a program reads: nothing is lost.
        t.deploy().locally().through(&full).await.succeeds();
        t.deploy().locally().through(&full).arg("--json").await.fails_with(3);
        t.command(["deploy", "--environment"])
            .locally()
            .through(&full)
            .await
            .fails_with(2);
    })
    .await;
}

#[tokio::test]
async fn a_reader_who_has_read_enough_is_not() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        t.open_pr(1).await;
        let enough = started(t, "| :; exit ${PIPESTATUS[0]}");
        for args in COMMANDS {
            let mut unread = t.command([]).locally().through(&enough);
            for arg in args {
                unread = unread.arg(arg);
            }
            unread.await.succeeds().does_not_say("standard output");
        }
    })
    .await;
}

#[tokio::test]
async fn a_log_is_followed_for_as_long_as_it_is_read() {
    run(async |t: &mut Tester| {
        t.deploy().await.succeeds();
        let first_line = started(t, "| head -n 1; exit ${PIPESTATUS[0]}");
        let follow = t.command(["logs", "--environment", "production", "--follow"]).locally();
        let mut following = follow.through(&first_line).start().await;
        following.says("notes first listening").await;
        // A request without the notes' table makes the service say something new.
        assert_eq!(t.visit("shop", "GET", "/notes").await.status, 500);
        following.end().await.succeeds();
    })
    .await;
}
