//! The README's rehearsal on a laptop, word by word, with the real program.

use std::process::Command;
use std::{env, fs};

use super::pages::Page;

const HEADING: &str = "## Rehearse your pipeline on a laptop\n";
/// Blocks before this line are what builds the shop; those after it are typed into the sandbox's shell.
const SHELL: &str = "do-deploy sandbox --repo acme/shop=. -- bash";

#[test]
fn the_rehearsal_of_the_readme_works_word_by_word() {
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
    let (before, inside) = blocks.split_at(shell);
    let folder = tempfile::tempdir().expect("a folder");
    let do_deploy = folder.path().join("do-deploy");
    fs::create_dir(&do_deploy).unwrap();
    fs::write(folder.path().join("inside"), inside[1..].concat()).unwrap();
    let story = format!("{}\n{SHELL} -euo pipefail ../inside\n", before.concat());

    let told = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &story])
        .current_dir(&do_deploy)
        .env_clear()
        .env("PATH", path())
        .env("HOME", folder.path())
        .env("TMPDIR", env::temp_dir())
        .env("DO_DEPLOY_PACE", "0.1")
        .output()
        .expect("bash starts");

    let (said, logged) = (
        String::from_utf8_lossy(&told.stdout),
        String::from_utf8_lossy(&told.stderr),
    );
    assert!(told.status.success(), "{said}\n{logged}");
    let visits: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("Welcome, visitor "))
        .collect();
    assert_eq!(visits.len(), 2, "{said}");
    assert_ne!(visits[0], "Welcome, visitor 1", "do-deploy has looked at it before");
    assert_eq!(visits[1], "Welcome, visitor 1", "the wake began with a fresh disk");
    assert!(said.contains("/acme/shop/pull/1"), "{said}");
}

fn path() -> String {
    let program = assert_cmd::cargo_bin!("do-deploy");
    let folder = program.parent().expect("an executable is in a folder");
    format!("{}:{}", folder.display(), env::var("PATH").unwrap_or_default())
}
