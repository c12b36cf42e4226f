//! The runner's two files: the job summary and the outputs.

use super::clean::cleaned;
use super::outputs::outputs_of;
use super::unwritten::with_unwritten;
use crate::actions::console::Console;
use crate::actions::outputs::Outputs;
use crate::actions::run::Run;
use crate::actions::summary;
use crate::model::report::Report;
use crate::redact::Redactor;
use crate::render::context::RenderContext;
use crate::render::page;

/// Summary and outputs of a run that never had anything to show on GitHub.
pub(crate) fn record(run: &Run, console: &Console, redactor: &Redactor, report: &Report) {
    let reports = [cleaned(report, redactor, &|text| console.in_words(text).into_owned())];
    let text = match reports[0].notes.is_empty() {
        true => page::summary(&reports, &RenderContext::default()),
        false if reports[0].failure.is_some() => page::each(&reports, &[]),
        false => page::notes(&reports[0]),
    };
    write_files(run, console, &outputs_of(&reports, None), &redactor.clean(&text));
}

/// The same for several apps; `nothing` is what the summary says of none.
pub(crate) fn record_all(run: &Run, console: &Console, redactor: &Redactor, reports: &[Report], nothing: &str) {
    record_with(run, console, redactor, reports, &[], nothing);
}

/// The same with notes on all of them.
pub(crate) fn record_with(
    run: &Run,
    console: &Console,
    redactor: &Redactor,
    reports: &[Report],
    notes: &[String],
    nothing: &str,
) {
    let reports = all_cleaned(reports, console, redactor);
    let text = match reports.as_slice() {
        [] => nothing.to_owned(),
        reports => page::each(reports, notes),
    };
    write_files(run, console, &outputs_of(&reports, None), &redactor.clean(&text));
}

/// The same with a summary of its own.
pub(crate) fn record_as(run: &Run, console: &Console, redactor: &Redactor, reports: &[Report], text: &str) {
    let reports = all_cleaned(reports, console, redactor);
    write_files(run, console, &outputs_of(&reports, None), &redactor.clean(text));
}

fn all_cleaned(reports: &[Report], console: &Console, redactor: &Redactor) -> Vec<Report> {
    let reports = reports.iter();
    reports
        .map(|report| cleaned(report, redactor, &|text| console.in_words(text).into_owned()))
        .collect()
}

/// The runner's two files. That they cannot be written does not change how the run ended.
pub(super) fn write_files(run: &Run, console: &Console, outputs: &Outputs, text: &str) {
    let text = &with_unwritten(run, text);
    // Without the two files there is nothing to write to, so nothing was written.
    if run.output_file.is_some() || run.summary_file.is_some() {
        run.mark_recorded();
    }
    if let Some(Err(error)) = run.output_file.as_deref().map(|file| outputs.write(file)) {
        console.warn(&format!("{error:#}; later steps see no outputs of this one"));
    }
    if let Some(Err(error)) = run.summary_file.as_deref().map(|file| summary::append(file, text)) {
        console.warn(&format!("{error:#}"));
    }
}
