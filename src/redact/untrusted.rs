//! Text that an app, a build or a platform wrote, which nothing shows before a redactor of that app has cleaned it.

use std::fmt;
use std::ops::Deref;

use super::strip::strip;

/// Has no `Display`, and its `Debug` shows nothing: only a `TargetRedactor` opens it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Untrusted(String);

impl Untrusted {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn raw(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Untrusted")
    }
}

/// Untrusted text without secrets. Nothing but a redactor makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clean(String);

impl Clean {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    /// With the component's name in front, as logs of several components have it.
    pub(crate) fn of(&self, component: &str) -> Self {
        Self(format!("{}  {self}", strip(component)))
    }
}

impl Deref for Clean {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Clean {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
