//! The action's pin: the commit of the program's own version, as GitHub says it.

use std::fs;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use tempfile::TempDir;

use super::{Clone, Said, WORKFLOWS, python, version, written};
use crate::harness::{PACE, binary};

/// The action's repository on a GitHub of the test's own.
struct Action {
    folder: TempDir,
    released: String,
}

impl Action {
    /// `annotated`: how the release's tag was made.
    fn released(annotated: bool) -> Self {
        let action = Self {
            folder: tempfile::tempdir().expect("a folder"),
            released: String::new(),
        };
        action.git(&["init", "--quiet", "--initial-branch=main"]);
        action.commit("release");
        let tag = format!("v{}", version());
        match annotated {
            true => action.git(&["tag", "--annotate", "--message=Release", &tag]),
            false => action.git(&["tag", &tag]),
        };
        let released = action.git(&["rev-parse", "HEAD"]);
        // What is there besides: a newer commit, and a branch of the tag's name.
        action.commit("later");
        action.git(&["branch", &tag]);
        Self { released, ..action }
    }

    fn commit(&self, message: &str) {
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    fn git(&self, args: &[&str]) -> String {
        let done = Command::new("git")
            .arg("-C")
            .arg(self.folder.path())
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
            .args(args)
            .output()
            .expect("git runs");
        assert!(done.status.success(), "{args:?}: {done:?}");
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `do-deploy init` where this GitHub answers.
    fn init(&self, clone: &Clone, args: &[&str]) -> Said {
        let own = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(binary());
        command
            .args(["sandbox", "--listen", "127.0.0.1:0", "--dir"])
            .arg(own.path().join("sandbox"))
            .args(["--repo", &format!("org/do-deploy={}", self.path().display()), "--"])
            .arg(binary())
            .arg("init")
            .args(args)
            .current_dir(clone.path())
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap())
            .env("HOME", own.path())
            .env("TMPDIR", own.path())
            .env("DO_DEPLOY_PACE", PACE);
        Said::from(command.output().expect("the program runs"))
    }

    fn line(&self) -> String {
        format!("      - uses: org/do-deploy@{} # v{}\n", self.released, version())
    }
}

/// The line of each workflow that names the action.
fn lines(clone: &Clone) -> Vec<String> {
    WORKFLOWS
        .iter()
        .map(|name| {
            let text = clone.read(&format!(".github/workflows/do-deploy-{name}.yml"));
            let line = text.lines().find(|line| line.contains("uses: org/do-deploy@"));
            line.expect("the action").to_owned() + "\n"
        })
        .collect()
}

#[test]
fn workflows_name_the_action_by_the_commit_of_the_programs_own_release() {
    for annotated in [true, false] {
        let (action, clone) = (Action::released(annotated), python());
        action.init(&clone, &[]).ends_with(0);
        assert_eq!(
            lines(&clone),
            vec![action.line(); WORKFLOWS.len()],
            "annotated: {annotated}"
        );
        // Nothing else is another.
        for name in WORKFLOWS {
            let text = clone.read(&format!(".github/workflows/do-deploy-{name}.yml"));
            let moving = "      - uses: org/do-deploy@v1 # zizmor: ignore[unpinned-uses] only releases move it\n";
            assert_eq!(text.replace(&action.line(), moving), written(name));
        }
    }
}

#[test]
fn without_an_answer_the_action_is_named_by_its_moving_tag_and_how_to_pin_it_is_said() {
    let unreachable = python();
    let said = unreachable.init(&[]);
    said.ends_with(0)
        .says("The workflows name `org/do-deploy@v1`, which follows the newest release of version 1")
        .says("the connection was refused")
        .says("`gh api repos/org/do-deploy/commits/tags/vX.Y.Z --jq .sha` prints it");
    for name in WORKFLOWS {
        let text = unreachable.read(&format!(".github/workflows/do-deploy-{name}.yml"));
        assert_eq!(text, written(name));
    }

    let (action, unreleased) = (Action::released(true), python());
    action.git(&["tag", "--delete", &format!("v{}", version())]);
    action
        .init(&unreleased, &[])
        .ends_with(0)
        .says(&format!("GitHub has no commit for the tag `v{}`", version()));
    assert!(lines(&unreleased)[0].contains("org/do-deploy@v1 # zizmor"));
}

#[test]
fn a_branch_that_is_called_like_the_releases_tag_is_not_taken_for_it() {
    for annotated in [true, false] {
        let action = Action::released(annotated);
        action.commit("evil");
        action.git(&["branch", &format!("tags/v{}", version())]);
        let evil = action.git(&["rev-parse", "HEAD"]);
        let (both, alone) = (python(), python());
        action.init(&both, &[]).ends_with(0);
        action.git(&["tag", "--delete", &format!("v{}", version())]);
        action.init(&alone, &[]).ends_with(0);
        for clone in [&both, &alone] {
            assert!(!lines(clone).concat().contains(&evil), "annotated: {annotated}");
        }
        assert!(lines(&alone)[0].contains("org/do-deploy@v1 # zizmor"));
    }
}

#[test]
fn a_pin_stays_without_an_answer_and_where_an_update_has_moved_it_on() {
    let (action, clone) = (Action::released(true), python());
    action.init(&clone, &[]).ends_with(0);
    clone.init(&[]).ends_with(0).says("Nothing to do");

    let moved = format!("      - uses: org/do-deploy@{} # v98.7.6\n", "ab".repeat(20));
    for name in WORKFLOWS {
        let path = format!(".github/workflows/do-deploy-{name}.yml");
        clone.write(&path, &clone.read(&path).replace(&action.line(), &moved));
    }
    action.init(&clone, &[]).ends_with(0).says("Nothing to do");
    action.init(&clone, &["--force"]).ends_with(0);
    assert_eq!(lines(&clone), vec![moved; WORKFLOWS.len()]);
}

#[test]
fn a_pin_that_claims_to_be_this_release_and_is_another_commit_is_shown() {
    let (action, clone) = (Action::released(false), python());
    action.init(&clone, &[]).ends_with(0);
    let path = ".github/workflows/do-deploy-sweep.yml";
    clone.write(path, &clone.read(path).replace(&action.released, &"ab".repeat(20)));
    action.init(&clone, &[]).ends_with(2).says(&format!(
        "-      - uses: org/do-deploy@{} # v{}",
        "ab".repeat(20),
        version()
    ));
}

#[test]
fn dependabot_gets_an_entry_where_it_is_asked_for() {
    let (action, clone) = (Action::released(true), python());
    action
        .init(&clone, &[])
        .ends_with(0)
        .says("`do-deploy init --updates` writes the entry for Dependabot");
    assert!(!clone.path().join(".github/dependabot.yml").exists());
    let said = action.init(&clone, &["--updates"]);
    said.ends_with(0).says("Wrote `.github/dependabot.yml`");
    assert_snapshot!(clone.read(".github/dependabot.yml"), @"
    # Keeps the commits current by which workflows name their actions.
    version: 2
    updates:
      - package-ecosystem: github-actions # `org/do-deploy` among them
        directory: / # which stands for `.github/workflows`
        schedule: {interval: weekly}
        cooldown: {default-days: 7} # a bad version is mostly found by then
    ");
    action
        .init(&clone, &["--updates"])
        .ends_with(0)
        .says("Nothing to do")
        .says("Dependabot looks at the workflows' actions already: `.github/dependabot.yml`");
}

#[test]
fn an_existing_file_of_dependabots_gets_the_entry_and_keeps_every_line() {
    let clone = python();
    let own = "# Ours.\nversion: 2\nupdates:\n  # The shop.\n  - package-ecosystem: pip # and nothing else\n    directory: /\n    schedule: {interval: daily}\n    # ignore: [{dependency-name: flask}]\n\n# The end.\n";
    clone.write(".github/dependabot.yml", own);
    let said = clone.init(&["--updates"]);
    said.ends_with(0).says("Extended `.github/dependabot.yml`");
    assert_snapshot!(clone.read(".github/dependabot.yml"), @"
    # Ours.
    version: 2
    updates:
      # The shop.
      - package-ecosystem: pip # and nothing else
        directory: /
        schedule: {interval: daily}
        # ignore: [{dependency-name: flask}]
      - package-ecosystem: github-actions # `org/do-deploy` among them
        directory: / # which stands for `.github/workflows`
        schedule: {interval: weekly}
        cooldown: {default-days: 7} # a bad version is mostly found by then

    # The end.
    ");
}

#[test]
fn renovate_gets_a_rule_where_the_repository_has_it() {
    let clone = python();
    clone.write(
        ".github/renovate.json5",
        "{\n  // Ours.\n  extends: ['config:recommended'],\n}\n",
    );
    clone
        .init(&["--updates"])
        .ends_with(0)
        .says("Extended `.github/renovate.json5`");
    assert!(!clone.path().join(".github/dependabot.yml").exists());
    assert_snapshot!(clone.read(".github/renovate.json5"), @r#"
    {
      // Ours.
      extends: ['config:recommended'],
      "packageRules": [
        {
          "description": "Workflows name do-deploy by the commit of a release",
          "matchManagers": ["github-actions"],
          "matchPackageNames": ["org/do-deploy"],
          "pinDigests": true
        }
      ],
    }
    "#);
}

#[test]
fn a_file_that_lines_cannot_be_added_to_is_left_alone_and_the_lines_are_shown() {
    let clone = python();
    clone.write(".github/dependabot.yml", "version: 2\nupdates: []\n");
    let before = clone.everything();
    let said = clone.init(&["--updates"]);
    said.ends_with(2);
    assert_snapshot!(said.stderr, @"
    error: `.github/dependabot.yml` takes no entry from `--updates`: its `updates` are not a list with an entry on each line
    hint: add this to it yourself, and leave `--updates` out:

      - package-ecosystem: github-actions # `org/do-deploy` among them
        directory: / # which stands for `.github/workflows`
        schedule: {interval: weekly}
        cooldown: {default-days: 7} # a bad version is mostly found by then
    ");
    assert_eq!(clone.everything(), before, "nothing is half done");
    assert_eq!(
        fs::read_to_string(clone.path().join(".github/dependabot.yml")).unwrap(),
        "version: 2\nupdates: []\n"
    );
}
