//! What an app spec says, in words that every platform has.

use serde_json::Value;

use super::component::{self, Kind};
use super::{health, jobs, offline, secure_header};
use crate::platforms::facts::{Component, Facts};
use crate::policy::announcement::Announcement;
use crate::policy::yaml::document as yaml;

pub(super) fn facts(spec: &Value) -> Facts {
    let components = component::components(spec).into_iter().map(|it| Component {
        name: it.name.to_owned(),
        is_job: it.kind == Kind::Job,
        sleeps: it.value.get("inactivity_sleep").is_some(),
        sources: component::all_sources(it.name, it.value),
        digest: it
            .value
            .pointer("/image/digest")
            .and_then(Value::as_str)
            .map(str::to_owned),
        announcement: it.text("run_command").and_then(Announcement::in_command),
    });
    Facts {
        components: components.collect(),
        offline: offline::offline(spec),
        migrates: jobs::migrates(spec),
        has_http: health::has_http(spec),
        domains: health::domains(spec).collect(),
        secure_header: secure_header::secure_header(spec),
    }
}

pub(crate) fn name_of(spec: &Value) -> &str {
    spec.get("name").and_then(Value::as_str).unwrap_or_default()
}

/// YAML that reads back as the same value.
pub(crate) fn print(spec: &Value) -> String {
    yaml::write(spec)
}
