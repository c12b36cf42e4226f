//! The demo that is kept running: what it prints can be opened, and it can be stopped.

use nix::sys::signal::Signal;

use crate::harness::{Process, binary, until};

/// What stands behind a word at the beginning of the last line that has it there.
fn printed(said: &str, what: &str) -> Option<String> {
    let rest = said.lines().rev().find_map(|line| line.trim().strip_prefix(what))?;
    Some(rest.trim().to_owned())
}

#[tokio::test]
async fn what_is_kept_running_is_said_with_what_to_do_there_and_how_to_stop_it() {
    let args = ["demo", "--keep"].map(str::to_owned);
    let path = std::env::var("PATH").expect("a path to Git");
    let mut demo = Process::start(binary(), &args, &[("PATH".to_owned(), path)], std::path::Path::new("/"));
    until("the demo is kept running", async || {
        assert!(demo.ended().is_none(), "{}", demo.stdout.text());
        demo.stdout.text().contains("Ctrl-C").then_some(())
    })
    .await;
    let said = demo.stdout.text();
    for (what, version) in [("production", "notes one"), ("preview ", "notes four")] {
        let url = printed(&said, what).unwrap_or_else(|| panic!("no URL of {what}: {said}"));
        let answer = reqwest::get(&url)
            .await
            .expect("an answer")
            .text()
            .await
            .expect("a text");
        assert_eq!(answer.trim(), version, "{url}");
    }
    let pull_request = printed(&said, "pull request").expect("the pull request's URL");
    assert!(
        reqwest::get(&pull_request)
            .await
            .expect("an answer")
            .status()
            .is_success()
    );
    for says in ["click \"Open notes\"", "click \"Add\"", "To stop, press Ctrl-C here"] {
        assert!(said.contains(says), "{says}: {said}");
    }
    demo.signal(Signal::SIGINT);
    until("the demo has ended", async || demo.ended()).await;
}
