//! An app as a cloud knows it.

use jiff::Timestamp;

use super::deployment::Deployment;
use super::document::Document;
use crate::model::marks::Marks;

#[derive(Clone, Debug)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Where it serves; `None` before the first deployment serves, and for an app without a public component.
    pub(crate) url: Option<String>,
    /// The platform names something as its address that is not a URL of the web, so that `url` is `None`.
    pub(crate) url_is_refused: bool,
    /// The platform's own address of it, whatever domains it has.
    pub(crate) ingress: Option<String>,
    /// The name under which people visit it.
    pub(crate) domain: Option<Domain>,
    /// Whose it is; `None`: not ours.
    pub(crate) marks: Option<Marks>,
    /// As the cloud gives it back: normalised, secrets encrypted.
    pub(crate) document: Document,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) updated_at: Option<Timestamp>,
    /// When the last deployment was started, however it ended.
    pub(crate) last_deployed_at: Option<Timestamp>,
    /// The deployment that takes requests.
    pub(crate) active: Option<Deployment>,
    /// The deployment that is waiting or in progress.
    pub(crate) in_progress: Option<Deployment>,
    /// The deployment that a rollback holds the app at.
    pub(crate) pinned: Option<Deployment>,
    /// Ids of all deployments that this reading of the app named. One that is not among them is newer.
    pub(crate) known: Vec<String>,
}

impl App {
    /// Where it answers. `None`: nothing of it serves, or it has no public component.
    pub(crate) fn serving_url(&self) -> Option<String> {
        self.active.as_ref().and(self.url.clone())
    }
}

/// The domain that people visit: the primary one, else one of the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Domain {
    pub(crate) name: String,
    /// The platform is still setting it up: its records, its certificate.
    pub(crate) is_pending: bool,
}
