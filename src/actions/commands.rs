//! Workflow commands as the runner reads them from standard output.

use crate::model::failure::Position;

/// Longest message that the runner keeps, with room for its own words, in UTF-16 units (the runner cuts at 4,096).
/// <https://github.com/actions/runner/blob/main/src/Runner.Worker/ExecutionContext.cs>
const LONGEST_MESSAGE: usize = 4_000;

/// Longest path of a file; none in a repository is longer.
const LONGEST_PROPERTY: usize = 1_000;

pub(crate) const END_GROUP: &str = "::endgroup::";

/// How loud an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// An annotation on the run, at a place in a file where there is one.
pub(crate) fn annotation(level: Level, title: Option<&str>, at: Option<&Position>, message: &str) -> String {
    let mut properties = Vec::new();
    if let Some(at) = at {
        properties.push(format!("file={}", escape_property(cut(&at.file, LONGEST_PROPERTY))));
        properties.push(format!("line={}", at.line));
        properties.push(format!("col={}", at.column));
    }
    if let Some(title) = title {
        properties.push(format!("title={}", escape_property(title)));
    }
    let message = cut(message, LONGEST_MESSAGE);
    let gap = if properties.is_empty() { "" } else { " " };
    format!(
        "::{}{gap}{}::{}",
        level.word(),
        properties.join(","),
        escape_data(message)
    )
}

/// Shown only in the runner's debug log.
pub(crate) fn debug(text: &str) -> String {
    format!("::debug::{}", escape_data(cut(text, LONGEST_MESSAGE)))
}

/// The beginning of a text, counted as the runner counts: characters beyond the basic plane are two.
fn cut(text: &str, longest: usize) -> &str {
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > longest
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// From now on the runner shows `***` in place of the value.
pub(crate) fn add_mask(value: &str) -> String {
    format!("::add-mask::{}", escape_data(value))
}

pub(crate) fn group(title: &str) -> String {
    format!("::group::{}", escape_data(title))
}

/// What the runner unescapes in a command's text; the percent sign first.
fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{Level, add_mask, annotation, group};
    use crate::model::failure::Position;

    #[test]
    fn escapes_what_would_end_a_property_or_the_command() {
        let at = Position {
            file: "a,b:c.yaml".to_owned(),
            line: 3,
            column: 7,
        };
        assert_eq!(
            annotation(Level::Error, Some("Spec: bad"), Some(&at), "100%\nof\r\nit"),
            "::error file=a%2Cb%3Ac.yaml,line=3,col=7,title=Spec%3A bad::100%25%0Aof%0D%0Ait"
        );
        assert_eq!(annotation(Level::Notice, None, None, "x"), "::notice::x");
        assert_eq!(add_mask("a\nb%"), "::add-mask::a%0Ab%25");
        assert_eq!(group("x\n::error::y"), "::group::x%0A::error::y");
    }

    #[test]
    fn the_runner_does_not_cut_a_message_in_its_escapes() {
        let said = annotation(Level::Error, None, None, &"%".repeat(5_000));
        assert_eq!(said.matches("%25").count(), 4_000);
        let said = annotation(Level::Error, None, None, &"🦀".repeat(5_000));
        assert_eq!(said.matches('🦀').count(), 2_000);
    }
}
