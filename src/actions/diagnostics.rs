//! Diagnostics for finding a fault: events of `tracing`, on the console and through its redactor.

use std::fmt;
use std::io;
use std::time::Instant;

use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;

use super::console::Console;
use super::timings::Timings;

/// From now on phases are timed, and the events that `filter` lets through are shown on the console. `None`: no event is.
pub(crate) fn begin(console: &Console, timings: &Timings, filter: Option<Targets>) {
    let events = filter.is_some().then(|| {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            // The runner's log has times of its own.
            .event_format(Line((!console.speaks_to_the_debug_log()).then(Instant::now)))
            .with_writer(Sink(console.clone()))
    });
    let filter = filter.unwrap_or_else(|| Targets::new().with_target("phase", LevelFilter::TRACE));
    let subscriber = tracing_subscriber::registry()
        .with(filter)
        .with(timings.clone())
        .with(events);
    // Only the first one counts, and there is no other.
    let _set = tracing::subscriber::set_global_default(subscriber);
}

/// What happened comes first, then where: `0.213s request … in preview:target{app=shop-pr-7}:plan`.
struct Line(Option<Instant>);

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, ctx: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        if let Some(begun) = self.0 {
            write!(writer, "{:.3}s ", begun.elapsed().as_secs_f64())?;
        }
        ctx.format_fields(writer.by_ref(), event)?;
        let spans = ctx.event_scope().into_iter().flat_map(|scope| scope.from_root());
        for (index, span) in spans.enumerate() {
            write!(writer, "{}{}", if index == 0 { " in " } else { ":" }, span.name())?;
            if let Some(fields) = span.extensions().get::<tracing_subscriber::fmt::FormattedFields<N>>()
                && !fields.is_empty()
            {
                write!(writer, "{{{fields}}}")?;
            }
        }
        writeln!(writer)
    }
}

/// One event with each write.
struct Sink(Console);

impl<'a> MakeWriter<'a> for Sink {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

impl io::Write for &Sink {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.0.diagnose(&String::from_utf8_lossy(event));
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
