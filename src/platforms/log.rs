//! Log lines of an app, and the lines that are kept of a long log.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::redact::Untrusted;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogKind {
    Build,
    /// Jobs around a deployment, and the start of new instances.
    Deploy,
    Run,
    /// What crashed or restarted instances wrote.
    Restarted,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogLine {
    pub(crate) component: Option<String>,
    pub(crate) time: Option<Timestamp>,
    pub(crate) text: Untrusted,
}

/// Most of a log that is kept, in bytes: enough for any diagnosis, little enough for a small machine.
const MOST_KEPT: usize = 2 << 20;

/// Longest line that is kept, in bytes; what is longer is data, not a message.
const LONGEST_LINE: usize = 8 << 10;

impl LogLine {
    /// Splits `component timestamp message`; a line of another shape is all text.
    pub(crate) fn parse(line: &str) -> Self {
        let mut parts = line.splitn(3, ' ');
        let (component, time) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        match time.parse() {
            Ok(time) if !component.is_empty() => Self {
                component: Some(component.to_owned()),
                time: Some(time),
                text: Untrusted::new(parts.next().unwrap_or_default()),
            },
            _ => Self {
                component: None,
                time: None,
                text: Untrusted::new(line),
            },
        }
    }
}

/// The last lines of a log that arrives in pieces.
#[derive(Debug)]
pub(crate) struct Tail {
    most_lines: usize,
    lines: VecDeque<String>,
    bytes: usize,
    unfinished: Vec<u8>,
}

impl Tail {
    pub(crate) fn new(most_lines: usize) -> Self {
        Self {
            most_lines,
            lines: VecDeque::new(),
            bytes: 0,
            unfinished: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, piece: &[u8]) {
        let mut rest = piece;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.extend(&rest[..end]);
            self.end_line();
            rest = &rest[end + 1..];
        }
        self.extend(rest);
    }

    /// Ends the line that is being written, if there is one.
    pub(crate) fn end_piece(&mut self) {
        if !self.unfinished.is_empty() {
            self.end_line();
        }
    }

    pub(crate) fn into_lines(mut self) -> Vec<LogLine> {
        self.end_piece();
        self.lines.iter().map(|line| LogLine::parse(line)).collect()
    }

    fn extend(&mut self, bytes: &[u8]) {
        let room = LONGEST_LINE.saturating_sub(self.unfinished.len());
        self.unfinished.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn end_line(&mut self) {
        let line = String::from_utf8_lossy(&self.unfinished)
            .trim_end_matches('\r')
            .to_owned();
        self.unfinished.clear();
        self.bytes += line.len();
        self.lines.push_back(line);
        while self.lines.len() > self.most_lines || self.bytes > MOST_KEPT {
            match self.lines.pop_front() {
                Some(dropped) => self.bytes -= dropped.len(),
                None => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LogLine, Tail};
    use crate::redact::Untrusted;

    fn texts(tail: Tail) -> Vec<Untrusted> {
        tail.into_lines().into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn strips_component_and_time_from_a_line() {
        let line = LogLine::parse("web 2026-03-01T10:00:00.5Z started, port 8080");
        assert_eq!(line.component.as_deref(), Some("web"));
        assert_eq!(line.text, Untrusted::new("started, port 8080"));
        assert!(line.time.is_some());
        assert_eq!(LogLine::parse("web 2026-03-01T10:00:00Z").text, Untrusted::new(""));
    }

    #[test]
    fn a_line_without_prefix_is_all_text() {
        let line = LogLine::parse("Traceback (most recent call last):");
        assert_eq!(line.component, None);
        assert_eq!(line.text, Untrusted::new("Traceback (most recent call last):"));
    }

    #[test]
    fn keeps_the_last_lines_across_pieces() {
        let mut tail = Tail::new(2);
        for piece in ["one\ntw", "o\r\nthree\nfo", "ur"] {
            tail.push(piece.as_bytes());
        }
        assert_eq!(texts(tail), ["three", "four"].map(Untrusted::new));
    }

    #[test]
    fn a_huge_log_stays_small() {
        let mut tail = Tail::new(usize::MAX);
        for _ in 0..40 {
            tail.push(&[b'x'; 100_000]);
            tail.push(b"\n");
        }
        tail.push(&[b'\n'; 10]);
        let bytes = |tail: &Tail| tail.lines.iter().map(String::len).sum::<usize>();
        assert_eq!(bytes(&tail), 40 * 8192, "every line is cut");
        let mut tail = Tail::new(usize::MAX);
        for _ in 0..1_000 {
            tail.push(&[b'y'; 4_000]);
            tail.push(b"\n");
        }
        assert!(bytes(&tail) <= 2 << 20);
    }
}
