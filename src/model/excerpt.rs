//! The lines of a long log that say why something failed.

use std::ops::Range;

use super::count::plural;
use super::stack_trace::StackTrace;

/// Most lines that a person reads in a comment.
const MOST: usize = 30;

/// Lines kept before the first one that names an error, so that it has its context.
const BEFORE: usize = 3;

/// Lines kept of a stack trace that begins before the last lines of the log.
const OF_TRACE: usize = 10;

/// Stands for lines that are not shown.
pub(crate) fn left_out(lines: usize) -> String {
    format!("({} left out)", plural(lines as u64, "line"))
}

/// The end of the log, begun at the last traceback or error where that is near the end. The line that says what went wrong
/// is among them, however long its stack trace is; `left_out` makes the line that stands for those between.
pub(crate) fn lines_that_matter<L: AsRef<str> + Clone>(lines: &[L], left_out: impl Fn(usize) -> L) -> Vec<L> {
    let end = lines
        .iter()
        .rposition(|line| !line.as_ref().trim().is_empty())
        .map_or(0, |last| last + 1);
    let lines = &lines[..end];
    let tail_from = end.saturating_sub(MOST);
    let trace = StackTrace::last_of(lines);
    if let Some(trace) = trace.as_ref().filter(|trace| trace.error < tail_from) {
        let head = head(trace);
        let tail_from = (tail_from + OF_TRACE + 1).max(head.end);
        let between = tail_from - head.end;
        let mark = (between > 0).then(|| left_out(between));
        let (head, tail) = (&lines[head], &lines[tail_from..]);
        return head.iter().cloned().chain(mark).chain(tail.iter().cloned()).collect();
    }
    let tail = &lines[tail_from..];
    let story = tail.iter().position(|line| opens_a_story(line.as_ref()));
    let error = || {
        tail.iter()
            .position(|line| names_an_error(line.as_ref()))
            .map(|at| at.saturating_sub(BEFORE))
    };
    let from = story.or_else(error).unwrap_or(0);
    let from = match trace.map(|trace| trace.error - tail_from) {
        Some(error) if error < from => error.saturating_sub(BEFORE),
        _ => from,
    };
    tail[from..].to_vec()
}

/// The lines of a stack trace around what it says.
fn head(trace: &StackTrace) -> Range<usize> {
    let first = match trace.begins_with_the_error() {
        true => trace.error.saturating_sub(BEFORE),
        false => (trace.error + 1).saturating_sub(OF_TRACE),
    };
    first..(first + OF_TRACE).min(trace.error.max(*trace.lines.end()) + 1)
}

/// Where a stack trace begins: all that follows belongs to it.
fn opens_a_story(line: &str) -> bool {
    line.contains("Traceback (most recent call last)") || line.contains("panicked at")
}

fn names_an_error(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    [
        "error",
        "fatal",
        "exception",
        "failed",
        "cannot",
        "not found",
        "no such",
    ]
    .iter()
    .any(|word| line.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{MOST, lines_that_matter};

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    fn matter(log: &[String]) -> Vec<String> {
        lines_that_matter(log, |left_out| format!("({left_out} left out)"))
    }

    #[test]
    fn begins_at_the_traceback() {
        let log = lines("collecting flask\ninstalled\nTraceback (most recent call last):\n  File x\nKeyError: 'A'\n\n");
        assert_eq!(
            matter(&log),
            lines("Traceback (most recent call last):\n  File x\nKeyError: 'A'")
        );
    }

    #[test]
    fn keeps_a_little_context_before_the_error() {
        let log = lines("1\n2\n3\n4\n5\nerror: no such file\nexit 1");
        assert_eq!(matter(&log), lines("3\n4\n5\nerror: no such file\nexit 1"));
    }

    #[test]
    fn is_never_longer_than_people_read() {
        let log: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
        assert_eq!(matter(&log).len(), MOST);
    }

    #[test]
    fn what_went_wrong_is_shown_however_long_the_trace_is() {
        let many = |line: &str| vec![line; 200].join("\n");
        let traces = [
            (
                "TypeError: no such thing",
                format!("TypeError: no such thing\n{}", many("    at f (a.js:3:9)")),
            ),
            (
                "Caused by: b.C: refused",
                format!("a.B: no\n{0}\nCaused by: b.C: refused\n{0}", many(" at a.B.c(D.java)")),
            ),
            (
                "a.rb:5:in `run': oh (E)",
                format!("a.rb:5:in `run': oh (E)\n{}", many(" from a.rb:9:in `x'")),
            ),
            (
                "panic: oh",
                format!(
                    "panic: oh\n\ngoroutine 1 [running]:\n{}\nexit status 2",
                    many("f()\n /a.go:9 +0x1")
                ),
            ),
            (
                "KeyError: 'A'",
                format!(
                    "Traceback (most recent call last):\n{}\nKeyError: 'A'",
                    many("  File x\n    y")
                ),
            ),
        ];
        for (error, trace) in traces {
            for after in ["", "\nstopping\n", &format!("\n{}", many("stopping"))] {
                let log = lines(&format!("start\n{trace}{after}"));
                let shown = matter(&log);
                assert!(shown.iter().any(|line| line == error), "{error}: {shown:?}");
                assert_eq!(shown.last(), log.iter().rfind(|line| !line.is_empty()), "{error}");
                assert!(shown.len() <= MOST, "{error}: {}", shown.len());
            }
        }
    }

    #[test]
    fn what_is_left_out_of_a_trace_is_counted() {
        let log = format!("start\nTypeError: oh\n{}bye", "    at f (a.js)\n".repeat(100));
        let shown = matter(&lines(&log)).join("\n");
        assert!(shown.starts_with("start\nTypeError: oh\n    at f"), "{shown}");
        assert!(shown.contains("\n(74 left out)\n"), "{shown}");
    }
}
