//! Any error of a flow as the failure that people read.

use crate::model::failure::{Failure, Kind};
use crate::net::error::ApiError;
use crate::platforms::PlatformError;
use crate::wait::Cancelled;

/// The failure behind an error. Unexpected errors are shown with their chain and count as an unknown result.
pub(crate) fn failure_of(error: &anyhow::Error) -> Failure {
    if cancelled(error).is_some() {
        return Failure::unknown("the run was cancelled").next("run again; it picks up where this one stopped");
    }
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return failure.clone();
    }
    if let Some(error) = error.downcast_ref::<PlatformError>() {
        return of_parts(error.kind(), error.to_string(), error.next());
    }
    if let Some(error) = error.downcast_ref::<ApiError>() {
        return of_parts(error.kind(), error.to_string(), error.next());
    }
    Failure::unknown(format!("{error:#}"))
}

/// The signal that ended the run, where that is what the error says. An error that a signal caused may say something
/// else: ask `Wait::check` as well.
pub(crate) fn cancelled(error: &anyhow::Error) -> Option<Cancelled> {
    match error.downcast_ref::<PlatformError>() {
        Some(PlatformError::Cancelled(cancelled)) => Some(*cancelled),
        _ => error.downcast_ref::<Cancelled>().copied(),
    }
}

fn of_parts(kind: Kind, what: String, next: String) -> Failure {
    let failure = match kind {
        Kind::Bad => Failure::bad(what),
        Kind::Input => Failure::input(what),
        Kind::Unknown => Failure::unknown(what),
    };
    failure.next(next)
}
