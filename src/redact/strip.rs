//! Text from others, without what hides, reorders or repaints.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, VariationSelector};
use icu_properties::{CodePointMapData, CodePointMapDataBorrowed, CodePointSetData, CodePointSetDataBorrowed};

/// One line without escape sequences, control characters, and characters that reorder or hide text. Tabs and line
/// ends become spaces, because what is given is one line.
pub(crate) fn strip(line: &str) -> String {
    let mut clean = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.next() {
                // CSI: parameters up to a final byte.
                Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
                // OSC and the other strings: up to BEL or ESC \.
                Some(']' | 'P' | 'X' | '^' | '_') => {
                    while let Some(c) = chars.next() {
                        if c == '\u{7}' || (c == '\u{1b}' && chars.next_if_eq(&'\\').is_some()) {
                            break;
                        }
                    }
                }
                _ => {}
            },
            '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => clean.push(' '),
            c if c.is_control() || is_invisible(c) => {}
            c => clean.push(c),
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// What shows nothing and can part or reorder what is shown, by the properties that Unicode gives characters; a list of
/// our own would be behind the next version. <https://www.unicode.org/reports/tr44/#Property_Definitions>
pub(crate) fn is_invisible(c: char) -> bool {
    const IGNORABLE: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    const SELECTOR: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<VariationSelector>();
    const CATEGORY: CodePointMapDataBorrowed<'static, GeneralCategory> = CodePointMapData::<GeneralCategory>::new();
    // Most of what is read, without a look into a table.
    if c.is_ascii() {
        return false;
    }
    let category = CATEGORY.get(c);
    IGNORABLE.contains(c)
        || SELECTOR.contains(c)
        || matches!(
            category,
            GeneralCategory::Format | GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator
        )
}

/// The line, or its beginning and `…`.
pub(crate) fn cut(line: &str, longest: usize) -> String {
    match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{cut, is_invisible, strip};

    #[test]
    fn removes_what_repaints_a_terminal() {
        assert_eq!(strip("\u{1b}[1;31mred\u{1b}[0m\r"), "red");
        assert_eq!(strip("\u{1b}]0;title\u{7}after"), "after");
        assert_eq!(strip("\u{1b}]8;;https://x\u{1b}\\link"), "link");
        assert_eq!(strip("a\u{202e}b\u{200b}c\u{0}d\te"), "abcd e");
        assert_eq!(strip("cut off \u{1b}["), "cut off");
    }

    #[test]
    fn removes_what_could_part_a_secret_unseen() {
        for c in [
            '\u{00AD}',
            '\u{034F}',
            '\u{061C}',
            '\u{115F}',
            '\u{17B4}',
            '\u{180B}',
            '\u{180E}',
            '\u{180F}',
            '\u{200B}',
            '\u{200D}',
            '\u{202E}',
            '\u{2028}',
            '\u{2029}',
            '\u{2060}',
            '\u{2065}',
            '\u{2066}',
            '\u{3164}',
            '\u{FE0F}',
            '\u{FEFF}',
            '\u{FFA0}',
            '\u{FFF9}',
            '\u{13430}',
            '\u{1BCA0}',
            '\u{1D173}',
            '\u{E0001}',
            '\u{E0020}',
            '\u{E0100}',
            '\u{E0FFF}',
        ] {
            assert!(is_invisible(c), "U+{:04X}", u32::from(c));
        }
        assert_eq!(strip("hun\u{e0100}ter\u{1d173}2\u{180b}"), "hunter2");
    }

    #[test]
    fn keeps_what_is_seen_in_every_script() {
        let shown = "Größe 数量 количество कमल שלום ไทย 한국어 é e\u{301} 👍 → “x” ½ \u{a0}|";
        assert_eq!(strip(shown), shown);
    }

    #[test]
    fn cuts_between_characters() {
        assert_eq!(cut("äöü", 2), "äö…");
        assert_eq!(cut("äö", 2), "äö");
    }
}
