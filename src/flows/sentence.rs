//! Parts of sentences: gaps such as `{branch}`, filled in once the facts are known, and names in a row.

use crate::redact::strip::{cut, strip};

/// Longest fact that is named in a sentence, in characters: a branch name may have 255 bytes.
const LONGEST: usize = 200;

/// A gap whose fact is not known is filled with a question mark.
pub(super) fn fill(sentence: &str, fact: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        filled.push_str(before);
        filled.push_str(&fact(name).map_or_else(|| "?".to_owned(), |fact| quoted(&fact)));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Names that are ours, each between backticks.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Facts are foreign text and stand between backticks, where Markdown finds nothing in them.
pub(super) fn quoted(fact: &str) -> String {
    cut(strip(fact).replace('`', "'").trim(), LONGEST)
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn gaps_are_filled_and_no_fact_leaves_its_backticks() {
        let fact = |name: &str| (name == "branch").then(|| "a`b\n{c}".to_owned());
        assert_eq!(fill("`{branch}` is {other}", fact), "`a'b {c}` is ?");
        assert_eq!(fill("nothing to {fill", fact), "nothing to {fill");
    }
}
