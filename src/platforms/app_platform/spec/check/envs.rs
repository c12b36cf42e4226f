//! Envs: their names, and one that is given twice.

use std::collections::HashMap;

use super::super::component::{owner_noun, owners};
use super::super::env;
use super::findings::Findings;
use crate::model::failure::Failure;

pub(super) fn check(findings: &mut Findings<'_>) {
    for (owner, value) in owners(findings.spec().value()) {
        let pointer = owner.map_or_else(String::new, |owner| owner.pointer());
        let noun = owner_noun(owner);
        let mut seen = HashMap::new();
        for (index, it) in env::list(value).enumerate() {
            let key = env::key(it);
            let at = env::key_pointer(&pointer, index);
            if key.is_empty() {
                continue;
            }
            if !is_name(key) {
                let failure = Failure::input(format!("App Platform refuses `{key}` as the name of an env"))
                    .why("it has to be of letters, digits and `_`, and may not begin with a digit")
                    .next(format!("call it `{}`", as_name(key)));
                findings.error("env", &at, failure);
            }
            if seen.insert(key, index).is_some() {
                let failure = Failure::input(format!("`{key}` of {noun} is given twice"))
                    .why("which of the two counts is not documented")
                    .next("take one of them out");
                findings.warn("env", &at, failure);
            }
        }
    }
}

/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>, `envs[].key`: `^[_A-Za-z][_A-Za-z0-9]*$`
fn is_name(key: &str) -> bool {
    !key.starts_with(|c: char| c.is_ascii_digit()) && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn as_name(key: &str) -> String {
    let fitting = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = key.trim().chars().map(fitting).collect();
    match name.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("_{name}"),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::{as_name, is_name};

    #[test]
    fn names_are_those_of_shells() {
        for (key, becomes) in [
            ("A_1", None),
            ("_a", None),
            ("1A", Some("_1A")),
            ("a-b", Some("a_b")),
            ("A B", Some("A_B")),
        ] {
            assert_eq!((!is_name(key)).then(|| as_name(key)).as_deref(), becomes, "{key}");
        }
    }
}
