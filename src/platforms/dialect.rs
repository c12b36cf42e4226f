//! How a platform's documents are read and compared. Pure: no network, no clock, no token.

use serde_json::Value;

use super::facts::{Facts, Question};
use super::scaffold::Portable;
use crate::model::failure::Failure;
use crate::model::marks::Marks;
use crate::model::report::Sleep;
use crate::model::words::Words;
use crate::policy::replace::Replace;
use crate::redact::Secret;

/// What a platform has to say of its documents. `Document` says what each answer means.
pub(crate) trait Dialect: Sync {
    /// What the platform calls things.
    fn words(&self) -> &'static Words;

    fn name<'a>(&self, document: &'a Value) -> &'a str;
    fn facts(&self, document: &Value) -> Facts;
    fn marks(&self, document: &Value) -> Option<Marks>;

    fn questions(&self, document: &Value, host: &str, idle: &[String]) -> Vec<Question>;
    fn roots_of_checked(&self, document: &Value, host: &str, idle: &[String]) -> Vec<String>;
    fn front(&self, document: &Value, host: &str, idle: &[String]) -> Option<String>;
    fn runs_at(&self, document: &Value, host: &str, path: &str, idle: &[String]) -> bool;
    fn public_components(&self, document: &Value, host: &str) -> Vec<(String, String)>;
    fn shown_by(&self, document: &Value, written: &Value) -> Value;

    fn secret_names(&self, document: &Value) -> Vec<String>;
    fn secret_values(&self, document: &Value) -> Vec<Secret>;
    fn secrets_given(&self, live: &Value, planned: &Value) -> Vec<String>;

    fn difference(&self, old: &Value, new: &Value) -> String;
    fn without_commit(&self, document: &Value) -> Value;
    fn show(&self, document: &Value, clean: &dyn Fn(&str) -> String) -> String;

    /// # Errors
    /// When the consent names what going back leaves as it is.
    fn taken_by_going_back(
        &self,
        live: &Value,
        earlier: &Value,
        replace: &Replace,
    ) -> Result<Vec<(String, String)>, Failure>;

    /// A live app as a manifest for the repository: without marks, ciphertexts and passwords.
    fn export(&self, live: &Value) -> Portable;
    /// What people read about an account that refuses or drops sleep.
    fn no_sleep(&self) -> Sleep;
}
