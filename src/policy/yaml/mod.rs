//! YAML: documents with the place of every value, and strings as they are written.

pub(crate) mod document;
pub(crate) mod places;

/// One string on one line, in quotes where it needs them, also within `[]` and `{}`.
pub(crate) fn scalar(text: &str) -> String {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '.' | '_'));
    let harmless = |c: char| c.is_ascii_alphanumeric() || " ./_-$:='()+@<>;&|~\"".contains(c);
    let word = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let is_word = word.iter().any(|word| text.eq_ignore_ascii_case(word));
    let bare = begins && !is_word && text.chars().all(harmless) && !text.contains(": ") && !text.ends_with([':', ' ']);
    match bare {
        true => text.to_owned(),
        // JSON's strings are YAML's.
        false => serde_json::Value::from(text).to_string(),
    }
}
