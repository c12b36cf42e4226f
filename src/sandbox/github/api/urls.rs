//! The URLs that replies are full of, all below the address the request came to.

use crate::repository::Repository;

#[derive(Clone, Debug)]
pub(crate) struct Urls {
    pub(crate) base: String,
    full_name: String,
}

impl Urls {
    pub(crate) fn new(base: String, repository: &Repository) -> Self {
        Self {
            base,
            full_name: repository.full_name(),
        }
    }

    /// The same address, another repository: a fork.
    pub(crate) fn of(&self, full_name: &str) -> Self {
        Self {
            base: self.base.clone(),
            full_name: full_name.to_owned(),
        }
    }

    /// `/pulls/1` → `http://HOST/repos/OWNER/NAME/pulls/1`
    pub(crate) fn api(&self, path: &str) -> String {
        format!("{}/repos/{}{path}", self.base, self.full_name)
    }

    /// `/pull/1` → `http://HOST/OWNER/NAME/pull/1`
    pub(crate) fn html(&self, path: &str) -> String {
        format!("{}/{}{path}", self.base, self.full_name)
    }
}
