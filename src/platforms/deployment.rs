//! One attempt to bring a version of an app into service.

use std::collections::BTreeSet;
use std::time::Duration;

use super::diagnosis::StepFailure;
use super::document::Document;
use super::log::LogKind;
use crate::model::commit::Sha;
use crate::model::own::OwnRepository;
use crate::model::rollout::{Built, Phase, Step};
use jiff::Timestamp;

#[derive(Clone, Debug)]
pub(crate) struct Deployment {
    pub(crate) id: String,
    pub(crate) phase: Phase,
    pub(crate) cause: Cause,
    pub(crate) created_at: Option<Timestamp>,
    /// When it came into the phase that it is in.
    pub(crate) phase_since: Option<Timestamp>,
    /// The deployment that was active before this one.
    pub(crate) previous: Option<String>,
    /// The earlier deployment that a rollback brings back.
    pub(crate) restores: Option<String>,
    /// What every component was built from, by component name.
    pub(crate) built: Vec<(String, Built)>,
    pub(crate) steps: Vec<Step>,
    pub(crate) failures: Vec<StepFailure>,
    /// Of one that failed, the logs that say why, the most relevant first.
    pub(crate) telling_logs: &'static [LogKind],
    pub(crate) document: Option<Document>,
}

impl Deployment {
    /// The commit that it was built from, where that can be proven.
    pub(crate) fn commit(&self) -> Option<Sha> {
        Built::first_commit(&self.built).cloned()
    }

    /// Whether a person means it by this: its id, the commit that it was built from, or the digest of an image that it runs.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        let runs = |built: &Built| matches!(built, Built::Digest(digest) if digest == name);
        self.id == name
            || self.commit().is_some_and(|sha| sha.is(&Sha::new(name)))
            || self.built.iter().any(|(_, built)| runs(built))
    }

    /// What every component was built from, where one whose source is another repository proves nothing.
    pub(crate) fn built_from(&self, repository: &OwnRepository) -> Vec<(String, Built)> {
        let facts = self.document.as_ref().map(Document::facts);
        let is_foreign = |name: &str| {
            let component = facts.as_ref().and_then(|facts| facts.component(name));
            let source = component.and_then(|component| component.sources.first());
            source.is_some_and(|source| !source.is_repository(repository))
        };
        let built = self.built.iter();
        built
            .map(|(name, built)| match built {
                Built::Commit(_) if is_foreign(name) => (name.clone(), Built::Unprovable),
                built => (name.clone(), built.clone()),
            })
            .collect()
    }

    /// Those among an app's deployments that a rollback has left.
    pub(crate) fn left(all: &[Self]) -> BTreeSet<String> {
        let rollbacks = all
            .iter()
            .filter(|it| it.is_rollback() && matches!(it.phase, Phase::Active | Phase::Superseded));
        rollbacks.filter_map(|it| it.previous.clone()).collect()
    }

    /// Whether its spec lets it serve: one in maintenance or of an archived app became active, too.
    pub(crate) fn serves_by_its_spec(&self) -> bool {
        self.document.as_ref().is_none_or(|it| it.facts().offline.is_none())
    }

    /// Whether it brought an earlier one back.
    pub(crate) fn is_rollback(&self) -> bool {
        matches!(self.cause.kind, CauseKind::Rollback | CauseKind::AutoRollback)
    }

    /// From its creation until it took requests. `None`: it does not, or nothing was built for it.
    pub(crate) fn took(&self) -> Option<Duration> {
        let (from, until) = (self.created_at?, self.phase_since?);
        let is_measure = self.phase == Phase::Active && !self.is_rollback();
        Duration::try_from(until.duration_since(from))
            .ok()
            .filter(|_| is_measure)
    }

    /// Whether someone who watches would notice a difference to `before`.
    pub(crate) fn moved_on_from(&self, before: &Self) -> bool {
        self.id != before.id
            || self.phase != before.phase
            || self.steps != before.steps
            || self.failures != before.failures
    }
}

/// Why a deployment was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cause {
    pub(crate) kind: CauseKind,
    /// The cloud's own words.
    pub(crate) text: String,
    /// The person behind it, where the cloud knows one.
    pub(crate) user: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CauseKind {
    /// A person or a program asked for it.
    Manual,
    /// A push to the branch or registry.
    Push,
    /// The cloud itself went back after a failed deployment.
    AutoRollback,
    /// A person or a program went back to an earlier deployment.
    Rollback,
    /// A rollback was undone.
    RollbackReverted,
    Restart,
    /// Maintenance, scaling, access rules: the cloud's own doing.
    Platform,
    /// In the cloud's word.
    Other(String),
}

/// What a mutation set in motion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rollout {
    pub(crate) app_id: String,
    pub(crate) app_name: String,
    /// The deployment to watch; `None`: the mutation caused none.
    pub(crate) deployment: Option<String>,
    /// The deployment that was active before.
    pub(crate) previous: Option<String>,
    /// Whole sentences for the log.
    pub(crate) warnings: Vec<String>,
}
