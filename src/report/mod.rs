//! What people see of a deployment, kept in step: the comment, the GitHub deployment, the job summary, the outputs.
//!
//! GitHub's troubles never change how a deployment ends. They are said once, and what could not be posted stands in
//! the job summary.

mod answer;
mod app_reporter;
mod attempts;
mod clean;
mod commands;
mod complaints;
mod context;
mod conversation;
mod deps;
mod expiry;
mod files;
mod github_deployments;
mod merged;
mod newest_run;
mod notice;
mod outputs;
mod record;
mod removal;
mod underway;
mod unwritten;

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;

pub(super) use self::answer::{failed_run_url, last_written, react, react_last};
pub(crate) use self::app_reporter::AppReporter;
pub(super) use self::attempts::{has_begun, unfinished};
pub(super) use self::clean::cleaned_standing;
use self::complaints::Complaint;
pub(super) use self::context::logs;
use self::conversation::{Conversation, Found, Missing, Written};
pub(crate) use self::deps::ReporterDeps;
use self::files::write_files;
pub(super) use self::files::{record, record_all, record_as, record_with};
use self::newest_run::RunOrder;
pub(crate) use self::outputs::outputs_of;
use self::record::Record;
pub(super) use self::removal::{Announced, announced, announced_of, newest_preview};
pub(super) use self::underway::busy_with;
use crate::config::CommentMode;
use crate::github::GitHub;
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::model::stamp::Stamp;
use crate::net::error::ApiError;
use crate::render::body::{ProductionLine, marker};
use crate::render::page;

/// Several runs may write to a pull request's comment at once: the preview's, production's after the merge, a command's.
/// Each looks again after this long whether its words are still there; GitHub knows no conditional update.
const SETTLE: Duration = Duration::from_secs(2);

/// After a signal the run is killed within ten seconds. So long each may the comment and GitHub's deployments take.
/// <https://docs.github.com/en/actions/reference/workflow-cancellation-reference>
const LAST_WORDS: Duration = Duration::from_millis(1_250);

/// The reporter of one environment: one report for each of its apps.
#[derive(Debug)]
pub(crate) struct Reporter {
    deps: ReporterDeps,
    reports: Vec<Report>,
    /// What holds for the whole run, in whole sentences.
    notes: Vec<String>,
    /// Since when they say so, by GitHub's clock.
    updated: Option<Timestamp>,
    conversation: Option<Conversation>,
    records: Vec<Record>,
    comment_url: Option<String>,
    /// Whether this run's words have been in the comment.
    has_written: bool,
    /// Whether an earlier version served when this run began.
    has_served: bool,
    /// Commands in comments that this repository's workflows answer. `None`: not asked for yet.
    commands: Option<Vec<(&'static str, &'static str)>>,
    /// A workflow of this repository sweeps.
    is_swept: bool,
    /// What has been complained about, each once.
    complaints: Vec<Complaint>,
    /// Nothing of the environment is left, whatever the report says.
    withdrawn: bool,
    /// Of what is said to be gone, the newest deployment that GitHub had made before that was seen.
    seen: Option<u64>,
    /// The comment's text before this run's first words.
    overwritten: Option<String>,
    /// Why nothing was deployed.
    refusal: Option<Failure>,
}

impl Reporter {
    /// Says that something begins: comment "building", GitHub deployments `in_progress`.
    pub(crate) async fn open(deps: ReporterDeps, reports: &[Report]) -> Self {
        Self::open_with(deps, reports, &[]).await
    }

    /// The same with `notes` on the whole run.
    #[tracing::instrument(target = "phase", name = "write", skip_all)]
    pub(crate) async fn open_with(deps: ReporterDeps, reports: &[Report], notes: &[String]) -> Self {
        let mut reporter = Self::new(deps, reports);
        notes.iter().for_each(|note| reporter.note(note));
        for report in &mut reporter.reports {
            report.underway.since = reporter.updated;
        }
        if reporter.deps.github.is_none() {
            reporter
                .deps
                .console
                .say("no GitHub token: no comment and no GitHub deployment are written");
        }
        // The deployments first: GitHub shows by them which run is the newest, and under which login we write.
        reporter.begin_deployments().await;
        if reporter.deps.comment.mode == CommentMode::Recreate {
            reporter.recreate_comment().await;
        } else {
            reporter.write_comment(Missing::Create).await;
        }
        reporter
    }

    /// Adds to what holds for the whole run: the next words on the comment and in the summary say it.
    pub(crate) fn note(&mut self, note: &str) {
        self.notes.push(self.deps.cleaned_sentence(note));
    }

