//! What a preview is planned from, and the plan.

use serde_json::Value;

use super::super::document::Document;
use super::super::manifest::Manifest;
use crate::config::{self, Variable};
use crate::model::app_identity::AppIdentity;
use crate::model::commit::Sha;
use crate::model::own::OwnRepository;
use crate::model::pull_request::PullRequest;
use crate::model::report::{Change, Database, Sleep};
use crate::policy::announcement::Announcement;
use crate::policy::images::Images;

/// Everything that decides how a preview looks.
pub(crate) struct PreviewInput<'a> {
    pub(crate) repository: &'a OwnRepository,
    pub(crate) repository_id: u64,
    /// Which app of the repository: what its mark is going to say.
    pub(crate) app: &'a AppIdentity,
    pub(crate) pull_request: &'a PullRequest,
    pub(crate) policy: &'a config::Preview,
    /// What the default branch's app specs allow.
    pub(crate) allowed: &'a Allowed,
    /// The text of a repository file at the head, by path; `Manifest::wanted_files` says which are asked for.
    pub(crate) files: &'a dyn Fn(&str) -> Option<String>,
    /// The step's environment, for `{ from = "NAME" }`.
    pub(crate) variables: &'a dyn Fn(&str) -> Variable,
    /// The preview as it runs: generated secrets stay the same over pushes.
    pub(crate) live: Option<&'a Document>,
    pub(crate) random: &'a dyn Fn() -> [u8; 32],
    /// What the preview prints around its migration.
    pub(crate) announcement: Announcement,
    pub(crate) commit: &'a Sha,
    /// Digests that the flags give.
    pub(crate) images: &'a Images,
}

impl<'a> PreviewInput<'a> {
    /// For the platform: the document of the preview as it runs.
    pub(in crate::platforms) fn live(&self) -> Option<&'a Value> {
        self.live.map(Document::value)
    }
}

/// What to send, and what to report about it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PreviewPlan {
    pub(crate) name: String,
    pub(crate) document: Document,
    pub(crate) changes: Vec<Change>,
    pub(crate) database: DatabaseChoice,
    pub(crate) sleep: Sleep,
    /// Keys of the envs that previews do not get.
    pub(crate) unset: Vec<String>,
    pub(crate) warnings: Vec<String>,
    /// What an update with this spec takes from the preview as it runs. `None`: nothing.
    pub(crate) loss: Option<DataLoss>,
}

/// Where the preview keeps its data, and why there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DatabaseChoice {
    /// `None`: it has none.
    pub(crate) mode: Option<Database>,
    pub(crate) why: String,
}

/// What people have to read before it happens, and what is reported after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DataLoss {
    pub(crate) before: String,
    pub(crate) after: String,
    /// What the version that is live lacks from the update on, whether the commit comes up or not: a database component
    /// goes with the update.
    pub(crate) with_update: Option<String>,
}

/// The default branch's app specs, and the size that its `do-deploy.toml` gives to previews.
#[derive(Clone, Debug, Default)]
pub(crate) struct Allowed {
    /// The default branch's name.
    pub(crate) branch: String,
    /// Production's app spec. `None`: the branch has none yet.
    pub(crate) production: Option<Manifest>,
    /// The spec that `[preview] spec` names.
    pub(crate) by_hand: Option<Manifest>,
    /// `[preview] size`: `auto` or a slug.
    pub(crate) size: String,
}

impl Allowed {
    /// Both, where they are there.
    pub(crate) fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        [&self.production, &self.by_hand].into_iter().flatten()
    }

    /// What is in them.
    pub(in crate::platforms) fn specs(&self) -> impl Iterator<Item = &Value> {
        [&self.production, &self.by_hand]
            .into_iter()
            .flatten()
            .map(Manifest::value)
    }

    /// After which app a preview is named. Names are one for a whole team, so that a pull request could take those of
    /// another repository's previews if its own spec said it.
    pub(crate) fn name<'a>(&'a self, spec: &'a Manifest) -> &'a str {
        let merged = self.by_hand.as_ref().or(self.production.as_ref());
        merged.unwrap_or(spec).name()
    }
}
