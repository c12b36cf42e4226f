//! The edge of one app: its own port, ingress rules by path prefix, static pages, the loading page.

use std::path::PathBuf;
use std::sync::Arc;

use super::runner::service::Service;

/// One rule; the longest matching prefix wins.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// `/`, `/api`: matches whole path segments.
    pub(crate) prefix: String,
    pub(crate) target: Target,
}

#[derive(Clone, Debug)]
pub(crate) enum Target {
    Service {
        service: Arc<Service>,
        /// The prefix is trimmed from the forwarded path unless this is set.
        preserve_path_prefix: bool,
        /// Replaces the prefix.
        rewrite: Option<String>,
        /// Answer a sleeping service's HTML requests with 503 and a loading page instead of holding them.
        loading_page: bool,
    },
    Static {
        directory: PathBuf,
        index_document: String,
        error_document: Option<String>,
        catchall_document: Option<String>,
    },
    Redirect {
        location: Redirect,
    },
    /// Maintenance or archive: every request gets the offline page, 503.
    Offline,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Redirect {
    pub(crate) uri: Option<String>,
    pub(crate) authority: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) scheme: Option<String>,
    pub(crate) code: u16,
}

/// Listens from the moment it is opened until it is dropped; answers 404 while it has no routes.
#[derive(Debug)]
pub(crate) struct Edge {}

impl Edge {
    /// A free port on 127.0.0.1.
    pub(crate) async fn open() -> std::io::Result<Self> {
        todo!()
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn url(&self) -> String {
        todo!()
    }

    /// Replaces all routes at once; requests already on their way finish where they began.
    pub(crate) fn set_routes(&self, _routes: Vec<Route>) {
        todo!()
    }
}
