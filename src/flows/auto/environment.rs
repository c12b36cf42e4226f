//! Which environment a push deploys, where several are deployed from its branch. Pure.

use super::event::Event;
use crate::config::Config;
use crate::flows::flags::Flags;
use crate::flows::sentence::list;
use crate::model::environment::{Environment, PRODUCTION};
use crate::model::failure::Failure;

/// # Errors
/// When the branch belongs to several environments and the job does not say which it is for, and when the job is for
/// one that is deployed from another branch.
pub(super) fn deployed(event: &Event, config: &Config, flags: &Flags) -> Result<Environment, Failure> {
    let names = event.environments(config);
    let branch = event.branch().unwrap_or_default();
    if let Some(Environment::Named(named)) = &flags.environment {
        if names.contains(named) {
            return Ok(Environment::Named(named.clone()));
        }
        return Err(Failure::input(format!("`{named}` is not deployed from `{branch}`"))
            .why("this run is for the environment that its input names")
            .next("limit the workflow to that environment's branch with `branches:`, or correct `--environment`"));
    }
    match names.as_slice() {
        [] => Ok(Environment::production()),
        [only] => Ok(Environment::Named(only.clone())),
        [_, .., last] => {
            let failure = Failure::input(format!("{} are all deployed from `{branch}`", list(names.iter().map(String::as_str))))
                .why("a run deploys one environment, and this one does not say which")
                .next(
                    "give each a workflow that says its own with `--environment NAME`, or give all but one another `branch`",
                );
            Err(config.located(failure, last))
        }
    }
}

impl Event {
    /// The branch of a push, or of another workflow's run on one, that no environment is deployed from.
    pub(super) fn undeployed_branch(&self, config: &Config) -> Option<&str> {
        let is_on_a_branch = matches!(self.name.as_str(), "push" | "workflow_run");
        self.branch()
            .filter(|_| is_on_a_branch && self.environments(config).is_empty())
    }

    /// Every environment that is deployed from the branch, production first.
    pub(super) fn environments(&self, config: &Config) -> Vec<String> {
        let Some(branch) = self.branch() else {
            return Vec::new();
        };
        let production = Some(config.production.branch.as_str())
            .filter(|branch| !branch.is_empty())
            .unwrap_or_else(|| self.default_branch());
        let of_target = config.targets().map(|(name, target)| match name {
            PRODUCTION => (name, production),
            name => (name, target.branch.as_str()),
        });
        let deployed = of_target.filter(|(_, its)| *its == branch);
        deployed.map(|(name, _)| name.to_owned()).collect()
    }
}
