//! Whether a deployment that became active and was then found bad is rolled back.

use serde::Deserialize;

/// `[production] rollback`.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RollbackPolicy {
    /// Only where it cannot do harm: a configured check failed, and no job changed the database.
    #[default]
    Safe,
    Always,
    Never,
}

/// What is known when the decision is due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation {
    /// The check that failed is one that a person configured, not a guess.
    pub(crate) configured_check_failed: bool,
    /// A job of the deployment ran and may have changed the database.
    pub(crate) database_changed: bool,
    /// There is a deployment to go back to.
    pub(crate) has_previous: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    RollBack,
    /// Not automatically, and why; the run prints the command.
    LeaveTo(&'static str),
}

pub(crate) fn decide(policy: RollbackPolicy, situation: Situation) -> Decision {
    if !situation.has_previous {
        return Decision::LeaveTo("there is no earlier deployment to go back to");
    }
    match policy {
        RollbackPolicy::Always => Decision::RollBack,
        RollbackPolicy::Never => Decision::LeaveTo("`rollback = \"never\"` is set"),
        RollbackPolicy::Safe if !situation.configured_check_failed => {
            Decision::LeaveTo("the check that failed is a guess, not a configured one")
        }
        RollbackPolicy::Safe if situation.database_changed => {
            Decision::LeaveTo("a job of this deployment may have changed the database")
        }
        RollbackPolicy::Safe => Decision::RollBack,
    }
}

#[cfg(test)]
mod tests {
    use super::{Decision, RollbackPolicy, Situation, decide};

    #[test]
    fn safe_rolls_back_only_for_a_configured_check_and_an_untouched_database() {
        for (configured_check_failed, database_changed, rolls_back) in [
            (true, false, true),
            (true, true, false),
            (false, false, false),
            (false, true, false),
        ] {
            let situation = Situation {
                configured_check_failed,
                database_changed,
                has_previous: true,
            };
            assert_eq!(
                decide(RollbackPolicy::Safe, situation) == Decision::RollBack,
                rolls_back,
                "{situation:?}"
            );
            assert_eq!(decide(RollbackPolicy::Always, situation), Decision::RollBack);
            assert_ne!(decide(RollbackPolicy::Never, situation), Decision::RollBack);
        }
    }

    #[test]
    fn never_rolls_back_to_nothing() {
        let situation = Situation {
            configured_check_failed: true,
            database_changed: false,
            has_previous: false,
        };
        assert_ne!(decide(RollbackPolicy::Always, situation), Decision::RollBack);
    }
}
