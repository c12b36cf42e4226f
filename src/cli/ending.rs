//! How a command ends: its last words and its exit code.

use crate::actions::console::Console;
use crate::actions::outputs::write_status;
use crate::actions::run::Run;
use crate::flows::board::outputs_of;
use crate::flows::context::Ctx;
use crate::flows::failure::{cancelled, failure_of};
use crate::model::failure::Kind;
use crate::model::report::{Report, State};
use crate::model::verdict::Verdict;
use crate::wait::{Wait, humanize};

/// The last words of a flow that reports on an app, and its exit code.
pub(crate) fn of_report(ctx: &Ctx, report: &Report) -> u8 {
    if ctx.json {
        ctx.console
            .data(&outputs_of(std::slice::from_ref(report), None).document().to_string());
    }
    let environment = &report.environment;
    let took = report
        .duration
        .map(|took| format!(" after {}", humanize(took)))
        .unwrap_or_default();
    match report.state {
        State::Ready => {
            let url = report.url.as_deref().map(|url| format!(": {url}")).unwrap_or_default();
            ctx.console.say(&format!("{environment} is ready{took}{url}"));
            0
        }
        State::Removed => {
            ctx.console.say(&format!("{environment} is removed"));
            0
        }
        State::Skipped | State::Building => 0,
        State::Failed | State::Unknown | State::Cancelled => {
            for note in &report.notes {
                ctx.console.say(note);
            }
            if let Some(log) = report.failure.as_ref().and_then(|failure| failure.log.as_ref()) {
                ctx.console.group("The last lines of its log", &log.lines);
            }
            let Some(failure) = &report.failure else {
                return Kind::Unknown.exit_code();
            };
            let lenient = failure.kind == Kind::Unknown && environment.pull_request().is_some() && ctx.run.is_ci;
            if lenient {
                ctx.console.warn(&failure.to_string());
                return 0;
            }
            ctx.console.error(failure);
            failure.kind.exit_code()
        }
    }
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
        console.say("Cancelled; run again to pick up where this run stopped");
        return cancelled.exit_code;
    }
    let failure = failure_of(error);
    console.error(&failure);
    if let Some(file) = &run.output_file {
        let status = if failure.kind == Kind::Unknown {
            "unknown"
        } else {
            "failed"
        };
        if let Err(error) = write_status(file, status) {
            console.warn(&format!("{error:#}"));
        }
    }
    failure.kind.exit_code()
}
