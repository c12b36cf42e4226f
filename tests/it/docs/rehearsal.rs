//! The README's rehearsal on a laptop, word by word, with the real program; and what the sandbox's page adds to it.

use std::process::Command;
use std::{env, fs};

use super::pages::Page;

const HEADING: &str = "## Rehearse your pipeline on a laptop\n";
/// Blocks before this line are what builds the shop; those after it are typed into the sandbox's shell.
const SHELL: &str = "do-deploy sandbox --repo acme/shop=. -- bash";
/// The block that leaves a preview behind has this line.
const PREVIEW: &str = "\ndo-deploy preview --pr 1\n";

#[test]
fn the_rehearsal_of_the_readme_works_word_by_word() {
    let (before, inside) = rehearsal();
    let said = play(&before, &inside.concat()).said;
    let visits: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("Welcome, visitor "))
        .collect();
    assert_eq!(visits.len(), 2, "{said}");
    assert_ne!(visits[0], "Welcome, visitor 1", "do-deploy has looked at it before");
    assert_eq!(visits[1], "Welcome, visitor 1", "the wake began with a fresh disk");
    assert!(said.contains("/acme/shop/pull/1"), "{said}");
}

#[test]
fn what_the_sandboxs_page_adds_works_word_by_word() {
    let (before, inside) = rehearsal();
    let preview = inside
        .iter()
        .position(|block| block.contains(PREVIEW))
        .expect("the block that makes the preview");
    let page = Page::read("docs/sandbox.md");
    let (_, sections) = page.text.split_once("## Commands in comments\n").expect("the section");
    let further = Page {
        text: sections.to_owned(),
        ..page
    }
    .fenced("sh");
    assert_eq!(further.len(), 2, "commands in comments, runs by hand");
    let reported = play(&before, &(inside[..=preview].concat() + &further.concat()));
    for words in [
        "A command by `eve`, whose role is `write`",
        "`mallory` may not give commands here",
        "Chosen: redeploy --pr 1",
    ] {
        assert!(
            reported.logged.contains(words),
            "{words:?} is not said:\n{}",
            reported.logged
        );
    }
    assert_eq!(
        reported.logged.matches("Chosen: a comment's command").count(),
        3,
        "{}",
        reported.logged
    );
}

/// What comes before the sandbox's shell, and what is typed into it.
fn rehearsal() -> (String, Vec<String>) {
    let mut readme = Page::read("README.md");
    let (_, rest) = readme.text.split_once(HEADING).expect("the rehearsal");
    readme.text = rest.split("\n## ").next().unwrap_or_default().to_owned();
    let mut blocks = readme.fenced("sh");
    // The program is built and on the path.
    blocks[0] = blocks[0]
        .split_once("\n\n")
        .expect("the build, then the shop")
        .1
        .to_owned();
    let shell = blocks
        .iter()
        .position(|block| block.trim() == SHELL)
        .expect("the sandbox's shell");
    let inside = blocks.split_off(shell + 1);
    blocks.pop();
    (blocks.concat(), inside)
}

struct Rehearsed {
    said: String,
    logged: String,
}

fn play(before: &str, inside: &str) -> Rehearsed {
    let folder = tempfile::tempdir().expect("a folder");
    let do_deploy = folder.path().join("do-deploy");
    fs::create_dir(&do_deploy).unwrap();
    fs::write(folder.path().join("inside"), inside).unwrap();
    let story = format!("{before}\n{SHELL} -euo pipefail ../inside\n");
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &story])
        .current_dir(&do_deploy)
        .env_clear()
        .env("PATH", path())
        .env("HOME", folder.path())
        .env("TMPDIR", env::temp_dir())
        .env("DO_DEPLOY_PACE", "0.1")
        .output()
        .expect("bash starts");
    let reported = Rehearsed {
        said: String::from_utf8_lossy(&output.stdout).into_owned(),
        logged: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    assert!(output.status.success(), "{}\n{}", reported.said, reported.logged);
    reported
}

fn path() -> String {
    let program = assert_cmd::cargo_bin!("do-deploy");
    let folder = program.parent().expect("an executable is in a folder");
    format!("{}:{}", folder.display(), env::var("PATH").unwrap_or_default())
}
