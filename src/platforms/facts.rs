//! What a document says about an app, in words that every platform has.

use super::offline::Offline;
use super::source::Source;
use crate::model::own::OwnRepository;
use crate::model::secure_header::SecureHeader;
use crate::policy::announcement::Announcement;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Databases included.
    pub(crate) components: Vec<Component>,
    /// The app is not meant to serve.
    pub(crate) offline: Option<Offline>,
    /// A deployment that became active may have changed the database.
    pub(crate) migrates: bool,
    /// The app has a URL at all: one of workers alone has none.
    pub(crate) has_http: bool,
    /// The app's own domains, and `*.shop.example` where one holds those below it as well.
    pub(crate) domains: Vec<String>,
    /// What a request has to carry to get through to the app. `None`: nothing.
    pub(crate) secure_header: Option<SecureHeader>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Component {
    pub(crate) name: String,
    /// It runs around a deployment or at times, and serves nothing.
    pub(crate) is_job: bool,
    /// It sleeps while no request comes.
    pub(crate) sleeps: bool,
    /// What it is built from. Platforms take one alone; a manifest may name several.
    pub(crate) sources: Vec<Source>,
    /// The digest of the image that it is to run, where one is named.
    pub(crate) digest: Option<String>,
    /// What its start command prints around a migration of ours.
    pub(crate) announcement: Option<Announcement>,
}

/// A path to ask for on one of the app's hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// The public route to the path of a component's own health check.
    Health(String),
    /// A place at which something answers; what, the document does not say.
    Root(String),
}

impl Facts {
    pub(crate) fn component(&self, name: &str) -> Option<&Component> {
        self.components.iter().find(|it| it.name == name)
    }

    /// Whether the component of that name is a job.
    pub(crate) fn is_job(&self, name: &str) -> bool {
        self.components.iter().any(|it| it.is_job && it.name == name)
    }

    /// What every component is built from.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.components.iter().filter_map(|it| it.sources.first())
    }

    /// Whether no commit of this repository can say what serves: the app has sources, and all are elsewhere, images
    /// among them.
    pub(crate) fn is_built_elsewhere(&self, own: &OwnRepository) -> bool {
        let mut sources = self.sources().peekable();
        sources.peek().is_some() && !sources.any(|source| source.is_repository(own))
    }

    /// Every name on this repository's server that is a source.
    pub(crate) fn names_on_github(&self, own: &OwnRepository) -> Vec<String> {
        let sources = self.components.iter().flat_map(|it| &it.sources);
        sources.filter_map(|source| source.on_github(own)).collect()
    }

    pub(crate) fn sleeps(&self) -> bool {
        self.components.iter().any(|it| it.sleeps)
    }

    /// What a component's start prints around a migration of ours; of whichever has one where none is named.
    pub(crate) fn announcement(&self, component: Option<&str>) -> Option<&Announcement> {
        match component {
            Some(name) => self.component(name)?.announcement.as_ref(),
            None => self.components.iter().find_map(|it| it.announcement.as_ref()),
        }
    }
}
