//! What a server answered.

use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use super::error::{Problem, describe};

/// An answer that may be read.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Whether it came from where a redirect led.
    pub(super) moved: bool,
}

/// The same as it came, whatever it says.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) reply: Reply,
}

/// Reads the body of a success. An empty one counts as `null`.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let body = if body.is_empty() { b"null" } else { body };
    serde_json::from_slice(body).map_err(|error| Problem::NotJson {
        status: 200,
        looks_like: match error.is_data() {
            true => format!("JSON of another shape ({error})"),
            false => describe(body),
        },
    })
}
