//! Reads an app spec: YAML or JSON, with every place where something may be wrong.

use serde_json::Value;

use super::check;
use super::component::Kind;
use super::dialect::AppSpec;
use super::document::{app, text_fields};
use crate::model::failure::Failure;
use crate::platforms::manifest::Manifest;
use crate::policy::yaml::document::{self as yaml, SyntaxError};

/// Reads YAML or JSON. `file` is what errors call it.
pub(crate) fn parse(text: &str, file: &str) -> Result<Manifest, Failure> {
    let spec = read(text, file)?;
    check::check(&spec)?;
    Ok(spec)
}

/// The same before anything of it is checked. Of a template for the Deploy to DigitalOcean button, the spec that is in it:
/// <https://docs.digitalocean.com/products/app-platform/how-to/add-deploy-do-button/>
pub(super) fn read(text: &str, file: &str) -> Result<Manifest, Failure> {
    let (mut value, mut places) = yaml::read(text).map_err(|error| {
        Failure::input(format!("the app spec cannot be read: {}", error.message))
            .next(advice(text, &error))
            .at(file, error.place.0, error.place.1)
    })?;
    if app::is_template(&value) {
        value = value[app::TEMPLATE_KEY].take();
        places = places.below(&format!("/{}", app::TEMPLATE_KEY));
    }
    text_fields::as_text(&mut value);
    Ok(Manifest {
        document: AppSpec::document(value),
        file: file.to_owned(),
        places,
    })
}

/// Whether a text is an app spec, be it right or wrong: other tools have files of the same names.
pub(super) fn is_spec(text: &str) -> bool {
    let kinds = || {
        Kind::ALL
            .into_iter()
            .filter(|kind| *kind != Kind::Database)
            .map(Kind::key)
    };
    match yaml::read(text) {
        Ok((mut value, _)) => {
            if app::is_template(&value) {
                value = value[app::TEMPLATE_KEY].take();
            }
            kinds().any(|key| value.get(key).is_some_and(Value::is_array))
        }
        Err(_) => {
            let begins = |key: &str| {
                let mut lines = text.lines().map(|line| line.trim_start().trim_start_matches('"'));
                lines.any(|line| {
                    let rest = line
                        .strip_prefix(key)
                        .map(|rest| rest.trim_start_matches('"').trim_start());
                    rest.is_some_and(|rest| rest.starts_with(':'))
                })
            };
            begins("name") && kinds().any(begins)
        }
    }
}

/// The mistake that most often breaks the line, in the words of somebody looking over the shoulder.
fn advice(text: &str, error: &SyntaxError) -> &'static str {
    if error.message.ends_with("is written twice") {
        return "remove one of the two";
    }
    if error.message.contains("several documents") {
        return "leave one of them here, and give each other one a file of its own";
    }
    if error.message.contains("its anchors") {
        return "write the values out instead of nesting anchors (`&a`, `*a`), or make the file smaller";
    }
    if text.trim_start().starts_with('{') {
        return "look at this place and the one before: a comma, a quote or a bracket";
    }
    let line = text.lines().nth(error.place.0.saturating_sub(1)).unwrap_or_default();
    let indentation = &line[..line.len() - line.trim_start().len()];
    if indentation.contains('\t') {
        return "indent with spaces: YAML does not allow tabs";
    }
    let value = line.split_once(": ").map_or("", |(_, value)| value.trim());
    if value.starts_with(['{', '[', '&', '*', '!', '|', '>', '%', '@', '`', '"', '\'']) || value.contains(": ") {
        return "put the value between quotes";
    }
    "look at this line and the one above: indentation, a missing colon or an open quote"
}

#[cfg(test)]
mod tests;
