//! The names by which a run knows its repository, shared by all who learn or use them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::own::OwnRepository;

/// The repository's names as far as the run knows them. Cheap to clone; all clones learn together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) own: OwnRepository,
    /// In lower case.
    pub(crate) asked: BTreeSet<String>,
}

impl Names {
    pub(crate) fn new(repository: Option<&str>, server: &str) -> Self {
        let known = Known {
            own: OwnRepository::new(repository.unwrap_or_default(), server),
            asked: BTreeSet::new(),
        };
        Self(Arc::new(Mutex::new(known)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
