//! One input of a dispatched run: as text, as it stands, or as `true` or `false`.

use serde_json::Value;

use crate::model::failure::Failure;

/// An input's value; one that is empty counts as missing.
pub(super) fn text(inputs: &Value, name: &str) -> Result<Option<String>, Failure> {
    let text = untrimmed(inputs, name)?.map(|text| text.trim().to_owned());
    Ok(text.filter(|text| !text.is_empty()))
}

/// As it stands: the workflow makes its concurrency group of it, and asks for an approval by it. To GitHub a blank is not
/// empty, <https://docs.github.com/actions/reference/workflows-and-actions/expressions#literals>.
pub(super) fn untrimmed(inputs: &Value, name: &str) -> Result<Option<String>, Failure> {
    match inputs.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(Value::Bool(flag)) => Ok(Some(flag.to_string())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(refused(name, "it is neither text, number nor `true` or `false`")),
    }
}

pub(super) fn flag(inputs: &Value, name: &str) -> Result<bool, Failure> {
    match text(inputs, name)?.as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(refused(name, "it is neither `true` nor `false`")),
    }
}

pub(super) fn refused(name: &str, why: impl Into<String>) -> Failure {
    Failure::input(format!("the input `{name}` makes no sense")).why(why)
}
