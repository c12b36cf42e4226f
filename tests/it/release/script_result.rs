//! How a script of the release ended.

use std::process::Output;

#[derive(Debug)]
pub(super) struct Ran {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Ran {
    pub(super) fn good(&self) -> bool {
        self.code == Some(0)
    }

    #[track_caller]
    pub(super) fn succeeds(&self) -> &str {
        assert!(self.good(), "{:?}: {}{}", self.code, self.stdout, self.stderr);
        &self.stdout
    }

    #[track_caller]
    pub(super) fn fails_with(&self, words: &str) {
        assert!(
            !self.good() && self.stderr.contains(words),
            "{:?}: {}",
            self.code,
            self.stderr
        );
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
