//! Values behind the name of a secret: `KEY=value` anywhere, `KEY: value` where a line begins, `"KEY": "value"`.

use super::HIDDEN;
use super::reference::{Meaning, meaning, type_before};

/// Words that may stand before a name where a line begins, in small letters.
const OPENERS: [&str; 14] = [
    "export", "env", "arg", "set", "declare", "setenv", "trace", "debug", "info", "notice", "warn", "warning", "error",
    "fatal",
];

/// How a quoted value begins.
const QUOTES: [&str; 4] = ["\\\"", "\\'", "\"", "'"];

/// What is hidden of the value that stands behind `name`, as a range of the line; `None`: no value stands there.
/// `at`: where the name begins in the line.
pub(super) fn value_behind(line: &str, at: usize, name: &str) -> Option<std::ops::Range<usize>> {
    let part_of_a_word = |c: char| c.is_alphanumeric() || c == '_';
    let (before, after) = (&line[..at], &line[at + name.len()..]);
    if before.chars().next_back().is_some_and(part_of_a_word) {
        return None;
    }
    // `${KEY:-value}`
    if before.ends_with("${") {
        let default = after.trim_start_matches(':').strip_prefix(['-', '='])?;
        let (start, length) = (line.len() - default.len(), default.find('}')?);
        let is_value = length > 0 && meaning(default, Some(length), name) == Meaning::Value;
        return is_value.then(|| start..start + length);
    }
    let unquoted = after.trim_start_matches('\\').trim_start_matches(['"', '\'']);
    let is_quoted = unquoted.len() < after.len();
    let rest = unquoted.trim_start();
    // `config["KEY"] = …`
    let rest = rest
        .strip_prefix(']')
        .filter(|_| is_quoted)
        .unwrap_or(rest)
        .trim_start();
    let rest = match rest.chars().next()? {
        '=' => rest.trim_start_matches('=').trim_start_matches('>'),
        '!' if rest[1..].starts_with('=') => rest[1..].trim_start_matches('='),
        // `setdefault("KEY", "value")`
        ',' if is_quoted && is_argument(before) && rest[1..].trim_start().starts_with(['"', '\'', '\\']) => &rest[1..],
        ':' if rest[1..].starts_with('=') => &rest[2..],
        // A name in a sentence, or a path in code, is followed by a colon as well.
        ':' if !rest[1..].starts_with(':') && (is_quoted || is_entry(before, &rest[1..])) => &rest[1..],
        _ => return None,
    };
    let mut value = rest.trim_start();
    if let Some((length, is_assigned)) = type_before(value) {
        if !is_assigned {
            return None;
        }
        value = value[length..].trim_start();
    }
    let start = line.len() - value.len();
    let (skipped, length) = extent(value, before, is_quoted);
    let range = start + skipped..start + skipped + length;
    let shown = &line[range.clone()];
    if shown.is_empty() || shown == HIDDEN {
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

/// Whether a name before a colon is a key: at the beginning of a line, in a map as programs print it, or before a quote.
fn is_entry(before: &str, value: &str) -> bool {
    begins_a_line(before)
        || before.trim_end().ends_with(['{', '[', '(', ','])
        || before.contains("map[")
        || value.trim_start().starts_with(['"', '\''])
}

/// Whether a quoted name is the first argument of a call.
fn is_argument(before: &str) -> bool {
    before.trim_end_matches(['"', '\'', '\\']).trim_end().ends_with('(')
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

/// Where a quoted value ends. A quote that a word follows is part of the value: not everybody who puts quotes around
/// a value escapes those in it. Shells write `'` as `'\''` or `'"'"'`, YAML and SQL as `''`.
fn closing(text: &str, quote: &str) -> Option<usize> {
    const ENDS: &str = ",;:.)}]>&|\"'`";
    // `\"` stands in a text that has been escaped as a whole, and with it each backslash.
    let step = 2 * quote.len();
    let mut from = 0;
    while let Some(at) = text[from..].find(quote).map(|at| from + at) {
        let rest = &text[at + quote.len()..];
        from = at + quote.len();
        let slashes = text[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        if slashes % step != 0 {
            continue;
        }
        let inside = [r"\''", "\"'\"'"]
            .into_iter()
            .find(|rest_of| quote == "'" && rest.starts_with(rest_of));
        if let Some(inside) = inside {
            from += inside.len();
            continue;
        }
        if at > 0 && rest.starts_with(quote) {
            from += quote.len();
            continue;
        }
        let next = rest.trim_start_matches('\\').chars().next();
        if next.is_none_or(|c| c.is_whitespace() || ENDS.contains(c)) {
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
        .all(|word| word.len() == 1 || OPENERS.contains(&word.to_ascii_lowercase().as_str()))
}
