//! The texts that people read: the comment's, the job summary's, and production's line on a merged pull request.

use jiff::Timestamp;
use serde::Serialize;

use super::answer::AnswerView;
use super::templates;
use super::view::{CommitView, PageView};
use crate::model::answer::Answer;
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::model::stamp::Stamp;

/// Longest text, in bytes, and so in characters too. With marker, production's line and an answer it stays below the
/// 60,000 characters and 65,536 bytes that a comment may have.
const LONGEST: usize = 45_000;
/// Longest answer to a command, in bytes.
const LONGEST_ANSWER: usize = 12_000;

const CUT: &str = "\n\n(The rest does not fit into a comment)";

/// Where the texts point to, and what they may show.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    /// `https://github.com/OWNER/NAME`
    pub(crate) repository_url: Option<String>,
    pub(crate) run_url: Option<String>,
    pub(crate) run: Option<Stamp>,
    pub(crate) logs: Logs,
}

/// Which log lines may be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Logs {
    All,
    #[default]
    BuildsAndMigrations,
    None,
}

/// The comment's text without its hidden lines.
pub(crate) fn comment(reports: &[Report], scene: &Scene) -> String {
    bounded(templates::render("comment", &PageView::new(reports, scene)), LONGEST)
}

/// What a command in a comment is answered, for the end of the comment.
pub(crate) fn answer(answer: &Answer, scene: &Scene) -> String {
    bounded(
        templates::render("answer", &AnswerView::new(answer, scene)),
        LONGEST_ANSWER,
    )
}

/// The job summary: what the comment says, and what is different in the preview's spec and why.
pub(crate) fn summary(reports: &[Report], scene: &Scene) -> String {
    templates::render("summary", &PageView::new(reports, scene))
}

/// The job summary of a run that had nothing to show: what its report notes.
pub(crate) fn notes(report: &Report) -> String {
    let notes: Vec<String> = report.notes.iter().map(|note| super::markdown::prose(note)).collect();
    notes.join("\n\n")
}

/// The job summary of a run that ended before it had anything else to say: what failed, why, what to do next.
pub(crate) fn early_end(failure: &Failure) -> String {
    use super::markdown::{code, prose};
    let at = failure
        .at
        .as_ref()
        .map(|at| format!("At {}\n\n", code(&at.to_string())));
    let title = failure.subject.as_ref().map(|it| format!("### {}\n\n", prose(it)));
    let points: Vec<String> = failure.points.iter().map(|it| format!("\n- {}", prose(it))).collect();
    let points = match points.is_empty() {
        true => String::new(),
        false => format!("\n{}", points.concat()),
    };
    let why = failure.why.as_ref().map(|why| format!(": {}", prose(why)));
    let next = failure
        .next
        .as_ref()
        .map(|next| format!("\n\n**Next:** {}", prose(next)));
    format!(
        "{}{}**Failed**: {}{}{points}{}",
        title.unwrap_or_default(),
        at.unwrap_or_default(),
        prose(&failure.what),
        why.unwrap_or_default(),
        next.unwrap_or_default()
    )
}

/// One line for the comment of the merged pull request whose commit went to production.
pub(crate) fn production_line(report: &Report, scene: &Scene, now: Timestamp) -> String {
    #[derive(Serialize)]
    struct View {
        since: Option<String>,
        failed: bool,
        what: Option<String>,
        why: Option<String>,
        url: Option<String>,
        commit: Option<CommitView>,
        was_live: Option<String>,
        /// What took its place.
        other: Option<CommitView>,
        aftermath: Option<String>,
        run_url: Option<String>,
    }
    let failure = report.failure.as_ref();
    let commit = report
        .serving
        .as_ref()
        .or(report.commit.as_ref().filter(|_| !report.built_elsewhere));
    let view = View {
        since: (report.state == State::Ready).then(|| now.strftime("%Y-%m-%d %H:%M UTC").to_string()),
        failed: report.state == State::Failed,
        what: failure.map(|failure| failure.what.clone()),
        why: failure.and_then(|failure| failure.why.clone()),
        url: report.url.as_deref().and_then(super::markdown::web_address),
        commit: commit.map(|sha| CommitView::new(sha, scene)),
        was_live: report.was_live.map(|live| live.to_string()),
        other: report
            .serving
            .as_ref()
            .filter(|serving| {
                let is_another = report.commit.as_ref().is_none_or(|commit| !commit.is(serving));
                report.was_live.is_some() && is_another
            })
            .map(|sha| CommitView::new(sha, scene)),
        aftermath: report.aftermath.as_ref().map(ToString::to_string),
        run_url: scene.run_url.as_deref().and_then(super::markdown::web_address),
    };
    templates::render("production", &view).replace('\n', " ")
}

/// The same where nothing was deployed, because the run refused to.
pub(crate) fn refused_line(failure: &Failure, scene: &Scene) -> String {
    use super::markdown::prose;
    let facts = failure.why.iter().chain(&failure.points).map(|fact| prose(fact));
    let facts: Vec<String> = facts.collect();
    let run = scene.run_url.as_deref().and_then(super::markdown::web_address);
    let line = format!(
        "Not deployed to production: {}{}{}{}",
        prose(&failure.what),
        if facts.is_empty() { "" } else { ": " },
        facts.join("; "),
        run.map(|run| format!(" ([run]({run}))")).unwrap_or_default()
    );
    line.replace('\n', " ")
}

/// The output `status` of a state.
pub(crate) fn status(state: State) -> &'static str {
    super::view::status(state)
}

/// Logs are cut before this; what remains too long is cut between lines.
fn bounded(text: String, longest: usize) -> String {
    if text.len() <= longest {
        return text;
    }
    let mut end = longest - CUT.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let end = text[..end].rfind('\n').unwrap_or(end);
    format!("{}{CUT}", &text[..end])
}

#[cfg(test)]
mod tests;
