//! The state of a deployment as a word and an icon.

use crate::model::report::{Report, State};

pub(super) fn word(report: &Report) -> &'static str {
    match report.state {
        State::Building => "Building",
        State::Ready => "Ready",
        State::Failed => "Failed",
        State::Skipped => "Skipped",
        State::Removed => "Removed",
        State::Unknown => "Result unknown",
        State::Cancelled if report.superseded_by.is_some() => "Superseded",
        State::Cancelled => "Cancelled",
    }
}

/// Beside the word, never instead of it.
pub(super) fn icon(report: &Report) -> &'static str {
    match report.state {
        State::Building => "🔨",
        State::Ready => "✅",
        State::Failed => "❌",
        State::Skipped => "⏭️",
        State::Removed => "🗑️",
        State::Unknown => "⚠️",
        State::Cancelled if report.superseded_by.is_some() => "⏩",
        State::Cancelled => "⏹️",
    }
}
