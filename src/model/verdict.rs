//! What the witnesses of a deployment add up to: good, bad, or could not find out.

use super::failure::Failure;

/// What one witness says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Testimony {
    Good,
    Objects(Failure),
    /// The witness exists but could not be heard, and why.
    Unheard(String),
    /// The same, because something is in the way, and what to do about it.
    Blocked(Failure),
    /// There is no such witness here: an image by tag proves no commit, a worker has no URL.
    Absent,
}

/// The four independent sources of truth about a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Witnesses {
    pub(crate) phase: Testimony,
    pub(crate) built: Testimony,
    pub(crate) health: Testimony,
    pub(crate) probe: Testimony,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Good,
    Bad(Failure),
    Unknown(Failure),
}

/// Bad if any witness objects (the first one, in the order in which a deployment goes wrong, is what people read);
/// else unknown if any could not be heard; else good.
pub(crate) fn verdict(witnesses: Witnesses) -> Verdict {
    let Witnesses {
        phase,
        built,
        health,
        probe,
    } = witnesses;
    let (ended, exists) = (!matches!(phase, Testimony::Unheard(_)), phase != Testimony::Absent);
    let mut way_out = None;
    let named = [
        ("the platform's phase", phase),
        ("the commit that was built", built),
        ("the platform's health check", health),
        ("the request from outside", probe),
    ];
    let mut unheard = Vec::new();
    for (name, testimony) in named {
        match testimony {
            Testimony::Objects(failure) => return Verdict::Bad(failure),
            Testimony::Unheard(why) => unheard.push(format!("{name}: {why}")),
            Testimony::Blocked(failure) => {
                unheard.push(format!("{name}: {failure}"));
                way_out = way_out.or(failure.next);
            }
            Testimony::Good | Testimony::Absent => {}
        }
    }
    if unheard.is_empty() {
        return Verdict::Good;
    }
    let (what, next) = match (exists, ended) {
        (true, true) => (
            "deployed, but it could not be confirmed that it serves",
            "look at the URL, then ask again",
        ),
        (true, false) => (
            "it could not be found out how the deployment ended",
            "look at the deployment on the platform, then run again",
        ),
        (false, _) => (
            "it could not be found out whether it serves",
            "check the URL and the network, then ask again",
        ),
    };
    let next = way_out.unwrap_or_else(|| next.to_owned());
    Verdict::Unknown(Failure::unknown(what).why(unheard.join("; ")).next(next))
}

impl Verdict {
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
    use super::{Testimony, Verdict, Witnesses, verdict};
    use crate::model::failure::Failure;

    fn witnesses(probe: Testimony) -> Witnesses {
        Witnesses {
            phase: Testimony::Good,
            built: Testimony::Absent,
            health: Testimony::Good,
            probe,
        }
    }

    #[test]
    fn is_good_only_if_no_witness_objects_and_all_were_heard() {
        assert_eq!(verdict(witnesses(Testimony::Good)), Verdict::Good);
        assert_eq!(verdict(witnesses(Testimony::Absent)), Verdict::Good);
        assert!(matches!(
            verdict(witnesses(Testimony::Unheard("DNS".into()))),
            Verdict::Unknown(_)
        ));
    }

    #[test]
    fn the_advice_to_ask_again_names_the_command() {
        let blocked = |next: &str| verdict(witnesses(Testimony::Blocked(Failure::unknown("blocked").next(next))));
        for (verdict, next) in [
            (
                verdict(witnesses(Testimony::Unheard("DNS".into()))),
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
    fn an_objection_outweighs_a_witness_that_could_not_be_heard() {
        let failure = Failure::bad("the app answers 500");
        let mut both = witnesses(Testimony::Objects(failure.clone()));
        both.health = Testimony::Unheard("timeout".into());
        assert_eq!(verdict(both), Verdict::Bad(failure));
    }
}
