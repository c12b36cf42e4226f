//! What was decided about a preview's database, for the steps that carry it out.

use crate::platforms::plan::DatabaseChoice;
use crate::policy::datastores::stores::Stores;

/// What was decided, with what the later steps need to carry it out.
pub(super) struct Decision {
    pub(super) database: DatabaseChoice,
    /// Production's databases and how envs lead to them.
    pub(super) stores: Stores,
    /// What runs in front of a component's start.
    pub(super) before: Option<Before>,
    /// A command of the policy that runs as a job of its own, because the start is not touched.
    pub(super) prepare_job: Option<String>,
    /// The development database's component.
    pub(super) development: Option<Development>,
    /// Why there is none where the app wants one.
    pub(super) without: Option<String>,
    pub(super) later: Vec<Later>,
}

/// A job that runs once the deployment is up and reads the database.
pub(super) struct Later {
    pub(super) name: String,
    /// Why it is not the database's preparation. `None`: it is.
    pub(super) objection: Option<String>,
    /// What it reads is a component of the app, which a preview has, too.
    pub(super) is_of_own: bool,
}

/// The component whose start gets company.
pub(super) struct Before {
    pub(super) component: String,
    pub(super) start: String,
    pub(super) commands: Vec<Command>,
}

pub(super) enum Command {
    /// `prepare` of the policy, where the service starts and with its envs.
    Prepare(String),
    /// The command of the job of this name.
    Job(String),
}

/// Production's component whose place it takes.
pub(super) struct Development {
    pub(super) name: String,
    pub(super) version: Option<String>,
}
