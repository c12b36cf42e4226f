//! What the checks of a deployment add up to: good, bad, or unknown.

use std::fmt;

use super::failure::Failure;

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CheckResult {
    Passed,
    Failed(Failure),
    /// The check applies but gave no answer, and why.
    Inconclusive(String),
    /// The same, because something is in the way, and what to do about it.
    Obstructed(Failure),
    /// The check does not apply: an image by tag proves no commit, a worker has no URL.
    NotApplicable,
}

/// The four independent sources of truth about a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checks {
    pub(crate) phase: CheckResult,
    pub(crate) built: CheckResult,
    pub(crate) health: CheckResult,
    pub(crate) probe: CheckResult,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Good,
    Bad(Failure),
    Unknown(Failure),
}

impl fmt::Display for CheckResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Failed(failure) => write!(f, "failed ({failure})"),
            Self::Inconclusive(why) => write!(f, "inconclusive ({why})"),
            Self::Obstructed(failure) => write!(f, "obstructed ({failure})"),
            Self::NotApplicable => f.write_str("not applicable"),
        }
    }
}

impl fmt::Display for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            phase,
            built,
            health,
            probe,
        } = self;
        write!(
            f,
            "phase {phase}, built commit {built}, health {health}, request from outside {probe}"
        )
    }
}

/// Bad if any check failed (the first one, in the order in which a deployment goes wrong, is what people read);
/// else unknown if any is inconclusive; else good.
pub(crate) fn verdict(checks: Checks) -> Verdict {
    let Checks {
        phase,
        built,
        health,
        probe,
    } = checks;
    let (ended, exists) = (
        !matches!(phase, CheckResult::Inconclusive(_)),
        phase != CheckResult::NotApplicable,
    );
    let mut way_out = None;
    let named = [
        ("the platform's phase", phase),
        ("the commit that was built", built),
        ("the platform's health check", health),
        ("the request from outside", probe),
    ];
    let mut inconclusive = Vec::new();
    for (name, result) in named {
        match result {
            CheckResult::Failed(failure) => return Verdict::Bad(failure),
            CheckResult::Inconclusive(why) => inconclusive.push(format!("{name}: {why}")),
            CheckResult::Obstructed(failure) => {
                inconclusive.push(format!("{name}: {failure}"));
                way_out = way_out.or(failure.next);
            }
            CheckResult::Passed | CheckResult::NotApplicable => {}
        }
    }
    if inconclusive.is_empty() {
        return Verdict::Good;
    }
    let (what, next) = match (exists, ended) {
        (true, true) => (
            "deployed, but it could not be confirmed that it serves",
            "look at the URL, then ask again",
        ),
        (true, false) => (
            "how the deployment ended could not be determined",
            "look at the deployment on the platform, then run again",
        ),
        (false, _) => (
            "whether it serves could not be determined",
            "check the URL and the network, then ask again",
        ),
    };
    let next = way_out.unwrap_or_else(|| next.to_owned());
    Verdict::Unknown(Failure::unknown(what).why(inconclusive.join("; ")).next(next))
}

impl Verdict {
    /// The same of one of several apps.
    #[must_use]
    pub(crate) fn named(mut self, app: &str) -> Self {
        if let Self::Bad(failure) | Self::Unknown(failure) = &mut self {
            failure.what = format!("`{app}`: {}", failure.what);
        }
        self
    }

    /// Adds the command to the advice to ask again, which only the flow can name.
    pub(crate) fn asked_again_with(mut self, command: &str) -> Self {
        if let Self::Unknown(Failure { next: Some(next), .. }) = &mut self
            && next.ends_with("ask again")
        {
            next.push_str(&format!(": `{command}`"));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{CheckResult, Checks, Verdict, verdict};
    use crate::model::failure::Failure;

    fn checks(probe: CheckResult) -> Checks {
        Checks {
            phase: CheckResult::Passed,
            built: CheckResult::NotApplicable,
            health: CheckResult::Passed,
            probe,
        }
    }

    #[test]
    fn is_good_only_if_no_check_failed_or_is_inconclusive() {
        assert_eq!(verdict(checks(CheckResult::Passed)), Verdict::Good);
        assert_eq!(verdict(checks(CheckResult::NotApplicable)), Verdict::Good);
        assert!(matches!(
            verdict(checks(CheckResult::Inconclusive("DNS".into()))),
            Verdict::Unknown(_)
        ));
    }

    #[test]
    fn the_advice_to_ask_again_names_the_command() {
        let blocked = |next: &str| verdict(checks(CheckResult::Obstructed(Failure::unknown("blocked").next(next))));
        for (verdict, next) in [
            (
                verdict(checks(CheckResult::Inconclusive("DNS".into()))),
                "look at the URL, then ask again: `ask pr-1`",
            ),
            (
                blocked("let it pass, then ask again"),
                "let it pass, then ask again: `ask pr-1`",
            ),
            (blocked("look at the other run"), "look at the other run"),
        ] {
            let Verdict::Unknown(failure) = verdict.asked_again_with("ask pr-1") else {
                panic!("not unknown");
            };
            assert_eq!(failure.next.as_deref(), Some(next));
        }
    }

    #[test]
    fn a_failed_check_outweighs_an_inconclusive_one() {
        let failure = Failure::bad("the app answers 500");
        let mut both = checks(CheckResult::Failed(failure.clone()));
        both.health = CheckResult::Inconclusive("timeout".into());
        assert_eq!(verdict(both), Verdict::Bad(failure));
    }
}
