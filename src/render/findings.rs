//! What was found in a file, for people and for programs: the offending text underlined, why it is wrong, and the fix.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use crate::model::finding::{Finding, Severity};

/// Longest line that is shown, in characters.
const WIDTH: usize = 120;

/// One finding as compilers show theirs. `text`: the whole file.
pub(crate) fn shown(finding: &Finding, text: &str) -> String {
    let failure = &finding.failure;
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(failure.what.as_str()).id(finding.check));
    if let Some(at) = &failure.at {
        let start = line_start(text, at.line);
        let line = text
            .get(start..)
            .and_then(|rest| rest.lines().next())
            .unwrap_or_default();
        let bytes = finding.bytes.clone().and_then(|bytes| within(&bytes, start, line));
        let bytes = bytes.unwrap_or_else(|| rest_of(line, at.column));
        let source = Snippet::source(line)
            .line_start(at.line)
            .path(at.file.as_str())
            .annotation(AnnotationKind::Primary.span(bytes));
        group = group.element(source);
    }
    if let Some(why) = &failure.why {
        group = group.element(Level::NOTE.message(why.as_str()));
    }
    if let Some(next) = &failure.next {
        group = group.element(Level::HELP.message(next.as_str()));
    }
    Renderer::plain().term_width(WIDTH).render(&[group])
}

/// The offset at which a line begins; lines are counted from 1.
fn line_start(text: &str, line: usize) -> usize {
    let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    match line.checked_sub(2) {
        None => 0,
        Some(before) => newlines.map(|(at, _)| at + 1).nth(before).unwrap_or(text.len()),
    }
}

/// The part of a range that is in the line which begins at `start`.
fn within(bytes: &Range<usize>, start: usize, line: &str) -> Option<Range<usize>> {
    let first = bytes.start.checked_sub(start)?;
    let last = bytes.end.saturating_sub(start).min(line.trim_end().len());
    let is_one = first < last && line.is_char_boundary(first) && line.is_char_boundary(last);
    is_one.then_some(first..last)
}

/// From a column to the end of the line.
fn rest_of(line: &str, column: usize) -> Range<usize> {
    let start = line
        .char_indices()
        .nth(column.saturating_sub(1))
        .map_or(line.len(), |(at, _)| at);
    start..line.trim_end().len().max(start)
}

/// The same for a program.
pub(crate) fn document(finding: &Finding) -> Value {
    let failure = &finding.failure;
    let at = failure.at.as_ref();
    json!({
        "severity": finding.severity.word(),
        "check": finding.check,
        "message": failure.what,
        "why": failure.why,
        "fix": failure.next,
        "line": at.map(|at| at.line),
        "column": at.map(|at| at.column),
    })
}

/// The same for an annotation: what is wrong, why, and on a line of its own what to do.
pub(crate) fn message(finding: &Finding) -> String {
    let failure = &finding.failure;
    let why = failure.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
    let next = failure
        .next
        .as_ref()
        .map_or_else(String::new, |next| format!("\nhint: {next}"));
    format!("{}{why}{next}", failure.what)
}

#[cfg(test)]
mod tests {
    use super::shown;
    use crate::model::failure::Failure;
    use crate::model::finding::{Finding, Severity};

    const TEXT: &str = "name: shop\nservices:\n- name: Wéb\n  # hunter22\n";

    fn finding(line: usize, column: usize, bytes: Option<std::ops::Range<usize>>) -> Finding {
        Finding {
            severity: Severity::Error,
            check: "names",
            failure: Failure::input("`Wéb` is not a name")
                .why("it is not")
                .next("choose another")
                .at("app.yaml", line, column),
            bytes,
        }
    }

    #[test]
    fn the_offending_text_is_underlined() {
        let start = TEXT.find("Wéb").expect("it is there");
        insta::assert_snapshot!(shown(&finding(3, 9, Some(start..start + 4)), TEXT), @"
        error[names]: `Wéb` is not a name
         --> app.yaml:3:9
          |
        3 | - name: Wéb
          |         ^^^
          |
          = note: it is not
          = help: choose another
        ");
        insta::assert_snapshot!(shown(&finding(1, 1, None), TEXT), @"
        error[names]: `Wéb` is not a name
         --> app.yaml:1:1
          |
        1 | name: shop
          | ^^^^^^^^^^
          |
          = note: it is not
          = help: choose another
        ");
        // A file that has changed meanwhile.
        insta::assert_snapshot!(shown(&finding(9, 7, Some(3..900)), TEXT), @"
        error[names]: `Wéb` is not a name
         --> app.yaml:9:1
          |
        9 |
          | ^
          |
          = note: it is not
          = help: choose another
        ");
    }
}
