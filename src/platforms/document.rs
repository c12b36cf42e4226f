//! A platform's own description of an app. Only the platform looks into it; everyone else asks for facts.

use std::fmt;

use serde_json::Value;

use super::dialect::Dialect;
use super::facts::{Facts, Question};
use super::scaffold::Portable;
use crate::model::failure::Failure;
use crate::model::marks::Marks;
use crate::model::report::Sleep;
use crate::model::words::Words;
use crate::policy::replace::Replace;
use crate::redact::Secret;

#[derive(Clone)]
pub(crate) struct Document {
    value: Value,
    dialect: &'static dyn Dialect,
}

impl Document {
    pub(in crate::platforms) fn new(value: Value, dialect: &'static dyn Dialect) -> Self {
        Self { value, dialect }
    }

    /// For the platform that it belongs to.
    pub(in crate::platforms) fn value(&self) -> &Value {
        &self.value
    }

    /// The same, to be changed.
    pub(in crate::platforms) fn value_mut(&mut self) -> &mut Value {
        &mut self.value
    }

    /// What the platform that it belongs to calls things.
    pub(crate) fn words(&self) -> &'static Words {
        self.dialect.words()
    }

    pub(crate) fn name(&self) -> &str {
        self.dialect.name(&self.value)
    }

    /// What is in it, in words that every platform has.
    pub(crate) fn facts(&self) -> Facts {
        self.dialect.facts(&self.value)
    }

    /// Whose app it describes; `None`: not ours.
    pub(crate) fn marks(&self) -> Option<Marks> {
        self.dialect.marks(&self.value)
    }

    /// What there is to ask on `host`. What runs no instance (`idle`) is not asked.
    pub(crate) fn questions(&self, host: &str, idle: &[String]) -> Vec<Question> {
        self.dialect.questions(&self.value, host, idle)
    }

    /// The roots, on `host`, of the public components that have a health check of a path of their own.
    pub(crate) fn roots_of_checked(&self, host: &str, idle: &[String]) -> Vec<String> {
        self.dialect.roots_of_checked(&self.value, host, idle)
    }

    /// Where people who come to `host` begin.
    pub(crate) fn front(&self, host: &str, idle: &[String]) -> Option<String> {
        self.dialect.front(&self.value, host, idle)
    }

    /// Whether what answers at a path on `host` has instances, as far as the routes show.
    pub(crate) fn runs_at(&self, host: &str, path: &str, idle: &[String]) -> bool {
        self.dialect.runs_at(&self.value, host, path, idle)
    }

    /// Every component that has a public path on `host`, with that path.
    pub(crate) fn public_components(&self, host: &str) -> Vec<(String, String)> {
        self.dialect.public_components(&self.value, host)
    }

    /// Itself with what the platform hides of it and `written` shows, so far as an app is asked from outside with it.
    pub(crate) fn shown_by(&self, written: &Self) -> Self {
        Self::new(self.dialect.shown_by(&self.value, &written.value), self.dialect)
    }

    /// The keys of the envs that hold secrets.
    pub(crate) fn secret_names(&self) -> Vec<String> {
        self.dialect.secret_names(&self.value)
    }

    /// The secrets that it shows.
    pub(crate) fn secret_values(&self) -> Vec<Secret> {
        self.dialect.secret_values(&self.value)
    }

    /// Secrets to which `planned` gives a value, which a difference does not show.
    pub(crate) fn secrets_given(&self, planned: &Self) -> Vec<String> {
        self.dialect.secrets_given(&self.value, &planned.value)
    }

    /// How `new` differs, line by line, without secrets. Empty: it does not.
    pub(crate) fn difference(&self, new: &Self) -> String {
        self.dialect.difference(&self.value, &new.value)
    }

    /// The same without the commit that each was deployed for.
    pub(crate) fn difference_but_commit(&self, new: &Self) -> String {
        let without = |it: &Self| self.dialect.without_commit(&it.value);
        self.dialect.difference(&without(self), &without(new))
    }

    /// As a manifest for the repository: without marks, ciphertexts and passwords.
    pub(crate) fn export(&self) -> Portable {
        self.dialect.export(&self.value)
    }

    /// What people read about an account that refuses or drops sleep.
    pub(crate) fn no_sleep(&self) -> Sleep {
        self.dialect.no_sleep()
    }

    /// The whole as text, without secrets.
    pub(crate) fn show(&self, clean: &dyn Fn(&str) -> String) -> String {
        self.dialect.show(&self.value, clean)
    }

    /// What going back to `earlier` takes without consent: its names for a consent, and what would be done.
    ///
    /// # Errors
    /// When the consent names what going back leaves as it is.
    pub(crate) fn taken_by_going_back(
        &self,
        earlier: &Self,
        replace: &Replace,
    ) -> Result<Vec<(String, String)>, Failure> {
        self.dialect.taken_by_going_back(&self.value, &earlier.value, replace)
    }
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// Its values may be secret.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({})", self.name())
    }
}
