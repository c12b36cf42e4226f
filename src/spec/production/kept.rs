//! What the file leaves open and the live app has decided.

use serde_json::Value;

use super::super::component::text;
use super::ProductionInput;

/// Keeps the region of an app whose file names none, so that no default of the platform can move it. Warns where the
/// live app does not show the `vpc` that the file has.
pub(super) fn keep(planned: &mut Value, input: &ProductionInput<'_>, warnings: &mut Vec<String>) {
    let (Some(live), Some(root)) = (input.live, planned.as_object_mut()) else {
        return;
    };
    let has_region = root
        .get("region")
        .and_then(Value::as_str)
        .is_some_and(|it| !it.trim().is_empty());
    if let (false, Some(region)) = (has_region, text(live, "region")) {
        root.insert("region".to_owned(), region.into());
    }
    // A token without `vpc:read` is given every spec without its `vpc`.
    if live.get("vpc").is_none() && root.get("vpc").is_some_and(|vpc| text(vpc, "id").is_some()) {
        warnings.push(
            "the live app shows no `vpc`, and the file's is sent: either it is new, or the token lacks the scope `vpc:read` and no change of the VPC can be noticed"
                .to_owned(),
        );
    }
}
