//! One environment variable of an app or a component.

use serde::Deserialize;

use super::fields::text;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Env {
    pub(crate) key: String,
    #[serde(deserialize_with = "text")]
    pub(crate) value: String,
    pub(crate) scope: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

impl Env {
    pub(crate) fn at_build_time(&self) -> bool {
        self.scope != "RUN_TIME"
    }

    pub(crate) fn at_run_time(&self) -> bool {
        self.scope != "BUILD_TIME"
    }
}
