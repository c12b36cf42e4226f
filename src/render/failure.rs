//! What went wrong, as the templates are given it: sentences, and the lines of a log that fit.

use serde::Serialize;

use super::context::{Logs, RenderContext};
use crate::model::excerpt::left_out;
use crate::model::failure::{Excerpt, Failure, Shown};
use crate::model::stack_trace::StackTrace;
use crate::redact::Clean;
use crate::redact::strip::{cut, strip};

/// Longest line of a log, in characters.
const LOG_LINE: usize = 500;
const LOG_LINES: usize = 100;
/// Room for the line that says how many lines are left out, in bytes.
const LEFT_OUT: usize = 40;

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
    /// The last lines that fit, and the one that says what went wrong.
    fn new(log: &Excerpt, component: Option<String>, room: usize) -> Self {
        let error = StackTrace::last_of(&log.lines).map(|trace| trace.error);
        let (left_out, lines) = last_lines(&log.lines, error, room);
        Self {
            kind: match log.kind {
                Shown::Build => "build log",
                Shown::Migration => "migration's log",
                Shown::Run => "log",
            },
            component,
            left_out,
            lines,
        }
    }
}

/// The last lines that fit into so many bytes, each stripped and cut to what a person reads, and how many stand above them.
/// The line `error` is among them: where it is above the others, the first one.
pub(super) fn last_lines(lines: &[Clean], error: Option<usize>, room: usize) -> (usize, Vec<String>) {
    let readable = |line: &Clean| cut(&strip(&cut(line, 8 * LOG_LINE)), LOG_LINE);
    let fitting = |room: usize, most: usize| {
        let mut taken = 0;
        let fits = |line: &String| {
            taken += line.len() + 1;
            taken <= room
        };
        let mut last: Vec<String> = lines.iter().rev().take(most).map(readable).take_while(fits).collect();
        last.reverse();
        last
    };
    let last = fitting(room, LOG_LINES);
    let above = lines.len() - last.len();
    let Some(at) = error.filter(|at| *at < above) else {
        return (above, last);
    };
    let said = readable(&lines[at]);
    let last = fitting(room.saturating_sub(said.len() + LEFT_OUT), LOG_LINES - 2);
    let between = lines.len() - last.len() - at - 1;
    let mark = (between > 0).then(|| left_out(between));
    (at, std::iter::once(said).chain(mark).chain(last).collect())
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

#[cfg(test)]
mod tests {
    use super::last_lines;
    use crate::redact::{Redactor, TargetSecrets, Untrusted};

    #[test]
    fn the_line_that_says_what_went_wrong_has_its_place_where_room_is_short() {
        let (redactor, _) = Redactor::new().for_target(&TargetSecrets::default());
        let lines = ["start", "Oops", "at 1", "at 2", "at 3", "the end"].map(Untrusted::new);
        let lines = redactor.lines(&lines);
        let shown = |error, room| last_lines(&lines, error, room);
        assert_eq!(
            shown(Some(1), 1_000),
            (0, lines.iter().map(|it| it.to_string()).collect())
        );
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(shown(Some(1), 20), (1, texts(&["Oops", "(4 lines left out)"])));
        assert_eq!(shown(Some(3), 14), (3, texts(&["at 2", "(2 lines left out)"])));
        assert_eq!(shown(Some(5), 14), (4, texts(&["at 3", "the end"])));
        assert_eq!(shown(None, 14), (4, texts(&["at 3", "the end"])));
    }
}
