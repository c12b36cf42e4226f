//! What a rollback brings back, and what it takes.

use serde_json::Value;

use super::loss;
use crate::model::failure::Failure;
use crate::platforms::plan::unmatched;
use crate::policy::replace::Replace;

/// What going back from `live` to an earlier spec takes without consent: its names for a consent, and what would be
/// done.
///
/// # Errors
/// When the consent names what going back leaves as it is.
pub(crate) fn taken_by_going_back(
    live: &Value,
    earlier: &Value,
    replace: &Replace,
) -> Result<Vec<(String, String)>, Failure> {
    let losses = loss::losses(live, None, earlier);
    if let Some(name) = unmatched(replace, &losses) {
        return Err(Failure::input(format!(
            "`--replace` names `{name}`, which the rollback leaves as it is"
        ))
        .next("leave it out"));
    }
    let unwanted = losses.into_iter().filter(|loss| !replace.names(&loss.name));
    Ok(unwanted.map(|loss| (loss.name, loss.what)).collect())
}

/// Whether two specs have the same databases in the same region, which App Platform asks of a rollback.
pub(crate) fn same_places(one: &Value, other: &Value) -> bool {
    let moves = |from: &Value, to: &Value| {
        let losses = loss::losses(from, None, to);
        losses.iter().any(loss::concerns_place)
    };
    !moves(one, other) && !moves(other, one)
}
