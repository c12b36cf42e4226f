//! Where an app stands in the network: its region, its VPC, its own addresses.

use serde_json::Value;

use super::value::{nested, text};

pub(crate) const REGION: &str = "region";
pub(crate) const VPC: &str = "vpc";
pub(crate) const EGRESS: &str = "egress";

/// Where a field of the app stands in the spec.
pub(crate) fn pointer(field: &str) -> String {
    format!("/{field}")
}

pub(crate) fn region(spec: &Value) -> Option<&str> {
    text(spec, REGION)
}

pub(crate) fn set_region(spec: &mut Value, region: &str) {
    spec[REGION] = region.into();
}

pub(crate) fn has_vpc(spec: &Value) -> bool {
    spec.get(VPC).is_some()
}

pub(crate) fn vpc(spec: &Value) -> Option<&str> {
    nested(spec, VPC, "id")
}

pub(crate) fn has_egress(spec: &Value) -> bool {
    spec.get(EGRESS).is_some()
}

/// What an app asks for that is not the address that every app has, as it is written.
pub(crate) fn own_egress(spec: &Value) -> Option<String> {
    let egress = spec.get(EGRESS).filter(|egress| !egress.is_null())?;
    let kind = egress.get("type").unwrap_or(&Value::Null);
    (!kind.is_null() && *kind != "AUTOASSIGN").then(|| kind.as_str().map_or_else(|| kind.to_string(), str::to_owned))
}

/// Whether it names a network, in whatever way.
pub(crate) fn joins_vpc(spec: &Value) -> bool {
    spec.get(VPC).is_some_and(|vpc| !vpc.is_null())
}

/// `AUTOASSIGN`, `DEDICATED_IP`.
pub(crate) fn egress(spec: &Value) -> Option<&str> {
    nested(spec, EGRESS, "type")
}
