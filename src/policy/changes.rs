//! The list of differences between two specs, kept for the summary while they are made.

use crate::model::report::Change;

#[derive(Debug, Default)]
pub(crate) struct Changes(Vec<Change>);

impl Changes {
    /// Notes a difference once.
    pub(crate) fn push(&mut self, what: impl Into<String>, why: impl Into<String>) {
        let change = Change {
            what: what.into(),
            why: why.into(),
        };
        if !self.0.contains(&change) {
            self.0.push(change);
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Change> {
        self.0
    }
}

/// `` `a` ``, `` `a` and `b` ``, `` `a`, `b` and `c` ``.
pub(crate) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
