//! Quotes around values, as shells, YAML, SQL and people write them.

/// Where a quoted value ends. A quote that a word follows is part of the value: not everyone who puts quotes around
/// a value escapes those in it. Shells write `'` as `'\''` or `'"'"'`, YAML and SQL as `''`.
pub(super) fn closing(text: &str, quote: &str) -> Option<usize> {
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
