//! Answers to commands, at the end of the pull request's comment, and reactions to the comments that they came in.

use jiff::Timestamp;

use super::clean::cleaned_answer;
use super::conversation::{Conversation, Found, Missing};
use super::record::failed_run;
use super::{Complaint, LAST_WORDS, Reporter, ReporterDeps, outputs_of, unwritten, write_files};
use crate::github::GitHub;
use crate::github::reactions::Reaction;
use crate::model::answer::Answer;
use crate::model::report::Report;
use crate::net::error::ApiError;
use crate::render::body::{Body, marker};
use crate::render::page;

impl Reporter {
    /// Answers in the comment, the job summary and the outputs. What the comment says about the preview stays.
    pub(crate) async fn answer(deps: ReporterDeps, reports: &[Report], answer: &Answer) {
        let mut reporter = Self::new(deps, reports);
        let text = reporter.rendered(answer);
        reporter.write_answer(&text).await;
        let outputs = outputs_of(&reporter.reports, reporter.comment_url.clone());
        write_files(&reporter.deps.run, &reporter.deps.console, &outputs, &text);
    }

    /// Answers in the comment alone, where summary and outputs have been written already.
    pub(crate) async fn answer_in_comment(deps: ReporterDeps, reports: &[Report], answer: &Answer) {
        let mut reporter = Self::new(deps, reports);
        let text = reporter.rendered(answer);
        reporter.write_answer(&text).await;
    }

    fn rendered(&self, answer: &Answer) -> String {
        let redactor = &self.deps.redactor;
        redactor.clean(&page::answer(&cleaned_answer(answer, redactor), &self.render_context()))
    }

    /// GitHub has no conditional update: another run may have overwritten the answer in the same moment, so it is
    /// looked at once more.
    async fn write_answer(&mut self, text: &str) {
        let run = self.deps.run.stamp();
        let answered = |mut body: Body| {
            body.write_answer(run, text);
            body
        };
        let Some(mut conversation) = self.conversation.take() else {
            return;
        };
        let change = |found: Found| answered(found.body);
        let mut written = conversation.write(Missing::Create, change).await;
        if let Ok(Some(first)) = &written {
            self.comment_url = Some(first.comment.html_url.clone());
            let settled = self.settle().await;
            let preview = (first.body.run, first.body.text.clone());
            let before = first.before.answer.clone();
            // News about the preview takes the place of an answer, and so does a newer answer: then it is not said again.
            let again = |found: Found| {
                let body = found.body;
                let is_lost =
                    (body.run, body.text.as_str()) == (preview.0, preview.1.as_str()) && body.answer == before;
                if is_lost { answered(body) } else { body }
            };
            if settled {
                written = conversation.write(Missing::Leave, again).await;
            }
        }
        if let Err(error) = written {
            self.complain(Complaint::Comment, &error);
        }
    }
}

/// Reacts to a comment. That it is gone, or that the token may not, changes nothing.
pub(crate) async fn react(deps: &ReporterDeps, comment: u64, reaction: Reaction) {
    let Some(github) = deps.github.as_ref().map(GitHub::impatient) else {
        return;
    };
    match github.react(comment, reaction).await {
        Ok(()) => {}
        Err(error) if error.is_not_found() => deps.console.say("The comment is gone: there is nothing to react to"),
        Err(error) => {
            deps.console.say(&format!("No reaction to the comment: {error}"));
            unwritten::note(deps, "the reaction to the command could not be written", &error);
        }
    }
}

/// The same of a run that may have been cancelled: within the time that is left.
pub(crate) async fn react_last(deps: &ReporterDeps, comment: u64, reaction: Reaction) {
    let mut deps = deps.clone();
    deps.github = deps.github.as_ref().map(GitHub::uncancellable);
    tokio::select! {
        () = react(&deps, comment, reaction) => {}
        () = deps.wait.cancelled_for(LAST_WORDS) => {}
    }
}

/// When we last wrote into the pull request's comment, by GitHub's clock, and that clock's time now. `None`: never.
pub(crate) async fn last_written(deps: &ReporterDeps, pull: u64) -> Result<Option<(Timestamp, Timestamp)>, ApiError> {
    let (Some(github), Some(repository)) = (&deps.github, &deps.repository) else {
        return Ok(None);
    };
    let mut conversation = Conversation::new(github.clone(), pull, marker(repository.id, pull));
    let written = conversation.last_written().await?;
    Ok(written.map(|written| (written, github.now())))
}

/// The page of the run whose deployment of the preview failed last. `None`: there is none, or it is not known.
pub(crate) async fn failed_run_url(deps: &ReporterDeps, pull: u64) -> Option<String> {
    let stamp = failed_run(deps.github.as_ref()?, pull).await.ok().flatten()?;
    deps.run.url_of(stamp)
}
