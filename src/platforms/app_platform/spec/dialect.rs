//! The app spec as a dialect: what flows ask of any platform's documents.

use serde_json::Value;

use super::super::words::WORDS;
use super::document::app;
use super::production::going_back;
use super::{diff, export, facts, health, marks, secrets, secure_header};
use crate::model::failure::Failure;
use crate::model::marks::Marks;
use crate::model::report::Sleep;
use crate::model::words::Words;
use crate::platforms::dialect::Dialect;
use crate::platforms::document::Document;
use crate::platforms::facts::{Facts, Question};
use crate::platforms::scaffold::Portable;
use crate::policy::replace::Replace;
use crate::redact::Secret;

/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>
#[derive(Debug)]
pub(crate) struct AppSpec;

pub(crate) static APP_SPEC: AppSpec = AppSpec;

impl AppSpec {
    pub(crate) fn document(spec: Value) -> Document {
        Document::new(spec, &APP_SPEC)
    }
}

impl Dialect for AppSpec {
    fn words(&self) -> &'static Words {
        &WORDS
    }

    fn name<'a>(&self, document: &'a Value) -> &'a str {
        app::name_of(document)
    }

    fn facts(&self, document: &Value) -> Facts {
        facts::facts(document)
    }

    fn marks(&self, document: &Value) -> Option<Marks> {
        marks::marks(document)
    }

    fn questions(&self, document: &Value, host: &str, idle: &[String]) -> Vec<Question> {
        health::questions(document, host, idle)
    }

    fn roots_of_checked(&self, document: &Value, host: &str, idle: &[String]) -> Vec<String> {
        health::roots_of_checked(document, host, idle)
    }

    fn front(&self, document: &Value, host: &str, idle: &[String]) -> Option<String> {
        health::front(document, host, idle)
    }

    fn runs_at(&self, document: &Value, host: &str, path: &str, idle: &[String]) -> bool {
        health::runs_at(document, host, path, idle)
    }

    fn public_components(&self, document: &Value, host: &str) -> Vec<(String, String)> {
        health::public_components(document, host)
    }

    fn shown_by(&self, document: &Value, written: &Value) -> Value {
        secure_header::with_secure_header_of(document, written).into_owned()
    }

    fn secret_names(&self, document: &Value) -> Vec<String> {
        let names = secrets::secret_names(document).into_iter();
        names.map(str::to_owned).collect()
    }

    fn secret_values(&self, document: &Value) -> Vec<Secret> {
        secrets::secret_values(document)
    }

    fn secrets_given(&self, live: &Value, planned: &Value) -> Vec<String> {
        secrets::secrets_given(live, planned)
    }

    fn difference(&self, old: &Value, new: &Value) -> String {
        diff::diff(old, new)
    }

    fn without_commit(&self, document: &Value) -> Value {
        marks::without_commit(document)
    }

    fn show(&self, document: &Value, clean: &dyn Fn(&str) -> String) -> String {
        diff::show(document, clean)
    }

    fn taken_by_going_back(
        &self,
        live: &Value,
        earlier: &Value,
        replace: &Replace,
    ) -> Result<Vec<(String, String)>, Failure> {
        going_back::taken_by_going_back(live, earlier, replace)
    }

    fn export(&self, live: &Value) -> Portable {
        export::exported(live)
    }

    fn no_sleep(&self) -> Sleep {
        Sleep::Never("this DigitalOcean account has no scale to zero".to_owned())
    }
}
