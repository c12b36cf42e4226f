//! Which of a file's two versions counts, the working directory's or the commit's: decided from facts alone.

/// How the working directory's file compares with a commit's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    Same,
    Differs,
    /// The commit has no such file.
    Absent,
    /// No Git, not a repository of ours, a commit that a shallow clone lacks.
    Unknown,
}

/// Where the run is, and what it is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    Workflow,
    /// A developer's machine.
    Terminal {
        /// What is read is sent to the platform.
        deploys: bool,
    },
    /// A dry run on a developer's machine.
    Rehearsal,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    /// A flag or an input names it.
    pub(super) named: bool,
    /// It says what the platform builds from, such as a Dockerfile, which is never sent.
    pub(super) built_from: bool,
    pub(super) exists: bool,
    /// HEAD is the commit that is deployed.
    pub(super) at_commit: bool,
    pub(super) with_head: Compared,
    pub(super) with_commit: Compared,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Copy,
    /// The working directory's, and the log says how it differs from the commit.
    CopyAnd(Remark),
    Commit,
    /// The commit's; where it has none, the working directory's.
    CommitElseCopy,
    /// The commit's, where the working directory's says the same; else a person has to choose.
    CommitIfSame,
    /// Neither has it.
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remark {
    Changed,
    Generated,
    /// The commit's counts.
    Elsewhere,
    /// A dry run shows what would be.
    Rehearsed,
}

pub(super) fn choose(setting: Setting, facts: Facts) -> Choice {
    use Compared::{Absent, Differs, Same, Unknown};
    if !facts.exists {
        return match facts.with_commit {
            Absent => Choice::Nothing,
            Same | Differs | Unknown => Choice::Commit,
        };
    }
    match (setting, facts.with_commit) {
        (_, Same) => Choice::Copy,
        (Setting::Rehearsal, _) => Choice::CopyAnd(Remark::Rehearsed),
        (Setting::Terminal { .. }, _) if facts.named => Choice::Copy,
        (Setting::Terminal { deploys: true }, _) if !facts.built_from => match facts.with_head {
            Differs | Absent => Choice::CommitIfSame,
            // Another branch is checked out, and nothing is changed in it.
            Same | Unknown => Choice::Commit,
        },
        (Setting::Terminal { .. }, _) => Choice::Commit,
        (Setting::Workflow, Differs) if facts.at_commit => Choice::CopyAnd(Remark::Changed),
        (Setting::Workflow, Absent) if facts.at_commit => Choice::CopyAnd(Remark::Generated),
        // Its trees are missing, or are not what they are called: it proves nothing.
        (Setting::Workflow, Unknown) if facts.at_commit => Choice::CommitElseCopy,
        // A file of another commit is not a generated one.
        (Setting::Workflow, _) if facts.named && matches!(facts.with_head, Absent | Unknown) => Choice::CommitElseCopy,
        (Setting::Workflow, _) => Choice::Commit,
    }
}

#[cfg(test)]
mod tests {
    use super::Compared::{Absent, Differs, Same, Unknown};
    use super::*;

    const WORKFLOW: Setting = Setting::Workflow;
    const DEPLOYS: Setting = Setting::Terminal { deploys: true };
    const LOOKS: Setting = Setting::Terminal { deploys: false };
    const REHEARSAL: Setting = Setting::Rehearsal;

    /// A file that nothing names, in a folder whose HEAD is another commit.
    fn elsewhere(with_head: Compared, with_commit: Compared) -> Facts {
        Facts {
            named: false,
            built_from: false,
            exists: true,
            at_commit: false,
            with_head,
            with_commit,
        }
    }

    /// The same where HEAD is the commit.
    fn here(compared: Compared) -> Facts {
        Facts {
            at_commit: true,
            ..elsewhere(compared, compared)
        }
    }

    fn named(facts: Facts) -> Facts {
        Facts { named: true, ..facts }
    }

    fn built_from(facts: Facts) -> Facts {
        Facts {
            built_from: true,
            ..facts
        }
    }

    fn gone(facts: Facts) -> Facts {
        Facts { exists: false, ..facts }
    }

    #[test]
    fn in_a_workflow_the_commits_own_checkout_counts_and_any_other_has_to_be_proven() {
        for (facts, choice) in [
            (here(Same), Choice::Copy),
            (here(Differs), Choice::CopyAnd(Remark::Changed)),
            (here(Absent), Choice::CopyAnd(Remark::Generated)),
            (here(Unknown), Choice::CommitElseCopy),
            (elsewhere(Same, Same), Choice::Copy),
            (elsewhere(Differs, Same), Choice::Copy),
            (elsewhere(Same, Differs), Choice::Commit),
            (elsewhere(Same, Absent), Choice::Commit),
            (elsewhere(Same, Unknown), Choice::Commit),
            (elsewhere(Absent, Absent), Choice::Commit),
            (elsewhere(Unknown, Unknown), Choice::Commit),
            (named(elsewhere(Same, Absent)), Choice::Commit),
            (named(elsewhere(Differs, Unknown)), Choice::Commit),
            (named(elsewhere(Absent, Unknown)), Choice::CommitElseCopy),
            (named(elsewhere(Unknown, Unknown)), Choice::CommitElseCopy),
        ] {
            assert_eq!(choose(WORKFLOW, facts), choice, "{facts:?}");
        }
    }

    #[test]
    fn on_a_terminal_a_changed_file_is_a_decision_and_a_clean_one_of_another_commit_is_not() {
        for (facts, choice) in [
            (here(Same), Choice::Copy),
            (here(Differs), Choice::CommitIfSame),
            (here(Absent), Choice::CommitIfSame),
            (here(Unknown), Choice::Commit),
            (elsewhere(Same, Differs), Choice::Commit),
            (elsewhere(Same, Unknown), Choice::Commit),
            (elsewhere(Differs, Unknown), Choice::CommitIfSame),
            (elsewhere(Absent, Differs), Choice::CommitIfSame),
            (elsewhere(Unknown, Unknown), Choice::Commit),
            (named(here(Differs)), Choice::Copy),
            (named(elsewhere(Unknown, Unknown)), Choice::Copy),
            (built_from(here(Differs)), Choice::Commit),
            (built_from(here(Absent)), Choice::Commit),
        ] {
            assert_eq!(choose(DEPLOYS, facts), choice, "{facts:?}");
        }
    }

    #[test]
    fn what_only_looks_is_not_held_up_and_a_dry_run_shows_the_working_copy() {
        for compared in [Differs, Absent, Unknown] {
            assert_eq!(choose(LOOKS, here(compared)), Choice::Commit, "{compared:?}");
            let rehearsed = Choice::CopyAnd(Remark::Rehearsed);
            assert_eq!(choose(REHEARSAL, here(compared)), rehearsed, "{compared:?}");
            assert_eq!(
                choose(REHEARSAL, elsewhere(compared, compared)),
                rehearsed,
                "{compared:?}"
            );
        }
        assert_eq!(choose(REHEARSAL, here(Same)), Choice::Copy);
    }

    #[test]
    fn a_file_that_is_not_there_is_the_commits() {
        for setting in [WORKFLOW, DEPLOYS, LOOKS, REHEARSAL] {
            // A sparse checkout, a file that a step removed.
            assert_eq!(choose(setting, gone(here(Differs))), Choice::Commit);
            assert_eq!(
                choose(setting, gone(named(elsewhere(Unknown, Unknown)))),
                Choice::Commit
            );
            assert_eq!(choose(setting, gone(here(Absent))), Choice::Nothing);
        }
    }
}
