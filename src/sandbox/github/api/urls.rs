//! The URLs that replies are full of, all below the address the request came to.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::repository::Repository;

const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

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

/// A path for use in a URL; its slashes stay.
pub(crate) fn escape_path(path: &str) -> String {
    utf8_percent_encode(path, IN_PATH).to_string()
}

#[cfg(test)]
mod tests {
    use super::escape_path;

    #[test]
    fn slashes_of_a_path_stay() {
        assert_eq!(escape_path("a b/ü#.txt"), "a%20b/%C3%BC%23.txt");
    }
}
