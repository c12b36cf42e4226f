//! How a command ends: its last words and its exit code.

use std::io::Write as _;
use std::process::ExitCode;

use super::context::Voice;
use super::environment::Variables;
use crate::actions::console::{Console, lost_data};
use crate::actions::outputs::write_status;
use crate::actions::run::Run;
use crate::actions::summary::append;
use crate::flows::context::Ctx;
use crate::flows::failure::{cancelled, failure_of};
use crate::model::failure::{Failure, Kind};
use crate::model::report::{Report, State};
use crate::model::verdict::Verdict;
use crate::render::page::early_end;
use crate::report::outputs_of;
use crate::wait::{Cancelled, Wait, humanize};

/// The last words of a flow that reports on apps, and its exit code: that of the worst.
pub(crate) fn of_reports(ctx: &Ctx, reports: &[Report]) -> u8 {
    if ctx.json {
        ctx.console.document(&outputs_of(reports, None).document());
    }
    ctx.console.end_phase();
    let codes = reports.iter().map(|report| match &report.key {
        Some(key) => of_report(&ctx.of_app(key), report, &report.environment.to_string()),
        None if reports.len() == 1 => of_report(ctx, report, &report.environment.to_string()),
        None => of_report(ctx, report, &format!("{}, {}", report.spec_name(), report.environment)),
    });
    let codes: Vec<u8> = codes.collect();
    worst(&codes, !ctx.dry_run && reports.iter().any(was_touched))
}

/// What counts of several exit codes. That of a mistake in what was given says that nothing was touched: where an app was,
/// the deployment as a whole is a bad one. `some_touched`: whether one was.
fn worst(codes: &[u8], some_touched: bool) -> u8 {
    let kinds = [Kind::Bad, Kind::Input, Kind::Unknown];
    let worst = kinds.into_iter().find(|kind| codes.contains(&kind.exit_code()));
    match worst {
        Some(Kind::Input) if some_touched => Kind::Bad.exit_code(),
        worst => worst.map_or(0, Kind::exit_code),
    }
}

/// Whether the run changed the app, as far as its report shows.
fn was_touched(report: &Report) -> bool {
    let is_mistake = report
        .failure
        .as_ref()
        .is_some_and(|failure| failure.kind == Kind::Input);
    match report.state {
        State::Ready | State::Removed | State::Building => true,
        State::Failed | State::Unknown | State::Cancelled => !is_mistake && report.deployment_id.is_some(),
        State::Skipped => false,
    }
}

fn of_report(ctx: &Ctx, report: &Report, name: &str) -> u8 {
    let took = report
        .duration
        .map(|took| format!(" after {}", humanize(took)))
        .unwrap_or_default();
    match report.state {
        State::Ready => {
            let url = report.url.as_deref().map(|url| format!(": {url}")).unwrap_or_default();
            ctx.console.say(&format!("{name} is ready{took}{url}"));
            0
        }
        State::Removed => {
            ctx.console.say(&format!("{name} is removed"));
            0
        }
        State::Skipped | State::Building => 0,
        State::Failed | State::Unknown | State::Cancelled => {
            if let Some(live) = &report.was_live {
                let ran = if live.until.is_some() { "ran" } else { "has run" };
                ctx.console.say(&format!("{name} {ran} this version {live}"));
            }
            for note in report.serves_now.iter().chain(&report.notes) {
                ctx.console.say(note);
            }
            if let Some(log) = report.failure.as_ref().and_then(|failure| failure.log.as_ref()) {
                ctx.console.group("The last lines of its log", &log.lines);
            }
            let Some(failure) = &report.failure else {
                return Kind::Unknown.exit_code();
            };
            if failure.kind == Kind::Unknown && ctx.run.is_ci && is_preview_that_exists(report) {
                ctx.console.warn(&failure.to_string());
                return 0;
            }
            ctx.console.error(failure);
            failure.kind.exit_code()
        }
    }
}

