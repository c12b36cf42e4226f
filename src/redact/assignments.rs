//! Values behind the name of a secret: where it begins and where it ends.

use std::ops::Range;

use super::encoded::buffer;
use super::quote::closing;
use super::random::looks_random;
use super::reference::{Meaning, meaning, type_before};
use super::sentence::is_sentence;
use super::separator::{self, After};
use super::{HIDDEN, pair};

/// Words that may stand before a name where a line begins, in small letters.
const OPENERS: [&str; 14] = [
    "export", "env", "arg", "set", "declare", "setenv", "trace", "debug", "info", "notice", "warn", "warning", "error",
    "fatal",
];

/// How a quoted value begins.
const QUOTES: [&str; 4] = ["\\\"", "\\'", "\"", "'"];

/// What is hidden of the value that stands behind `name`, as a range of the line; `None`: no value stands there.
/// `at`: where the name begins in the line.
pub(super) fn value_behind(line: &str, at: usize, name: &str) -> Option<Range<usize>> {
    let part_of_a_word = |c: char| c.is_alphanumeric() || c == '_';
    let (before, after) = (&line[..at], &line[at + name.len()..]);
    let is_flag = before.ends_with("-D") && after.starts_with('=');
    if before.chars().next_back().is_some_and(part_of_a_word) && !is_flag {
        return None;
    }
    // `${KEY:-value}`
    if before.ends_with("${") {
        let default = after.trim_start_matches(':').strip_prefix(['-', '='])?;
        let (start, length) = (line.len() - default.len(), default.find('}')?);
        let is_value = length > 0 && meaning(default, Some(length), name) == Meaning::Value;
        return is_value.then(|| start..start + length);
    }
    let is_quoted = after.trim_start_matches('\\').starts_with(['"', '\'']);
    let entry = |value: &str| is_entry(before, value);
    let rest = match separator::after(before, after, begins_a_line(before), entry)? {
        After::Value(rest) => rest,
        After::Whole(value) => {
            let is_value =
                !value.is_empty() && value != HIDDEN && meaning(value, Some(value.len()), name) == Meaning::Value;
            return is_value.then(|| range_of(line, value));
        }
    };
    let mut value = rest.trim_start();
    if let Some((length, is_assigned)) = type_before(value) {
        if !is_assigned {
            return None;
        }
        value = value[length..].trim_start();
    }
    let start = line.len() - value.len();
    if let Some(length) = buffer(value) {
        return Some(start..start + length);
    }
    let (skipped, length) = extent(value, before, is_quoted);
    let range = start + skipped..start + skipped + length;
    let shown = &line[range.clone()];
    // YAML's `KEY: |`, whose value is on the next line.
    let is_block = ["|", ">", "|-", ">-", "|+", ">+"].contains(&shown);
    if shown.is_empty() || shown == HIDDEN || is_block {
        return None;
    }
    let said = &line[range.start..if skipped > 0 { range.end } else { line.len() }];
    // `KEY: must be set` speaks of the value; `KEY=default` is one.
    if line[at + name.len()..start].contains(':') && is_sentence(said) {
        return None;
    }
    match meaning(&line[range.start..], (skipped > 0).then_some(length), name) {
        Meaning::Value => Some(range),
        Meaning::Reference => None,
        Meaning::Fallback(begins) => {
            let (before, inside) = line.split_at(range.start + begins);
            let quote = QUOTES.into_iter().find(|quote| before.ends_with(quote))?;
            let length = closing(inside, quote).unwrap_or(inside.trim_end().len());
            let is_value = length > 0 && meaning(inside, Some(length), name) == Meaning::Value;
            is_value.then(|| before.len()..before.len() + length)
        }
    }
}

