//! What a command in a comment is answered, before it is made into Markdown.

use crate::redact::Clean;

/// Every field is one line; names in backticks. Untrusted text may be in all of them but `to` and `shell`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The command in our own spelling: `/status`. `None`: it is not one of our commands, and is not repeated.
    pub(crate) to: Option<&'static str>,
    /// The answer itself, one sentence.
    pub(crate) said: String,
    pub(crate) url: Option<String>,
    /// Of several apps, what is said of each, by its name under `[apps]`: sentence, URL and points.
    pub(crate) apps: Vec<(String, Self)>,
    /// What else there is to know.
    pub(crate) points: Vec<String>,
    /// Lines for a person's shell; our own text and numbers only.
    pub(crate) shell: Vec<String>,
    pub(crate) log: Option<AnswerLog>,
}

/// Lines of a log that may be shown where the answer stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AnswerLog {
    /// `build log`
    pub(crate) title: &'static str,
    pub(crate) lines: Vec<Clean>,
}

impl Answer {
    pub(crate) fn new(to: Option<&'static str>, said: impl Into<String>) -> Self {
        Self {
            to,
            said: said.into(),
            ..Self::default()
        }
    }

    #[must_use]
    pub(crate) fn point(mut self, point: impl Into<String>) -> Self {
        self.points.push(point.into());
        self
    }
}