/// Red means that the app is bad, or that there is none: of a preview that is there, it is only not known.
fn is_preview_that_exists(report: &Report) -> bool {
    report.environment.pull_request().is_some() && report.app_id.is_some()
}

pub(crate) fn of_verdict(ctx: &Ctx, verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Good => 0,
        Verdict::Bad(failure) | Verdict::Unknown(failure) => {
            ctx.console.error(failure);
            failure.kind.exit_code()
        }
    }
}

/// `wait`: whatever went wrong after a signal, the signal is what ended the run.
pub(crate) fn of_error(console: &Console, run: &Run, wait: &Wait, error: &anyhow::Error) -> u8 {
    if let Some(cancelled) = cancelled(error).or_else(|| wait.check().err()) {
        return of_cancelled(console, run, cancelled);
    }
    let failure = failure_of(error);
    console.error(&failure);
    let status = if failure.kind == Kind::Unknown {
        "unknown"
    } else {
        "failed"
    };
    write_early_end(console, run, status, &early_end(&failure));
    failure.kind.exit_code()
}

/// A command line that cannot be run, or one that asks for help. Its values may be foreign: an input of a workflow.
pub(crate) fn of_usage(usage: &clap::Error) -> ExitCode {
    let voice = Voice::new(Variables, false);
    if !usage.use_stderr() || !voice.run.is_ci {
        let written = usage.print().and_then(|()| std::io::stdout().flush());
        let code = u8::try_from(usage.exit_code()).unwrap_or(2);
        let lost = written.err().filter(|_| code == 0).and_then(|error| lost_data(&error));
        return ExitCode::from(lost.map_or(code, |lost| of_lost(&voice.console, &lost)));
    }
    let text = usage.to_string();
    let text = text.trim().trim_start_matches("error: ");
    let (what, next) = text.split_once("\n\n").unwrap_or((text, "see `do-deploy --help`"));
    let next = next.split_whitespace().collect::<Vec<_>>().join(" ");
    let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
    let error = anyhow::Error::from(Failure::input(what).next(next));
    ExitCode::from(of_error(&voice.console, &voice.run, &Wait::unbounded(), &error))
}

/// A run that ended well except for the program that reads its data.
pub(crate) fn of_unwritten(console: &Console, code: u8) -> u8 {
    match console.lost_data() {
        Some(lost) if code == 0 => of_lost(console, &lost),
        _ => code,
    }
}

fn of_lost(console: &Console, lost: &Failure) -> u8 {
    console.error(lost);
    lost.kind.exit_code()
}

/// A run that was cancelled, whether it could say so on a reporter or not.
pub(crate) fn of_cancelled(console: &Console, run: &Run, cancelled: Cancelled) -> u8 {
    console.end_phase();
    console.say("Cancelled before the end; run the same command again to pick up where it stopped");
    write_early_end(
        console,
        run,
        "unknown",
        "**Cancelled** before the end; run the same command again to pick up where it stopped",
    );
    cancelled.exit_code
}

/// Output and summary of a run that wrote none until now.
fn write_early_end(console: &Console, run: &Run, status: &str, text: &str) {
    if run.is_recorded() {
        return;
    }
    run.mark_recorded();
    let output = run.output_file.as_deref().map(|file| write_status(file, status));
    let text = console.without_secrets(text);
    let summary = run.summary_file.as_deref().map(|file| append(file, &text));
    for error in [output, summary].into_iter().flatten().filter_map(Result::err) {
        console.warn(&format!("{error:#}"));
    }
}

#[cfg(test)]
mod tests {
    use super::worst;

    #[test]
    fn a_mistake_counts_as_one_only_where_nothing_was_touched() {
        for (codes, some_touched, ended) in [
            (&[0, 0][..], true, 0),
            (&[], false, 0),
            (&[2, 0], false, 2),
            (&[2, 0], true, 1),
            (&[2, 3], false, 2),
            (&[2, 3], true, 1),
            (&[3, 0], true, 3),
            (&[3, 1, 2], true, 1),
        ] {
            assert_eq!(worst(codes, some_touched), ended, "{codes:?}");
        }
    }
}
