//! A name and its value as the two entries of one map: `{"name": "API_KEY", "value": "…"}`, in either order.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::HIDDEN;
use super::quote::closing;
use super::reference::{Meaning, meaning};

/// What calls an entry the value.
static VALUE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)(?:^|[\s{,(<\["'])(?:value|val)\\?["']?\s*(?:=>|[:=])\s*"#));

/// What calls an entry the name, up to where the name begins.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?i)(?:^|[\s{,(<\["'-])(?:name|key|env|id|var|variable|parameter)\\?["']?\s*(?:=>|[:=])\s*\\?["']?$"#)
});

/// A line that is one entry of a map, such as `"scope": "RUN_TIME",`.
static ENTRY: LazyLock<Regex> = LazyLock::new(|| pattern(r#"^\s*\S{0,60}?[\w-]+["']?\s*(?:=>|[:=])\s*\S"#));

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that compiles")
}

/// The value of an entry before the one that has the name, which begins at `at`.
pub(super) fn before(line: &str, at: usize, name: &str) -> Option<Range<usize>> {
    let near = nearby(line, at);
    let entry = at - near.len() + NAME.find(near)?.start();
    let found = VALUE.find_iter(&line[..=entry.min(at - 1)]).last()?;
    let range = of(line, found.end(), name)?;
    let is_same_map = range.end <= entry + 1 && !line[range.end..at].contains(['{', '}']);
    is_same_map.then_some(range)
}

/// Whether this name is the value of an entry `name`, and the only one in its line.
pub(super) fn is_named(line: &str, name: Range<usize>) -> bool {
    let rest = line[name.end..].trim_matches(|c: char| c.is_whitespace() || "\"',\\".contains(c));
    rest.is_empty() && NAME.is_match(nearby(line, name.start))
}

/// What stands right before a place, longer than any match of `NAME`: a line may have thousands of names in it.
fn nearby(line: &str, at: usize) -> &str {
    const LONGEST: usize = 120;
    let mut from = at.saturating_sub(LONGEST);
    while !line.is_char_boundary(from) {
        from += 1;
    }
    &line[from..at]
}

/// Whether a line is an entry of the same map, perhaps.
pub(super) fn is_entry(line: &str) -> bool {
    ENTRY.is_match(line) && !line.contains('}')
}

/// The value in a line that is the entry `value`.
pub(super) fn value(line: &str) -> Option<Range<usize>> {
    let found = VALUE.find(line)?;
    let before = line[..found.start()].trim_start_matches(|c: char| c.is_whitespace() || "-\"'|".contains(c));
    before.is_empty().then(|| of(line, found.end(), "")).flatten()
}

fn of(line: &str, start: usize, name: &str) -> Option<Range<usize>> {
    let text = &line[start..];
    let quote = ["\\\"", "\\'", "\"", "'"]
        .into_iter()
        .find(|quote| text.starts_with(quote));
    let (skipped, length) = match quote {
        Some(quote) => (quote.len(), closing(&text[quote.len()..], quote)?),
        None => (
            0,
            text.find(|c: char| c.is_whitespace() || ",}])>".contains(c))
                .unwrap_or(text.len()),
        ),
    };
    let range = start + skipped..start + skipped + length;
    let value = &line[range.clone()];
    let is_value = !value.is_empty() && value != HIDDEN && meaning(value, Some(length), name) == Meaning::Value;
    is_value.then_some(range)
}
