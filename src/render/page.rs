//! The texts that people read: the comment's and the job summary's.

use super::answer::AnswerView;
use super::context::RenderContext;
use super::listing::ListingView;
use super::templates;
use super::view::{CHANGES, PageView};
use crate::model::answer::Answer;
use crate::model::failure::Failure;
use crate::model::report::Report;

/// Longest text, in bytes, and so in characters too. With marker, production's line and an answer it stays below the
/// 60,000 characters and 65,536 bytes that a comment may have.
const LONGEST: usize = 45_000;
/// Longest answer to a command, in bytes.
const LONGEST_ANSWER: usize = 12_000;

/// Room for what a dry run shows, in bytes: more than any spec needs, and less than a job summary may have.
const LISTING_ROOM: usize = 500_000;

const CUT: &str = "\n\n(The rest does not fit into a comment)";

/// The comment's text without its hidden lines.
pub(crate) fn comment(reports: &[Report], context: &RenderContext) -> String {
    bounded(templates::render("comment", &PageView::new(reports, context)), LONGEST)
}

/// What a command in a comment is answered, for the end of the comment.
pub(crate) fn answer(answer: &Answer, context: &RenderContext) -> String {
    bounded(
        templates::render("answer", &AnswerView::new(answer, context)),
        LONGEST_ANSWER,
    )
}

/// The job summary: what the comment says, and what is different in the preview's spec and why.
pub(crate) fn summary(reports: &[Report], context: &RenderContext) -> String {
    templates::render("summary", &PageView::new(reports, context))
}

/// The job summary of a run that had nothing to show: what its report notes, and what it would have done.
pub(crate) fn notes(report: &Report) -> String {
    let notes = report.notes.iter().map(|note| super::markdown::sentence(note));
    let listing = report
        .listing
        .as_ref()
        .map(|listing| ListingView::new(listing, LISTING_ROOM, true));
    let listing = listing.map(|listing| templates::render("listing", &listing));
    let changes = (!report.changes.is_empty()).then(|| changes(report));
    notes.chain(changes).chain(listing).collect::<Vec<_>>().join("\n\n")
}

/// What is different, and why, as a list.
fn changes(report: &Report) -> String {
    use super::markdown::prose;
    let lines = report.changes.iter().take(CHANGES);
    let lines: Vec<String> = lines
        .map(|it| format!("- {}: {}", prose(&it.what), prose(&it.why)))
        .collect();
    lines.join("\n")
}

/// The job summary of a run about several apps: each with a heading, and with what failed, why, what to do next, or else with
/// what its report notes. `notes_on_all`: what holds for all of them.
pub(crate) fn each(reports: &[Report], notes_on_all: &[String]) -> String {
    let one = |report: &Report| {
        let heading = PageView::new(std::slice::from_ref(report), &RenderContext::default());
        let failure = report.failure.as_ref().map(failed);
        let paragraphs = [
            Some(templates::render("heading", &heading)),
            failure,
            Some(notes(report)),
        ];
        let said = paragraphs.into_iter().flatten().filter(|it| !it.is_empty());
        said.collect::<Vec<_>>().join("\n\n")
    };
    let on_all = notes_on_all.iter().map(|note| super::markdown::sentence(note));
    reports.iter().map(one).chain(on_all).collect::<Vec<_>>().join("\n\n")
}

/// The job summary of a run that ended before it had anything else to say.
pub(crate) fn early_end(failure: &Failure) -> String {
    let subject = failure.subject.as_ref().map(|it| super::markdown::prose(it));
    let subject = subject.map_or_else(String::new, |subject| format!(": {subject}"));
    format!("### ❌ Failed{subject}\n\n{}", failed(failure))
}

/// What failed, why, what to do next.
fn failed(failure: &Failure) -> String {
    use super::markdown::{code, prose};
    let why = failure.why.as_ref().map(|why| format!(": {}", prose(why)));
    let at = failure.at.as_ref().map(|at| format!("At {}", code(&at.to_string())));
    let points: Vec<String> = failure
        .points
        .iter()
        .map(|it| format!("- {}", super::markdown::sentence(it)))
        .collect();
    let next = failure.next.as_ref().map(|next| format!("**Next:** {}", prose(next)));
    let paragraphs = [
        Some(format!(
            "**Cause:** {}{}",
            prose(&failure.what),
            why.unwrap_or_default()
        )),
        at,
        (!points.is_empty()).then(|| points.join("\n")),
        next,
    ];
    paragraphs.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

/// The notice that a preview serves for the first time.
pub(crate) fn ready_notice(report: &Report) -> String {
    let url = report.url.as_deref().and_then(super::markdown::web_address);
    let link = url.map_or_else(String::new, |url| format!(": [open the preview]({url})"));
    format!("✅ The preview of this pull request is ready{link}")
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
