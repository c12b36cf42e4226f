//! Consent, for one run, to what an update takes from the live app: `databases.db`, `vpc`, …

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::model::failure::Failure;

/// What every form of the flag has to look like.
const FORM: &str = "name `databases.NAME`, `domains.NAME`, `egress`, `name`, `region` or `vpc`";

/// Agrees that the app has another name, and so to a second app.
pub(crate) const NAME: &str = "name";

/// Names of what may be destroyed, detached, dropped or changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Replace(BTreeSet<String>);

/// Several stand between spaces, commas or line breaks, as a workflow's multi-line input has them.
impl FromStr for Replace {
    type Err = String;

    fn from_str(given: &str) -> Result<Self, String> {
        let entries = given.split(|c: char| c.is_whitespace() || c == ',');
        let names: Result<BTreeSet<String>, String> = entries.filter(|entry| !entry.is_empty()).map(name).collect();
        match names? {
            names if names.is_empty() => Err(FORM.to_owned()),
            names => Ok(Self(names)),
        }
    }
}

fn name(entry: &str) -> Result<String, String> {
    match entry.split_once('.') {
        Some(("databases", name)) if !name.is_empty() => Ok(entry.to_owned()),
        Some(("domains", name)) if !name.is_empty() => Ok(entry.trim_end_matches('.').to_ascii_lowercase()),
        None if matches!(entry, NAME | "egress" | "region" | "vpc") => Ok(entry.to_owned()),
        _ => Err(format!("`{entry}` cannot be replaced: {FORM}")),
    }
}

/// As it is given.
impl fmt::Display for Replace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(String::as_str).collect();
        f.write_str(&names.join(","))
    }
}

impl Replace {
    /// Those of several flags.
    pub(crate) fn merge(flags: &[Self]) -> Self {
        Self(flags.iter().flat_map(|flag| flag.0.iter().cloned()).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was agreed to.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &String> {
        self.0.iter()
    }

    /// The same without the consent to another name.
    pub(crate) fn without_name(&self) -> Self {
        Self(self.0.iter().filter(|name| *name != NAME).cloned().collect())
    }

    pub(crate) fn names(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// A forced build deploys the spec as the platform has it, which replaces nothing.
    ///
    /// # Errors
    /// When both are asked for.
    pub(crate) fn without_forced_build(&self, force_build: bool) -> Result<(), Failure> {
        if self.0.is_empty() || !force_build {
            return Ok(());
        }
        Err(
            Failure::input("`--replace` and a forced build cannot be asked for at once")
                .why("a forced build leaves the app's spec as it is")
                .next("leave one of the two out"),
        )
    }
}
