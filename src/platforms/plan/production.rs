//! What a deployment of production, or of another named environment, is planned from, and the plan.

use serde_json::Value;

use super::super::document::Document;
use super::loss::Taken;
use crate::config::{EnvironmentConfig, Variable};
use crate::model::app_identity::AppIdentity;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::marks::Marks;
use crate::model::own::OwnRepository;
use crate::model::report::Change;
pub(crate) use crate::policy::adoption::Neighbour;
use crate::policy::images::Images;
use crate::policy::replace::Replace;

/// Everything that decides what is sent.
pub(crate) struct ProductionInput<'a> {
    pub(crate) repository: &'a OwnRepository,
    pub(crate) repository_id: u64,
    pub(crate) environment: &'a Environment,
    /// Which app of the repository: whose the live app has to be, and what its mark is going to say.
    pub(crate) app: &'a AppIdentity,
    pub(crate) commit: &'a Sha,
    /// The target's branch; where the config names none, the repository's default branch.
    pub(crate) branch: &'a str,
    pub(crate) target: &'a EnvironmentConfig,
    /// The step's environment.
    pub(crate) variables: &'a dyn Fn(&str) -> Variable,
    /// The live app. `None`: there is no app of this name yet.
    pub(crate) live: Option<&'a Document>,
    pub(crate) live_marks: Option<&'a Marks>,
    /// The document of the deployment that takes requests: a deployment that failed leaves another one in `live`. `None`:
    /// none does, or its document is not known.
    pub(crate) active: Option<&'a Document>,
    /// The other environments, where the live app could be one of theirs.
    pub(crate) neighbours: &'a [Neighbour],
    /// Digests that the flags give.
    pub(crate) images: &'a Images,
    /// What may be taken from the live app. `None`: the live app is deployed again as it is.
    pub(crate) replace: Option<&'a Replace>,
}

impl<'a> ProductionInput<'a> {
    /// For the platform: the live app's document.
    pub(in crate::platforms) fn live(&self) -> Option<&'a Value> {
        self.live.map(Document::value)
    }

    /// For the platform: the document of the deployment that takes requests.
    pub(in crate::platforms) fn active(&self) -> Option<&'a Value> {
        self.active.map(Document::value)
    }
}

/// What to send, and what to report about it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ProductionPlan {
    pub(crate) name: String,
    pub(crate) document: Document,
    pub(crate) changes: Vec<Change>,
    pub(crate) warnings: Vec<String>,
    /// What the live app no longer has after the update, as agreed.
    pub(crate) taken: Vec<Taken>,
}
