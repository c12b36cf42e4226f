//! What a program says about a setting where another would print its value: `Field required`, `must be set`.

/// What is said of a setting.
const VERDICTS: [&str; 37] = [
    "required",
    "missing",
    "invalid",
    "unbound",
    "unset",
    "undefined",
    "blank",
    "empty",
    "must",
    "should",
    "cannot",
    "can't",
    "not",
    "expected",
    "configured",
    "set",
    "ok",
    "present",
    "absent",
    "loaded",
    "default",
    "defined",
    "provided",
    "null",
    "none",
    "unknown",
    "needed",
    "needs",
    "short",
    "long",
    "insecure",
    "weak",
    "valid",
    "found",
    "deprecated",
    "ignored",
    "unused",
];

/// What else such a sentence is made of.
const OTHERS: [&str; 74] = [
    "a",
    "an",
    "the",
    "this",
    "that",
    "it",
    "its",
    "is",
    "are",
    "was",
    "were",
    "be",
    "been",
    "to",
    "of",
    "in",
    "on",
    "at",
    "for",
    "or",
    "and",
    "but",
    "with",
    "by",
    "as",
    "than",
    "too",
    "no",
    "has",
    "have",
    "had",
    "may",
    "does",
    "do",
    "did",
    "least",
    "most",
    "more",
    "less",
    "contain",
    "contains",
    "contained",
    "character",
    "characters",
    "chars",
    "character(s",
    "char",
    "byte",
    "bytes",
    "length",
    "minimum",
    "maximum",
    "string",
    "value",
    "field",
    "input",
    "parameter",
    "variable",
    "environment",
    "env",
    "setting",
    "secret",
    "key",
    "token",
    "password",
    "url",
    "number",
    "integer",
    "boolean",
    "received",
    "using",
    "type",
    "exactly",
    "please",
];

/// Whether a text has nothing but words of such sentences, short numbers and punctuation, one of them a verdict.
/// A closed list, because a passphrase has words, too.
pub(super) fn is_sentence(text: &str) -> bool {
    let edge = |c: char| "[](){}<>'\"`.,;:!?\\".contains(c);
    let words = text
        .split_whitespace()
        .map(|word| word.trim_matches(edge))
        .filter(|word| !word.is_empty());
    let mut verdicts = 0;
    for word in words {
        let word = word.to_ascii_lowercase();
        if VERDICTS.contains(&word.as_str()) {
            verdicts += 1;
        } else if !OTHERS.contains(&word.as_str()) && !is_count(&word) {
            return false;
        }
    }
    verdicts > 0
}

/// A length, not a PIN.
fn is_count(word: &str) -> bool {
    word.len() <= 3 && word.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_sentence;

    #[test]
    fn sentences_are_distinguished_from_passphrases() {
        for text in [
            "parameter not set",
            "parameter null or not set",
            "unbound variable",
            "Field required",
            "cannot be blank",
            "can't be blank",
            "must be at least 32 characters",
            "This environment variable is required",
            "String must contain at least 32 character(s)",
            "Input should be a valid string",
            "Required",
            "is required",
            "is too short (minimum is 32 characters)",
            "[ 'Required' ] }",
            "[ 'Invalid input: expected string, received undefined' ]",
            "configured",
            "set (32 characters)",
            "ok",
            "using default",
            "not found",
        ] {
            assert!(is_sentence(text), "{text}");
        }
        for text in [
            "correct horse battery staple",
            "hunter22",
            "must be hunter22",
            "required, OTHER: hunter22",
            "483920",
            "invalid value sunflower",
            "string",
            "",
        ] {
            assert!(!is_sentence(text), "{text}");
        }
    }
}
