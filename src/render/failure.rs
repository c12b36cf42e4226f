//! What went wrong, as the templates are given it: sentences, and the lines of a log that fit.

use serde::Serialize;

use super::context::{Logs, RenderContext};
use crate::model::failure::{Excerpt, Failure, Shown};
use crate::redact::Clean;
use crate::redact::strip::{cut, strip};

/// Longest line of a log, in characters.
const LOG_LINE: usize = 500;
const LOG_LINES: usize = 100;

#[derive(Debug, Serialize)]
pub(super) struct FailureView {
    what: String,
    why: Option<String>,
    points: Vec<String>,
    code: Option<String>,
    at: Option<String>,
    next: Option<String>,
    log: Option<LogView>,
    /// There is a log, but it is not shown here.
    log_withheld: bool,
}

#[derive(Debug, Serialize)]
struct LogView {
    kind: &'static str,
    component: Option<String>,
    lines: Vec<String>,
    left_out: usize,
}

impl FailureView {
    /// `room`: for its log, in bytes.
    pub(super) fn new(failure: &Failure, context: &RenderContext, room: usize) -> Self {
        let shown = failure.log.as_ref().filter(|log| context.logs.show(log.kind));
        Self {
            what: failure.what.clone(),
            why: failure.why.clone(),
            points: failure.points.clone(),
            code: failure.code.clone(),
            at: failure.at.as_ref().map(ToString::to_string),
            next: failure.next.clone(),
            log_withheld: failure.log.is_some() && shown.is_none(),
            log: shown
                .map(|log| LogView::new(log, failure.component.clone(), room))
                .filter(|log| !log.lines.is_empty()),
        }
    }
}

impl LogView {
    /// The last lines that fit.
    fn new(log: &Excerpt, component: Option<String>, room: usize) -> Self {
        let lines = last_lines(&log.lines, room);
        Self {
            kind: match log.kind {
                Shown::Build => "build log",
                Shown::Migration => "migration's log",
                Shown::Run => "log",
            },
            component,
            left_out: log.lines.len() - lines.len(),
            lines,
        }
    }
}

/// The last lines that fit into so many bytes, each stripped and cut to what a person reads.
pub(super) fn last_lines(lines: &[Clean], room: usize) -> Vec<String> {
    let mut taken = 0;
    let mut last: Vec<String> = lines
        .iter()
        .rev()
        .take(LOG_LINES)
        .map(|line| cut(&strip(&cut(line, 8 * LOG_LINE)), LOG_LINE))
        .take_while(|line| {
            taken += line.len() + 1;
            taken <= room
        })
        .collect();
    last.reverse();
    last
}

impl Logs {
    pub(crate) fn show(self, kind: Shown) -> bool {
        match self {
            Self::All => true,
            Self::BuildsAndMigrations => kind != Shown::Run,
            Self::None => false,
        }
    }
}
