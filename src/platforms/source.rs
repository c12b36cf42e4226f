//! What a component is built from: a repository or an image.

use crate::model::own::OwnRepository;

/// The Git repository that a component is built from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) component: String,
    pub(crate) kind: SourceKind,
    /// `owner/name`, the clone URL of a `git` source, or an image.
    pub(crate) repo: String,
    pub(crate) branch: Option<String>,
    /// What distinguishes it from other sources of its kind: without branch, tag and digest.
    pub(super) place: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceKind {
    GitHub,
    GitLab,
    Bitbucket,
    Git,
    Image,
}

impl Source {
    /// Whether both are the same repository of the same host, or the same image at whatever version.
    pub(in crate::platforms) fn is_same_place(&self, other: &Self) -> bool {
        self.kind == other.kind && self.place == other.place
    }

    /// `owner/name` on the server that this repository is on, by name or by clone URL. `None`: it is somewhere else.
    pub(crate) fn on_github(&self, own: &OwnRepository) -> Option<String> {
        match self.kind {
            SourceKind::GitHub => Some(self.repo.clone()).filter(|repo| !repo.is_empty()),
            SourceKind::Git => own.of_clone_url(&self.repo),
            SourceKind::GitLab | SourceKind::Bitbucket | SourceKind::Image => None,
        }
    }

    /// Whether it is this repository, by whatever name GitHub knows it.
    pub(crate) fn is_repository(&self, own: &OwnRepository) -> bool {
        self.on_github(own).is_some_and(|name| own.is(&name))
    }
}
