//! The input that a validator did not accept, as Pydantic prints it below the name of the setting:
//! <https://docs.pydantic.dev/latest/errors/errors/>

use std::ops::Range;

use super::cut::marks;
use super::quote::closing;

const BEGIN: &str = "input_value=";

/// Whether a line is nothing but the place of an error, and its last part a name that stands at `name`: `api_key`,
/// `database.password`.
pub(super) fn is_place(line: &str, name: &Range<usize>) -> bool {
    let is_path = |text: &str| text.is_empty() || text.ends_with('.');
    let fits = |c: char| c.is_alphanumeric() || "._-".contains(c);
    let before = line[..name.start].trim_start();
    line[name.end..].trim_end().is_empty() && is_path(before) && before.chars().all(fits)
}

/// The input in a line below the place of a secret (`is_secret`). Of any other, what was cut in the middle: a map of
/// all settings, in which a value may have lost its name.
pub(super) fn value(line: &str, is_secret: bool) -> Option<Range<usize>> {
    let start = line.find(BEGIN)? + BEGIN.len();
    let input = &line[start..];
    let end = start
        + input
            .rfind(", input_type=")
            .unwrap_or(input.trim_end_matches(']').len());
    let is_map = input.starts_with(['{', '[', '(']) || input.contains("={") || input.contains("(");
    if let Some(quote) = ["'", "\""].into_iter().find(|quote| input.starts_with(quote)) {
        let inside = start + quote.len();
        let length = closing(&line[inside..], quote).unwrap_or(end.saturating_sub(inside));
        return (is_secret && length > 0).then(|| inside..inside + length);
    }
    let is_cut = !marks(&line[start..end]).is_empty();
    (end > start && (is_secret || is_map && is_cut)).then_some(start..end)
}
