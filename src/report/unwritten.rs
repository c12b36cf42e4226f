//! What GitHub does not show because it could not be written there in time: the job summary says it instead.

use super::ReporterDeps;
use crate::actions::run::{Run, Unwritten};
use crate::actions::summary;
use crate::net::error::ApiError;
use crate::render::markdown::prose;

/// Notes it for the summary, or adds it where the summary is written already. Each thing once.
pub(super) fn note(deps: &ReporterDeps, what: &'static str, error: &ApiError) {
    let why = deps.redactor.clean(&format!("{error}; {}", error.next()));
    if !deps.run.note_unwritten(what, why.clone()) || !deps.run.is_recorded() {
        return;
    }
    let text = list(&[Unwritten { what, why }]);
    if let Some(Err(error)) = deps
        .run
        .summary_file
        .as_deref()
        .map(|file| summary::append(file, &text))
    {
        deps.console.warn(&format!("{error:#}"));
    }
}

/// The summary with what has been noted so far.
pub(super) fn with_unwritten(run: &Run, text: &str) -> String {
    match run.unwritten().as_slice() {
        [] => text.to_owned(),
        unwritten => format!("{}\n\n{}", text.trim_end(), list(unwritten)),
    }
}

fn list(unwritten: &[Unwritten]) -> String {
    let line = |it: &Unwritten| format!("- {}: {}\n", it.what, prose(&it.why));
    unwritten.iter().map(line).collect()
}
