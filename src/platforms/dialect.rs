//! How a platform's documents are read, compared and planned. Pure: no network, no clock, no token.

use serde_json::Value;

use super::facts::{Facts, Question};
use super::manifest::Manifest;
use super::plan::{PreviewInput, PreviewPlan, ProductionInput, ProductionPlan, Replace};
use super::scaffold::{First, Portable, Tree};
use crate::model::failure::Failure;
use crate::model::marks::Marks;
use crate::model::report::Sleep;
use crate::redact::Secret;

/// What a platform has to say of its documents. `Document` and `Manifest` say what each answer means.
pub(crate) trait Dialect: Sync {
    /// Where a manifest is when nobody said so, best first.
    fn usual_files(&self) -> &'static [&'static str];

    /// What a manifest is called one folder down, where there may be one alone.
    fn file_one_folder_down(&self) -> &'static str;

    /// Reads a manifest. `file` is what errors call it.
    ///
    /// # Errors
    /// What is wrong with it, with line and column.
    fn read(&self, text: &str, file: &str) -> Result<Manifest, Failure>;

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

    fn same_places(&self, one: &Value, other: &Value) -> bool;
    /// # Errors
    /// When the consent names what going back leaves as it is.
    fn taken_by_going_back(
        &self,
        live: &Value,
        earlier: &Value,
        replace: &Replace,
    ) -> Result<Vec<(String, String)>, Failure>;

    fn wanted_files(&self, manifest: &Manifest) -> Vec<String>;
    /// # Errors
    /// Where it would touch production or cannot work.
    fn plan_preview(&self, manifest: &Manifest, input: &PreviewInput<'_>) -> Result<PreviewPlan, Failure>;
    /// # Errors
    /// A foreign app, settings that would be lost, missing secrets.
    fn plan_production(&self, manifest: &Manifest, input: &ProductionInput<'_>) -> Result<ProductionPlan, Failure>;
    /// A live app as a manifest for the repository: without marks, ciphertexts and passwords.
    fn export(&self, live: &Value) -> Portable;
    /// The first manifest of a repository, made from its files.
    ///
    /// # Errors
    /// When there is no project that is known, or more than one folder has one.
    fn scaffold(&self, tree: &Tree<'_>, repository: &str, branch: &str) -> Result<First, Failure>;

    /// What people are told of an account that refuses or drops sleep.
    fn no_sleep(&self) -> Sleep;
}
