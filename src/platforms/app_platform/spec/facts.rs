//! What an app spec says, in words that every platform has.

use serde_json::Value;

use super::component::{self, Kind};
use super::{health, jobs, offline, secure_header};
use crate::platforms::facts::{Component, Facts};
use crate::policy::announcement::Announcement;

pub(super) fn facts(spec: &Value) -> Facts {
    let components = component::components(spec).into_iter().map(|it| Component {
        name: it.name.to_owned(),
        is_job: it.kind == Kind::Job,
        sleeps: it.sleep().is_some(),
        sources: it.sources(),
        digest: it.written_digest().map(str::to_owned),
        announcement: it.run_command().and_then(Announcement::in_command),
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