/// The value that stands before a name: `{"value": "v", "name": "API_KEY"}`, `"v" for API_KEY`.
pub(super) fn value_before(line: &str, at: usize, name: &str) -> Option<Range<usize>> {
    let before = &line[..at];
    if line[at + name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    pair::before(line, at, name).or_else(|| {
        let value = separator::before(before).filter(|value| *value != HIDDEN)?;
        (meaning(value, Some(value.len()), name) == Meaning::Value).then(|| range_of(line, value))
    })
}

/// Where a part of a line is in it.
pub(super) fn range_of(line: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr() - line.as_ptr().addr();
    start..start + part.len()
}

/// Whether the line ends where the value of this name begins.
pub(super) fn is_left_open(line: &str, at: usize, name: &str) -> bool {
    let (before, after) = (&line[..at], &line[at + name.len()..]);
    let is_key = before.trim_end().is_empty() || before.ends_with(['"', '\'', '[']) || begins_a_line(before);
    is_key && !before.ends_with(|c: char| c.is_alphanumeric() || c == '_') && separator::is_open(after)
}

/// The value on the line after it.
pub(super) fn value_below(line: &str) -> Option<Range<usize>> {
    let value = separator::on_next_line(line).filter(|value| *value != HIDDEN)?;
    (meaning(value, None, "") == Meaning::Value).then(|| range_of(line, value))
}

/// Whether a name before a colon is a key: at the beginning of a line, in a map as programs print it, or before a quote.
fn is_entry(before: &str, value: &str) -> bool {
    begins_a_line(before)
        || before.trim_end().ends_with(['{', '[', '(', ','])
        || before.contains("map[")
        || value.trim_start().starts_with(['"', '\''])
        || value.split_whitespace().next().is_some_and(looks_random)
}

/// How much of the text is skipped, and how much is the value.
fn extent(value: &str, before: &str, name_is_quoted: bool) -> (usize, usize) {
    for quote in QUOTES {
        let Some(inside) = value.strip_prefix(quote) else {
            continue;
        };
        let end = closing(inside, quote).unwrap_or(inside.trim_end().len());
        return (quote.len(), end);
    }
    let is_first = begins_a_line(before);
    let in_a_map = name_is_quoted || before.contains("map[") || before.trim_end().ends_with(['{', '[', '(', ',']);
    let word = value.find(char::is_whitespace).unwrap_or(value.len());
    if in_a_map {
        return (0, end_of_entry(&value[..word]));
    }
    // In `"KEY=value"` the quote that was opened before the name ends the value.
    if let Some(quote) = opened(before) {
        let end = closing(value, quote).unwrap_or(value.trim_end().len());
        let whole = is_first || before.ends_with(quote);
        return (0, if whole { end } else { end.min(word) });
    }
    (0, if is_first { value.trim_end().len() } else { word })
}

/// Where a value without quotes ends in a map, which it does not at each comma or bracket in it.
fn end_of_entry(value: &str) -> usize {
    let ends = |(at, c): &(usize, char)| {
        let next = value[at + c.len_utf8()..].chars().next();
        match c {
            ',' => next.is_none_or(|next| "\"'}])\\".contains(next)),
            '}' | ']' | ')' => next.is_none_or(|next| ",;.}])\"'\\".contains(next)),
            _ => false,
        }
    };
    value.char_indices().find(ends).map_or(value.len(), |(at, _)| at)
}

/// The quote that a line has opened and not closed.
fn opened(before: &str) -> Option<&'static str> {
    ["\\\"", "\"", "'"].into_iter().find(|quote| {
        let count = before
            .match_indices(quote)
            .filter(|(at, _)| !before[..*at].ends_with('\\'))
            .count();
        count % 2 == 1
    })
}

/// Only numbers, punctuation and words such as `export` stand before it, or before them what wrote the line:
/// `app[web.1]: KEY: value`.
fn begins_a_line(before: &str) -> bool {
    let writer = [": ", "] ", "| "]
        .into_iter()
        .filter_map(|end| before.rfind(end).map(|at| at + end.len()));
    before[writer.max().unwrap_or(0)..]
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().any(char::is_alphabetic))
        .all(|word| word.len() == 1 || OPENERS.contains(&word.to_ascii_lowercase().as_str()))
}