    /// The reports as they are shown: what holds for the whole run stands with the notes of the only app.
    fn shown(&self) -> Cow<'_, [Report]> {
        match self.reports.as_slice() {
            [only] if !self.notes.is_empty() => {
                let mut only = only.clone();
                only.notes.extend(self.notes.iter().cloned());
                Cow::Owned(vec![only])
            }
            reports => Cow::Borrowed(reports),
        }
    }

    /// Says how it ended, everywhere.
    #[tracing::instrument(target = "phase", name = "write", skip_all)]
    pub(crate) async fn close(&mut self, reports: &[Report]) {
        self.updated = self.now();
        self.deps.console.end_phase();
        self.reports = reports.iter().map(|report| self.deps.cleaned(report)).collect();
        let removed = self.is_removed();
        // A removed preview that no comment ever announced needs no comment.
        let missing = if removed { Missing::Leave } else { Missing::Create };
        // A signal has ended the waiting; the requests that report it still have to get through.
        self.deps.github = self.deps.github.as_ref().map(GitHub::uncancellable);
        if let (Some(conversation), Some(github)) = (&mut self.conversation, &self.deps.github) {
            conversation.ignore_signals(github);
        }
        // It is unknown how much time is left: what can be written at once comes first.
        let in_a_hurry = self.deps.wait.check().is_err();
        if in_a_hurry {
            self.write_files();
        }
        self.write_last_words(missing, removed).await;
        if !in_a_hurry {
            self.write_files();
            self.notice_ready().await;
        }
    }

    /// Says how it ended where it ends without an app: what GitHub shows of the pull request's deployments ends, too.
    pub(crate) async fn withdraw(&mut self, reports: &[Report]) {
        self.withdrawn = true;
        self.close(reports).await;
    }

    /// On GitHub, within the time that a signal leaves.
    async fn write_last_words(&mut self, missing: Missing, removed: bool) {
        let wait = self.deps.wait.clone();
        self.find_sweep().await;
        // Each has its own limit, so that a comment that hangs leaves time to end GitHub's deployments.
        let is_written = tokio::select! {
            is_written = self.write_comment(missing) => is_written,
            () = wait.cancelled_for(LAST_WORDS) => false,
        };
        tokio::select! {
            () = self.write_end(removed, is_written) => {}
            () = wait.cancelled_for(LAST_WORDS) => {}
        }
    }

    async fn write_end(&mut self, removed: bool, is_written: bool) {
        if removed && !is_written {
            // Deployments that are inactive mean that everything has been said: the next teardown says it.
            self.say_once(
                Complaint::Overtaken,
                "run the teardown again to have the comment say that the preview is gone",
            );
        } else {
            self.end_deployments().await;
        }
        // A command's answer is written together with what was read before these words, and may have undone them.
        let in_a_hurry = self.deps.wait.check().is_err();
        if self.comment_url.is_some() && !in_a_hurry && self.settle().await {
            self.write_comment(Missing::Leave).await;
        }
    }

    fn write_files(&self) {
        let text = self
            .deps
            .redactor
            .clean(&page::summary(&self.shown(), &self.render_context()));
        let text = [Some(text), self.deps.run.timings.line()];
        let text = text.into_iter().flatten().collect::<Vec<_>>().join("\n\n");
        let outputs = outputs_of(&self.reports, self.comment_url.clone());
        write_files(&self.deps.run, &self.deps.console, &outputs, &text);
    }

    /// Says how something ended whose start was never announced: that nothing was done, and why; that previews are
    /// gone, once their 404 has been seen.
    pub(crate) async fn tell(deps: ReporterDeps, reports: &[Report]) {
        Self::new(deps, reports).close(reports).await;
    }

    /// The same where no app is left that an earlier run may have begun.
    pub(crate) async fn tell_withdrawn(deps: ReporterDeps, reports: &[Report]) {
        Self::new(deps, reports).withdraw(reports).await;
    }

    fn new(mut deps: ReporterDeps, reports: &[Report]) -> Self {
        deps.github = deps.github.as_ref().map(GitHub::impatient);
        let pull = reports.iter().find_map(|report| report.environment.pull_request());
        let conversation = match (&deps.github, &deps.repository, pull) {
            (Some(github), Some(repository), Some(pull)) if deps.comment.mode != CommentMode::Off => {
                let marker = marker(repository.id, pull);
                Some(Conversation::new(github.clone(), pull, marker))
            }
            _ => None,
        };
        Self {
            updated: deps.github.as_ref().map(GitHub::now),
            reports: reports.iter().map(|report| deps.cleaned(report)).collect(),
            conversation,
            deps,
            notes: Vec::new(),
            records: Vec::new(),
            comment_url: None,
            has_written: false,
            has_served: reports.iter().any(|report| report.url.is_some()),
            commands: None,
            is_swept: false,
            complaints: Vec::new(),
            withdrawn: false,
            seen: None,
            overwritten: None,
            refusal: None,
        }
    }

    /// GitHub's time.
    fn now(&self) -> Option<Timestamp> {
        self.deps.github.as_ref().map(GitHub::now)
    }

    /// What is known of one of the apps.
    fn replace(&mut self, index: usize, report: &Report) {
        self.reports[index] = self.deps.cleaned(report);
    }

    /// Writes what is known by now while deployments are under way. That it cannot be written changes nothing: the next
    /// words say it all.
    async fn write_news(&mut self) {
        self.updated = self.now();
        let _ = self.try_to_write_comment(Missing::Leave, None).await;
    }

    /// `false`: it could not be written.
    async fn write_comment(&mut self, missing: Missing) -> bool {
        self.write_comment_over(missing, None).await
    }

    /// The newest comment of the conversation, with what the one before it said about production.
    async fn recreate_comment(&mut self) {
        let (run, order) = (self.deps.run.stamp(), self.order().await);
        let Some(conversation) = &mut self.conversation else {
            return;
        };
        match conversation.clear(|found| !order.leaves(found, run)).await {
            Ok(before) => {
                self.write_comment_over(Missing::Create, before.production).await;
            }
            Err(error) => self.complain(Complaint::Comment, &error),
        }
    }

    async fn write_comment_over(&mut self, missing: Missing, production: Option<ProductionLine>) -> bool {
        match self.try_to_write_comment(missing, production).await {
            Ok(()) => true,
            Err(error) => {
                self.complain(Complaint::Comment, &error);
                false
            }
        }
    }

    async fn try_to_write_comment(
        &mut self,
        missing: Missing,
        production: Option<ProductionLine>,
    ) -> Result<(), ApiError> {
        self.find_commands().await;
        let text = page::comment(&self.shown(), &self.render_context());
        let text = self.deps.redactor.clean(&text);
        let run = self.deps.run.stamp();
        // What is gone is gone, whichever run says so, until another run makes it again.
        let removed = self.is_removed();
        let order = match (removed && self.seen.is_none()) || self.conversation.is_none() {
            true => RunOrder::Newest,
            false => self.order().await,
        };
        let Some(conversation) = &mut self.conversation else {
            return Ok(());
        };
        // The answer to a command that came after this run's first words is news, and stays.
        let keeps_answer = self.has_written;
        let overwritten = self.overwritten.clone();
        let written = conversation
            .write(missing, |found| {
                if order.leaves(&found, run) {
                    return found.body;
                }
                let Found { mut body, .. } = found;
                // Another run has spoken since this one did.
                let is_news = |before: String| body.text != before && body.text != text;
                if removed && overwritten.clone().is_some_and(is_news) {
                    return body;
                }
                // Gone is gone: when that was seen once more is no news.
                if removed && without_rows(&body.text) == without_rows(&text) {
                    return body;
                }
                body.production = body.production.or_else(|| production.clone());
                body.answer = body.answer.filter(|_| keeps_answer);
                body.write(run, &text);
                body
            })
            .await;
        if let Some(Written { comment, body, before }) = written? {
            self.comment_url = Some(comment.html_url);
            self.overwritten.get_or_insert(before.text);
            match (&order, body.text == text) {
                (_, true) => self.has_written = true,
                (RunOrder::Overtaken(newer), false) => self.say_overtaken(*newer),
                (_, false) => self.say_overtaken(Some(body.run)),
            }
        }
        Ok(())
    }

    fn say_overtaken(&mut self, newer: Option<Stamp>) {
        let newer = newer.map_or_else(|| "another run".to_owned(), |newer| format!("run {}", newer.id));
        self.say_once(
            Complaint::Overtaken,
            &format!("the comment is left to {newer}, which is newer"),
        );
    }

    /// Nothing of the environment is left.
    fn is_removed(&self) -> bool {
        self.reports.iter().all(|report| report.state == State::Removed)
    }

    /// Waits until another run's words would be there. `false`: cancelled.
    async fn settle(&self) -> bool {
        match &self.deps.github {
            Some(github) => github.pause(SETTLE).await.is_ok(),
            None => false,
        }
    }
}

/// A comment's text without the rows of its table and the line below them, which has time and run.
fn without_rows(text: &str) -> Vec<&str> {
    let is_news = |line: &&str| !line.starts_with('|') && !line.starts_with("Updated ");
    text.lines().filter(is_news).collect()
}
