//! Values behind the name of a secret: `KEY=value` anywhere, `KEY: value` where a line begins, `"KEY": "value"`.

use super::HIDDEN;

/// Words that may stand before a name where a line begins.
const OPENERS: [&str; 8] = ["export", "ENV", "ARG", "set", "declare", "env", "SET", "setenv"];

/// The line with the values hidden that stand behind `name`. `at`: where the name begins in the line.
/// Returns what is hidden, as a range of the line; `None`: no value stands there.
pub(super) fn value_behind(line: &str, at: usize, name: &str) -> Option<std::ops::Range<usize>> {
    let part_of_a_word = |c: char| c.is_alphanumeric() || c == '_';
    let (before, after) = (&line[..at], &line[at + name.len()..]);
    if before.chars().next_back().is_some_and(part_of_a_word) {
        return None;
    }
    let unquoted = after.trim_start_matches('\\').trim_start_matches(['"', '\'']);
    let is_quoted = unquoted.len() < after.len();
    let rest = unquoted.trim_start();
    let rest = match rest.chars().next()? {
        '=' => rest[1..].strip_prefix('>').unwrap_or(&rest[1..]),
        ':' if rest[1..].starts_with('=') => &rest[2..],
        // A name in a sentence, or a path in code, is followed by a colon as well.
        ':' if !rest[1..].starts_with(':') && (is_quoted || begins_a_line(before)) => &rest[1..],
        _ => return None,
    };
    let value = rest.trim_start();
    let start = line.len() - value.len();
    let (skipped, length) = extent(value, begins_a_line(before));
    let range = start + skipped..start + skipped + length;
    let shown = &line[range.clone()];
    (!shown.is_empty() && shown != HIDDEN && !is_reference(shown)).then_some(range)
}

/// How much of the text is skipped, and how much is the value.
fn extent(value: &str, to_the_end: bool) -> (usize, usize) {
    for quote in ["\\\"", "\\'", "\"", "'"] {
        let Some(inside) = value.strip_prefix(quote) else {
            continue;
        };
        let end = if quote.len() == 2 {
            inside.find(quote)
        } else {
            closing(inside, quote.as_bytes()[0])
        };
        return (quote.len(), end.unwrap_or(inside.trim_end().len()));
    }
    if to_the_end && !value.contains('"') {
        return (0, value.trim_end().len());
    }
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\\');
    (0, value.find(ends).unwrap_or(value.len()))
}

/// The first quote without a backslash before it.
fn closing(text: &str, quote: u8) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        if escaped {
            escaped = false;
        } else if byte == b'\\' {
            escaped = true;
        } else if byte == quote {
            return Some(at);
        }
    }
    None
}

/// Only numbers, punctuation and words such as `export` stand before it.
fn begins_a_line(before: &str) -> bool {
    before
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().any(char::is_alphabetic))
        .all(|word| OPENERS.contains(&word) || word.len() == 1)
}

/// `${{ secrets.KEY }}`, `${KEY}`, `$KEY`: where a value comes from is no value.
fn is_reference(value: &str) -> bool {
    let name = |text: &str| {
        let mut chars = text.chars();
        chars.next().is_some_and(|c| c.is_ascii_uppercase())
            && chars.all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    match value.strip_prefix('$') {
        Some(rest) => rest.starts_with('{') || name(rest),
        None => false,
    }
}
