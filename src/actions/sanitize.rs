//! Makes foreign text harmless for a log: it cannot speak to the runner.

use crate::redact::strip::{cut, is_invisible};

/// Longest line of foreign text in a log, in characters.
const LONGEST_LINE: usize = 2_000;

/// Invisible, but it parts what must not stand together.
const ZERO_WIDTH_SPACE: char = '\u{200B}';

/// A stripped line in which the runner finds no command: neither `::` where a line begins nor `##[` anywhere.
pub(crate) fn sanitize(line: &str) -> String {
    let quiet = line.replace("##[", &format!("##{ZERO_WIDTH_SPACE}["));
    let start = quiet.len() - quiet.trim_start().len();
    match quiet.get(start..start + 2) {
        Some("::") => format!("{}:{ZERO_WIDTH_SPACE}{}", &quiet[..start], &quiet[start + 1..]),
        _ => quiet,
    }
}

/// JSON that says the same, in which the runner finds no command, and which repaints nothing on a terminal.
pub(crate) fn json(document: &str) -> String {
    let mut quiet = String::with_capacity(document.len());
    let mut units = [0; 2];
    for c in document.replace("##[", "#\\u0023[").chars() {
        if c.is_control() || is_invisible(c) {
            quiet.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            quiet.push(c);
        }
    }
    quiet
}

/// A stripped line cut to what a log bears, without commands.
pub(crate) fn quiet(line: &str) -> String {
    sanitize(&cut(line, LONGEST_LINE))
}

#[cfg(test)]
mod tests {
    use super::{quiet, sanitize};
    use crate::redact::strip::strip;

    #[test]
    fn no_line_is_a_command_of_the_runner() {
        for line in [
            "::set-env name=X::y",
            "  ::stop-commands::t",
            "\u{feff}::error::x",
            "\u{1b}[0m::error::x",
            "text ##[set-output name=url]https://evil.example",
            "###[add-mask]a",
            "##\u{200b}[add-mask]a",
        ] {
            let line = quiet(&strip(line));
            assert!(!line.trim_start().starts_with("::"), "{line}");
            assert!(!line.contains("##["), "{line}");
        }
        assert_eq!(sanitize("a::b"), "a::b");
    }
}
