//! One deployment of an app: its phase, its progress, what it was built from and what it logged.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::logs::DeploymentLogs;
use super::progress::Progress;
use crate::processes::plan::Build;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    PendingBuild,
    Building,
    PendingDeploy,
    Deploying,
    Active,
    Superseded,
    Error,
    Canceled,
}

impl Phase {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PendingBuild => "PENDING_BUILD",
            Self::Building => "BUILDING",
            Self::PendingDeploy => "PENDING_DEPLOY",
            Self::Deploying => "DEPLOYING",
            Self::Active => "ACTIVE",
            Self::Superseded => "SUPERSEDED",
            Self::Error => "ERROR",
            Self::Canceled => "CANCELED",
        }
    }

    /// Nothing more happens to it, except that an active one is superseded later.
    pub(crate) fn is_terminal(self) -> bool {
        matches!(self, Self::Active | Self::Superseded | Self::Error | Self::Canceled)
    }
}

/// Who or what asked for a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Created,
    SpecUpdated,
    Manual,
    Restart,
    Rollback,
    RollbackReverted,
    /// The platform's own, after another deployment has failed.
    AutoRollback,
}

impl Cause {
    /// The sentence of `cause`.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Created => "initial deployment",
            Self::SpecUpdated => "app spec updated",
            Self::Manual => "manual",
            Self::Restart => "restart",
            Self::Rollback => "rollback",
            Self::RollbackReverted => "rollback reverted",
            Self::AutoRollback => "automatic rollback",
        }
    }

    /// `cause_details.type`
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Rollback => "MANUAL_ROLLBACK",
            Self::AutoRollback => "AUTO_ROLLBACK",
            _ => "MANUAL",
        }
    }

    /// `cause_details.digitalocean_user_action.name`; `None`: no user action.
    pub(crate) fn action(self) -> Option<&'static str> {
        match self {
            Self::Created | Self::Manual => Some("CREATE_DEPLOYMENT"),
            Self::SpecUpdated => Some("UPDATE_SPEC"),
            Self::Restart => Some("RESTART"),
            Self::Rollback => Some("ROLLBACK_APP"),
            Self::RollbackReverted => Some("REVERT_APP_ROLLBACK"),
            Self::AutoRollback => None,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Deployment {
    pub(crate) id: String,
    /// With secrets sealed.
    pub(crate) spec: Value,
    pub(crate) phase: Phase,
    pub(crate) phase_updated: Timestamp,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) cause: Cause,
    pub(crate) previous: Option<String>,
    pub(crate) cloned_from: Option<String>,
    pub(crate) progress: Progress,
    /// Component to commit; images have none.
    pub(crate) commits: BTreeMap<String, String>,
    pub(crate) builds: BTreeMap<String, Build>,
    pub(crate) logs: DeploymentLogs,
    pub(crate) timing: Timing,
    /// The engine has taken it up: from now on the app shows it as in progress.
    pub(crate) started: bool,
    /// It has served at some time, so that one can roll back to it.
    pub(crate) was_active: bool,
}

/// When it entered its phases.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timing {
    pub(crate) build: Option<Timestamp>,
    pub(crate) built: Option<Timestamp>,
    pub(crate) database_seconds: Option<f64>,
    pub(crate) deploy: Option<Timestamp>,
    pub(crate) deployed: Option<Timestamp>,
}

impl Deployment {
    /// Moves on, unless it has ended already.
    pub(crate) fn enter(&mut self, phase: Phase, now: Timestamp) {
        if self.phase.is_terminal() && !(self.phase == Phase::Active && phase == Phase::Superseded) {
            return;
        }
        match phase {
            Phase::Building => self.timing.build = Some(now),
            Phase::PendingDeploy => self.timing.built = Some(now),
            Phase::Deploying => self.timing.deploy = Some(now),
            Phase::Active => self.was_active = true,
            _ => {}
        }
        if phase.is_terminal() {
            self.timing.deployed.get_or_insert(now);
        }
        self.phase = phase;
        self.phase_updated = now;
        self.updated = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn fresh() -> Deployment {
        Deployment {
            id: "d".into(),
            spec: Value::Null,
            phase: Phase::PendingBuild,
            phase_updated: at(0),
            created: at(0),
            updated: at(0),
            cause: Cause::Manual,
            previous: None,
            cloned_from: None,
            progress: Progress::default(),
            commits: BTreeMap::new(),
            builds: BTreeMap::new(),
            logs: DeploymentLogs::default(),
            timing: Timing::default(),
            started: false,
            was_active: false,
        }
    }

    #[test]
    fn an_ended_deployment_stays_as_it_ended() {
        for end in [Phase::Error, Phase::Canceled, Phase::Superseded] {
            let mut deployment = fresh();
            deployment.enter(end, at(1));
            deployment.enter(Phase::Active, at(2));
            assert_eq!((deployment.phase, deployment.phase_updated), (end, at(1)));
            assert!(!deployment.was_active);
        }
    }

    #[test]
    fn an_active_one_is_superseded_and_can_be_gone_back_to() {
        let mut deployment = fresh();
        deployment.enter(Phase::Active, at(1));
        deployment.enter(Phase::Error, at(2));
        assert_eq!(deployment.phase, Phase::Active);
        deployment.enter(Phase::Superseded, at(3));
        assert_eq!(deployment.phase, Phase::Superseded);
        assert!(deployment.was_active);
        assert_eq!(deployment.timing.deployed, Some(at(1)));
    }
}
