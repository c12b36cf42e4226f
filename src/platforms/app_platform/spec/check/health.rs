//! Health checks: the path that is asked for. Their limits are those of fields.

use super::super::component::{Kind, of};
use super::findings::Findings;
use crate::model::failure::Failure;

pub(super) fn check(findings: &mut Findings<'_>) {
    for kind in [Kind::Service, Kind::Worker] {
        for component in of(findings.spec().value(), kind) {
            for (pointer, path) in component.checked_paths() {
                if !path.starts_with('/') {
                    let failure =
                        Failure::input(format!("the health check of {} asks for `{path}`", component.titled()))
                            .why("a path begins with `/`")
                            .next(format!("write `/{}`", path.trim_start_matches("./")));
                    findings.warn("value", &pointer, failure);
                }
            }
        }
    }
}
