//! Whether a run's words about a preview are the newest: GitHub's deployments say so, which only writers can make, by
//! GitHub's own time. What stands in the comment can be edited, and is a hint at most.

use jiff::Timestamp;

use super::Reporter;
use super::conversation::Found;
use crate::github::deployments::Deployment;
use crate::model::environment::Environment;
use crate::model::stamp::Stamp;

/// Where a run stands among those that write about the same pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RunOrder {
    Newest,
    /// GitHub made a deployment of the pull request after this run's. Its run, where the deployment names one.
    Overtaken(Option<Stamp>),
    /// The token may not read deployments, or GitHub does not answer. When this run began, by GitHub's clock.
    Unknown {
        begun: Timestamp,
    },
}

impl RunOrder {
    /// Whether the comment is left to another run. Without GitHub's word a greater number counts, but only where it was
    /// written while this run was under way: a number that someone forged must not stand in the way of every later run.
    pub(super) fn leaves(&self, found: &Found, run: Option<Stamp>) -> bool {
        match self {
            Self::Newest => false,
            Self::Overtaken(_) => true,
            Self::Unknown { begun } => {
                let is_greater = run.is_some_and(|run| run < found.body.run);
                is_greater && found.written.is_some_and(|written| written > *begun)
            }
        }
    }
}

impl Reporter {
    /// A run without a deployment of its own stands where it began.
    pub(super) async fn order(&self) -> RunOrder {
        let pull = self.reports.iter().find_map(|report| report.environment.pull_request());
        let (Some(github), Some(pull)) = (&self.deps.github, pull) else {
            return RunOrder::Newest;
        };
        let own: Vec<u64> = self.records.iter().map(|record| record.id).collect();
        if !own.is_empty() && !self.has_written {
            // It was made a moment ago.
            return RunOrder::Newest;
        }
        let begun = github.begun();
        let environment = Environment::Preview(pull);
        // By id where this run has a deployment: GitHub's times are in whole seconds, and ids grow.
        // The last of several: two runs that make theirs in turn have to agree on which of them is the newer.
        let last = own.iter().max().copied().or(self.seen);
        let is_old = |it: &Deployment| match last {
            Some(last) => it.id <= last,
            None => it.created_at.is_none_or(|made| made <= begun),
        };
        let newer = match github.deployments_until(environment.on_github(), is_old).await {
            Ok(newer) => newer,
            Err(_) => return RunOrder::Unknown { begun },
        };
        // Runs for different apps of a pull request do not overtake each other.
        let is_of_pull = |it: &&Deployment| {
            it.payload().is_some_and(|payload| {
                payload.pr == Some(pull) && (own.is_empty() || self.records.iter().any(|own| own.is_of(&payload)))
            })
        };
        let is_anothers = |it: &&Deployment| !own.contains(&it.id);
        match newer.iter().filter(is_of_pull).find(is_anothers) {
            Some(newer) => {
                tracing::debug!(
                    target: "decision",
                    "the comment is left to another run because GitHub made its deployment {} after this run's",
                    newer.id
                );
                RunOrder::Overtaken(newer.run())
            }
            None => RunOrder::Newest,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::RunOrder;
    use crate::model::stamp::Stamp;
    use crate::render::body::Body;
    use crate::report::conversation::Found;

    #[test]
    fn a_hint_counts_only_without_githubs_word_and_from_while_the_run_was_under_way() {
        let stamp = |id| Stamp { id, attempt: 1 };
        let at = |second| Timestamp::from_second(second).expect("a time");
        let unknown = || RunOrder::Unknown { begun: at(100) };
        for (order, hint, written, run, leaves) in [
            (RunOrder::Newest, u64::MAX, Some(200), Some(5), false),
            (RunOrder::Overtaken(None), 1, Some(50), Some(5), true),
            (unknown(), 9, Some(101), Some(5), true),
            (unknown(), u64::MAX, Some(100), Some(5), false),
            (unknown(), u64::MAX, Some(50), Some(5), false),
            (unknown(), 5, Some(101), Some(5), false),
            (unknown(), 4, Some(101), Some(5), false),
            (unknown(), 9, None, Some(5), false),
            (unknown(), 9, Some(101), None, false),
        ] {
            let mut body = Body::new("m");
            body.run = stamp(hint);
            let written = written.map(at);
            let found = Found { body, written };
            assert_eq!(
                order.leaves(&found, run.map(stamp)),
                leaves,
                "{order:?} {found:?} {run:?}"
            );
        }
    }
}
