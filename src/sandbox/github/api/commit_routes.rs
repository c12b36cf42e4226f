//! The routes below `/commits/{ref}`. A ref may contain slashes, so that the router sees only one path.

use super::call::{Call, Reply};
use super::{commit_pulls, commits};

/// `GET /commits/{ref}`, `/pulls`, `/status`, `/statuses` and `/check-runs`.
pub(crate) async fn get(call: Call) -> Reply {
    let path = call.param("ref");
    match path.rsplit_once('/') {
        Some((name, "pulls")) => commit_pulls::list(&call, name).await,
        Some((name, "status")) => commits::status(&call, name).await,
        Some((name, "statuses")) => commits::statuses(&call, name).await,
        Some((name, "check-runs")) => commits::check_runs(&call, name).await,
        _ => commits::get(&call, path).await,
    }
}
