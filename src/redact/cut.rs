//! Where a text was cut, and what is left of a secret there: its beginning before the mark, its end behind it.

use std::ops::Range;

/// Shortest end of a secret that is hidden where a text was cut.
pub(super) const SHORTEST: usize = 8;

/// The forms of all secrets, ready to be found by their beginnings and by their ends.
#[derive(Default)]
pub(super) struct Ends {
    sorted: Vec<String>,
    /// Each written backwards.
    reversed: Vec<String>,
    longest: usize,
}

impl Ends {
    pub(super) fn of<'f>(forms: impl Iterator<Item = &'f String>) -> Self {
        let mut sorted: Vec<String> = forms.cloned().collect();
        sorted.sort();
        let mut reversed: Vec<String> = sorted.iter().map(|form| form.chars().rev().collect()).collect();
        reversed.sort();
        let longest = sorted.iter().map(String::len).max().unwrap_or(0);
        Self {
            sorted,
            reversed,
            longest,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// What is left of secrets on both sides of each mark in a line.
    pub(super) fn around_marks(&self, line: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for mark in marks(line) {
            found.extend(self.beginning(line, 0, mark.start));
            found.extend(self.end(line, mark.end));
        }
        found
    }

    /// The beginning of a secret that ends at `end`, and begins at `from` or later.
    pub(super) fn beginning(&self, line: &str, from: usize, end: usize) -> Option<Range<usize>> {
        let first = from.max(end.saturating_sub(self.longest));
        let starts = first..(end + 1).saturating_sub(SHORTEST);
        let is_beginning = |start: &usize| line.get(*start..end).is_some_and(|rest| begins(&self.sorted, rest));
        starts.into_iter().find(is_beginning).map(|start| start..end)
    }

    /// The end of a secret that begins at `start`: the longest.
    fn end(&self, line: &str, start: usize) -> Option<Range<usize>> {
        let last = line.len().min(start + self.longest);
        let ends = start + SHORTEST..last + 1;
        let is_end = |end: &usize| {
            let part = line.get(start..*end);
            part.is_some_and(|part| begins(&self.reversed, &part.chars().rev().collect::<String>()))
        };
        ends.into_iter().rev().find(is_end).map(|end| start..end)
    }
}

fn begins(sorted: &[String], part: &str) -> bool {
    let next = sorted.partition_point(|form| form.as_str() < part);
    sorted.get(next).is_some_and(|form| form.starts_with(part))
}

/// `…`, and three dots or more.
pub(super) fn marks(line: &str) -> Vec<Range<usize>> {
    let mut marks: Vec<Range<usize>> = Vec::new();
    for (at, c) in line.char_indices().filter(|(_, c)| ['.', '…'].contains(c)) {
        match marks.last_mut().filter(|last| last.end == at) {
            Some(last) => last.end += c.len_utf8(),
            None => marks.push(at..at + c.len_utf8()),
        }
    }
    marks.retain(|mark| mark.len() >= "...".len());
    marks
}
