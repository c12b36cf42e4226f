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
use crate::render::page::{self, Scene};

/// Summary and outputs of a run that never had anything to show on GitHub.
pub(in crate::flows) fn record(run: &Run, console: &Console, redactor: &Redactor, report: &Report) {
    let reports = [cleaned(report, redactor, &|text| console.in_words(text).into_owned())];
    let text = match reports[0].notes.is_empty() {
        true => page::summary(&reports, &Scene::default()),
        false => page::notes(&reports[0]),
    };
    write_files(run, console, &outputs_of(&reports, None), &redactor.clean(&text));
}

/// The same for several apps; `nothing` is what the summary says of none.
pub(in crate::flows) fn record_all(
    run: &Run,
    console: &Console,
    redactor: &Redactor,
    reports: &[Report],
    nothing: &str,
) {
    let notes = |reports: &[Report]| match reports {
        [] => nothing.to_owned(),
        reports => reports.iter().map(page::notes).collect::<Vec<_>>().join("\n\n"),
    };
    record_as(run, console, redactor, reports, notes);
}

/// The same, with the summary that `text` makes of the reports.
pub(in crate::flows) fn record_as(
    run: &Run,
    console: &Console,
    redactor: &Redactor,
    reports: &[Report],
    text: impl FnOnce(&[Report]) -> String,
) {
    let reports: Vec<Report> = reports
        .iter()
        .map(|report| cleaned(report, redactor, &|text| console.in_words(text).into_owned()))
        .collect();
    let text = redactor.clean(&text(&reports));
    write_files(run, console, &outputs_of(&reports, None), &text);
}

/// The runner's two files. That they cannot be written does not change how the run ended.
pub(super) fn write_files(run: &Run, console: &Console, outputs: &Outputs, text: &str) {
    let text = &with_unwritten(run, text);
    // Who is not given the files has not told.
    if run.output_file.is_some() || run.summary_file.is_some() {
        run.tell();
    }
    if let Some(Err(error)) = run.output_file.as_deref().map(|file| outputs.write(file)) {
        console.warn(&format!("{error:#}; later steps see no outputs of this one"));
    }
    if let Some(Err(error)) = run.summary_file.as_deref().map(|file| summary::append(file, text)) {
        console.warn(&format!("{error:#}"));
    }
}
