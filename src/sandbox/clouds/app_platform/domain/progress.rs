//! The progress tree of a deployment: leaves that start and end, and branches that follow from them.

use jiff::Timestamp;

use crate::clouds::app_platform::document::component::Kind;
use crate::clouds::app_platform::document::spec::Spec;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Running,
    Success,
    Error,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Success => "SUCCESS",
            Self::Error => "ERROR",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// A step without steps of its own. Only leaves are counted.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    /// Names from the root down to this step: `["deploy", "components", "web", "wait"]`.
    pub(crate) path: Vec<String>,
    pub(crate) component: Option<String>,
    pub(crate) message_base: Option<String>,
    pub(crate) status: Status,
    pub(crate) started: Option<Timestamp>,
    pub(crate) ended: Option<Timestamp>,
    pub(crate) reason: Option<Reason>,
    /// Stays pending in a deployment that succeeds: a `FAILED_DEPLOY` job.
    pub(crate) only_on_failure: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    pub(crate) leaves: Vec<Leaf>,
}

impl Progress {
    /// The whole tree of a deployment of `spec`, all of it pending. A restart touches only what keeps running.
    pub(crate) fn of(spec: &Spec, restart: Option<&[String]>) -> Self {
        let mut tree = Self::default();
        let runs = |kind: Kind, name: &str, job: &str| match restart {
            None => job != "SCHEDULED",
            Some(names) => kind.keeps_running() && (names.is_empty() || names.iter().any(|wanted| wanted == name)),
        };
        let components: Vec<_> = spec
            .components()
            .filter(|(kind, component)| runs(*kind, &component.name, &component.kind))
            .collect();
        tree.leaf(&["build", "initialize"], None, None);
        for (kind, component) in &components {
            let name = component.name.as_str();
            let message = format!("Building {}", kind.noun());
            tree.leaf(&["build", "components", name], Some(name), Some(message));
        }
        tree.leaf(&["deploy", "initialize"], None, None);
        if restart.is_none() {
            for database in &spec.databases {
                let name = database.name.as_str();
                let message = Some("Provisioning database".to_owned());
                tree.leaf(&["deploy", "components", name, "provision"], Some(name), message);
            }
        }
        for (kind, component) in &components {
            let name = component.name.as_str();
            let message = format!("Deploying {}", kind.noun());
            tree.leaf(&["deploy", "components", name, "deploy"], Some(name), Some(message));
            if kind.has_instances() {
                let message = format!("Waiting for {}", kind.noun());
                tree.leaf(&["deploy", "components", name, "wait"], Some(name), Some(message));
            }
            if component.kind == "FAILED_DEPLOY" && *kind == Kind::Job {
                for leaf in tree.leaves.iter_mut().rev().take(2) {
                    leaf.only_on_failure = true;
                }
            }
        }
        tree.leaf(&["deploy", "finalize"], None, None);
        tree
    }

    pub(crate) fn start(&mut self, path: &[&str], now: Timestamp) {
        if let Some(leaf) = self.find(path) {
            leaf.status = Status::Running;
            leaf.started = Some(now);
        }
    }

    /// A success may carry a reason too: `PreviousBuildReused`.
    pub(crate) fn succeed(&mut self, path: &[&str], now: Timestamp, reason: Option<Reason>) {
        self.end(path, now, Status::Success, reason);
    }

    pub(crate) fn fail(&mut self, path: &[&str], now: Timestamp, reason: Reason) {
        self.end(path, now, Status::Error, Some(reason));
    }

    /// Says why a step that has not begun is waiting.
    pub(crate) fn explain(&mut self, path: &[&str], reason: Option<Reason>) {
        if let Some(leaf) = self.find(path) {
            leaf.reason = reason;
        }
    }

    pub(crate) fn count(&self, status: Status) -> usize {
        self.leaves.iter().filter(|leaf| leaf.status == status).count()
    }

    fn end(&mut self, path: &[&str], now: Timestamp, status: Status, reason: Option<Reason>) {
        if let Some(leaf) = self.find(path) {
            leaf.status = status;
            leaf.started.get_or_insert(now);
            leaf.ended = Some(now);
            leaf.reason = reason;
        }
    }

    fn find(&mut self, path: &[&str]) -> Option<&mut Leaf> {
        self.leaves.iter_mut().find(|leaf| leaf.path == path)
    }

    fn leaf(&mut self, path: &[&str], component: Option<&str>, message_base: Option<String>) {
        self.leaves.push(Leaf {
            path: path.iter().map(|&name| name.to_owned()).collect(),
            component: component.map(str::to_owned),
            message_base,
            status: Status::Pending,
            started: None,
            ended: None,
            reason: None,
            only_on_failure: false,
        });
    }
}

/// What a branch of the tree says, given its leaves.
pub(crate) fn combined(leaves: &[&Leaf]) -> Status {
    let counted: Vec<_> = leaves
        .iter()
        .filter(|leaf| !(leaf.only_on_failure && leaf.status == Status::Pending))
        .collect();
    if counted.iter().any(|leaf| leaf.status == Status::Error) {
        Status::Error
    } else if counted.iter().all(|leaf| leaf.status == Status::Pending) {
        Status::Pending
    } else if counted.iter().all(|leaf| leaf.status == Status::Success) {
        Status::Success
    } else {
        Status::Running
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(job: &str) -> Spec {
        Spec::view(&json!({
            "name": "shop",
            "services": [{"name": "web"}],
            "static_sites": [{"name": "docs"}],
            "jobs": [{"name": "job", "kind": job}],
        }))
        .unwrap()
    }

    #[test]
    fn one_service_has_six_steps() {
        let spec = Spec::view(&json!({"name": "shop", "services": [{"name": "web"}]})).unwrap();
        assert_eq!(Progress::of(&spec, None).leaves.len(), 6);
    }

    #[test]
    fn a_restart_touches_what_keeps_running() {
        assert_eq!(Progress::of(&spec("PRE_DEPLOY"), Some(&[])).leaves.len(), 6);
        assert_eq!(Progress::of(&spec("PRE_DEPLOY"), None).leaves.len(), 11);
    }

    #[test]
    fn a_pending_failure_job_does_not_hold_the_branch_back() {
        let mut tree = Progress::of(&spec("FAILED_DEPLOY"), None);
        let now = Timestamp::UNIX_EPOCH;
        let paths: Vec<_> = tree
            .leaves
            .iter()
            .filter(|leaf| !leaf.only_on_failure)
            .cloned()
            .collect();
        for leaf in &paths {
            let path: Vec<_> = leaf.path.iter().map(String::as_str).collect();
            tree.succeed(&path, now, None);
        }
        assert_eq!(combined(&tree.leaves.iter().collect::<Vec<_>>()), Status::Success);
        assert_eq!(tree.count(Status::Pending), 2);
    }
}
