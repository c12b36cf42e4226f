//! Shapes of secrets of any vendor: credentials in URLs, tokens with a known prefix, signed tokens, private keys.

use std::ops::Range;

use super::reference::reference;
use super::{HIDDEN, credential};

/// A line without what looks like a secret. `None`: there is nothing in it.
pub(super) fn hide(line: &str) -> Option<String> {
    let found = found(line);
    if found.is_empty() {
        return None;
    }
    let mut shown = String::with_capacity(line.len());
    let mut from = 0;
    for range in found {
        shown.push_str(&line[from..range.start]);
        shown.push_str(HIDDEN);
        from = range.end;
    }
    shown.push_str(&line[from..]);
    Some(shown)
}

/// Where it is.
pub(super) fn found(line: &str) -> Vec<Range<usize>> {
    let mut found = credential::shapes_in(line);
    // Where a value comes from is no value.
    found.retain(|range| reference(&line[range.start..], "").is_none_or(|length| length < range.len()));
    found
}

/// How a line stands to a private key's block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    Begins,
    Ends,
    /// From its beginning to its end in this line, such as in JSON.
    Whole,
    None,
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const KEY: &str = "PRIVATE KEY";

pub(super) fn frame(line: &str) -> Frame {
    if !line.contains("-----") {
        return Frame::None;
    }
    let named = |mark: &str| {
        line.rfind(mark).filter(|at| {
            line[at + mark.len()..]
                .split("-----")
                .next()
                .is_some_and(|name| name.contains(KEY))
        })
    };
    match (named(BEGIN), named(END)) {
        (Some(begin), Some(end)) if begin < end => Frame::Whole,
        (Some(_), _) => Frame::Begins,
        (None, Some(_)) => Frame::Ends,
        (None, None) => Frame::None,
    }
}

/// What stands before the first frame of a line.
pub(super) fn before_frame(line: &str) -> &str {
    let at = line.find(BEGIN).or_else(|| line.find(END)).unwrap_or(0);
    &line[..at]
}

/// The line around its key: what stands before the beginning and behind the end.
pub(super) fn without_key(line: &str, frame: Frame) -> String {
    let before = line.find(BEGIN).map_or("", |at| &line[..at]);
    let behind = line
        .rfind(END)
        .and_then(|at| {
            let rest = &line[at + END.len()..];
            rest.find("-----").map(|end| &rest[end + 5..])
        })
        .unwrap_or_default();
    match frame {
        Frame::Begins => format!("{before}{HIDDEN}"),
        Frame::Ends => format!("{}{HIDDEN}{behind}", before_frame(line)),
        Frame::Whole => format!("{before}{HIDDEN}{behind}"),
        Frame::None => line.to_owned(),
    }
}

/// Whether a line can only be one of a key's full lines, or its last, which may be short and is padded then.
pub(super) fn is_key_body(line: &str, is_last: bool) -> bool {
    (line.trim().len() >= 16 || (is_last && line.trim().ends_with('='))) && is_base64(line)
}

/// Whether a line may stand between a key's beginning and end: base64, also the short last line, a header, nothing.
pub(super) fn may_be_in_a_key(line: &str) -> bool {
    is_base64(line)
        || ["Proc-Type:", "DEK-Info:"]
            .iter()
            .any(|header| line.trim().starts_with(header))
}

/// With the quotes and the escaped line end of a string in code.
fn is_base64(line: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let line = line
        .trim()
        .trim_end_matches([' ', '+', ',', '"', '\''])
        .trim_start_matches(['"', '\'']);
    let line = line.strip_suffix("\\n").unwrap_or(line);
    line.chars().all(fits)
}
