//! A failure as a person reads it; the same one feeds log, annotation, comment and summary.

use std::fmt;

use crate::redact::Clean;

/// What the failure says about the app, and with it the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The deployment is bad: exit 1.
    Bad,
    /// Usage, config or spec: exit 2. Nothing was touched.
    Input,
    /// The result is unknown: exit 3.
    Unknown,
}

impl Kind {
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Bad => 1,
            Self::Input => 2,
            Self::Unknown => 3,
        }
    }
}

/// A place in a file, both counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The lines of a log that matter for a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    pub(crate) kind: Shown,
    pub(crate) lines: Vec<Clean>,
}

/// Whose lines an excerpt has, which decides who may be shown them: in the comments of a public repository only a
/// build's and a migration's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    Build,
    Migration,
    Run,
}

/// What failed, why, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    /// What failed, without a full stop: ``the build of `web` failed``.
    pub(crate) what: String,
    /// Why, in plain words.
    pub(crate) why: Option<String>,
    /// Further facts, each of which people read on a line of its own.
    pub(crate) points: Vec<String>,
    /// What it is about, where no report says so: `shop: production`.
    pub(crate) subject: Option<String>,
    /// The platform's own code for it, such as `BuildJobExitNonZero`.
    pub(crate) code: Option<String>,
    pub(crate) component: Option<String>,
    /// One thing to do next.
    pub(crate) next: Option<String>,
    pub(crate) at: Option<Position>,
    pub(crate) log: Option<Excerpt>,
}

impl Failure {
    fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            why: None,
            points: Vec::new(),
            subject: None,
            code: None,
            component: None,
            next: None,
            at: None,
            log: None,
        }
    }

    pub(crate) fn bad(what: impl Into<String>) -> Self {
        Self::new(Kind::Bad, what)
    }

    pub(crate) fn input(what: impl Into<String>) -> Self {
        Self::new(Kind::Input, what)
    }

    pub(crate) fn unknown(what: impl Into<String>) -> Self {
        Self::new(Kind::Unknown, what)
    }

    #[must_use]
    pub(crate) fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    #[must_use]
    pub(crate) fn point(mut self, point: impl Into<String>) -> Self {
        self.points.push(point.into());
        self
    }

    #[must_use]
    pub(crate) fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    #[must_use]
    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    #[must_use]
    pub(crate) fn at(mut self, file: impl Into<String>, line: usize, column: usize) -> Self {
        self.at = Some(Position {
            file: file.into(),
            line,
            column,
        });
        self
    }
}

/// Position, what, why and the points, each on its line; the next step is printed on a line of its own by what shows it.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = &self.at {
            write!(f, "{at}: ")?;
        }
        f.write_str(&self.what)?;
        if let Some(why) = &self.why {
            write!(f, ": {why}")?;
        }
        self.points.iter().try_for_each(|point| write!(f, "\n- {point}"))
    }
}

impl std::error::Error for Failure {}
