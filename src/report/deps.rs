//! What a reporter works with: the neighbours it writes to, and whose words it shows.

use std::time::Duration;

use super::clean::cleaned;
use crate::actions::console::Console;
use crate::actions::run::Run;
use crate::config::Comment as CommentConfig;
use crate::github::GitHub;
use crate::github::repository::Repository;
use crate::model::report::Report;
use crate::redact::Redactor;
use crate::redact::strip::strip;
use crate::wait::Wait;

#[derive(Clone, Debug)]
pub(crate) struct ReporterDeps {
    /// `None` without a token: then only console, summary and outputs.
    pub(crate) github: Option<GitHub>,
    pub(crate) run: Run,
    pub(crate) wait: Wait,
    pub(crate) console: Console,
    pub(crate) comment: CommentConfig,
    /// After how long without a deployment or a command a sweep removes a preview.
    pub(crate) ttl: Duration,
    pub(crate) repository: Option<Repository>,
    pub(crate) redactor: Redactor,
}

impl ReporterDeps {
    /// A report as it may be posted, in the words of those who read it.
    pub(super) fn cleaned(&self, report: &Report) -> Report {
        cleaned(report, &self.redactor, &|text| self.console.in_words(text).into_owned())
    }

    /// A sentence as it may be posted.
    pub(super) fn cleaned_sentence(&self, sentence: &str) -> String {
        self.redactor.clean(&self.console.in_words(&strip(sentence)))
    }

    /// The same for one of several environments that a run is about: its summary and outputs speak of all of them.
    pub(crate) fn on_github_only(mut self) -> Self {
        (self.run.summary_file, self.run.output_file) = (None, None);
        self
    }
}
