//! What the comment of a merged pull request says of the production that its merge deployed.

use super::clean::clean_failure;
use super::complaints::Complaint;
use super::conversation::{Conversation, Found, Missing};
use super::record::is_repeated;
use super::{LAST_WORDS, Reporter, ReporterDeps};
use crate::config::CommentMode;
use crate::github::GitHub;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::net::error::ApiError;
use crate::render::body::marker;
use crate::render::production::{self, RolledBack};

impl Reporter {
    /// The same of a deployment that was refused before anything was touched, and so has no reporter of its own.
    pub(crate) async fn tell_merged_of_refusal(deps: ReporterDeps, failure: &Failure, pull: u64) {
        let report = Report::new("", Environment::production(), State::Failed);
        let mut reporter = Self::new(deps, &[report]);
        let console = &reporter.deps.console;
        let failure = clean_failure(failure, &reporter.deps.redactor, &|text| {
            console.in_words(text).into_owned()
        });
        reporter.refusal = Some(failure);
        reporter.tell_merged(pull).await;
    }

    /// Production's end on the comment of the merged pull request whose commit it deployed. After `close`.
    pub(crate) async fn tell_merged(&mut self, pull: u64) {
        let Some((report, github)) = self.production() else {
            return;
        };
        let line = match &self.refusal {
            Some(failure) => production::refused_line(failure, &self.render_context()),
            None => production::deployment_line(&self.reports, &self.render_context(), github.now()),
        };
        let report = report.clone();
        if self.write_on_merged(pull, report.commit.as_ref(), &line).await {
            self.notice_failed(pull, &report).await;
        }
    }

    /// What production's rollback means for the commit of a merged pull request. After `close`.
    pub(crate) async fn tell_rolled_back(&mut self, pull: u64, rolled: &RolledBack) {
        let Some((report, github)) = self.production() else {
            return;
        };
        let line = production::rollback_line(rolled, report, &self.render_context(), github.now());
        let commit = match rolled {
            RolledBack::Left { commit, .. } => Some(commit.clone()),
            RolledBack::Back => report.commit.clone(),
        };
        self.write_on_merged(pull, commit.as_ref(), &line).await;
    }

    fn production(&self) -> Option<(&Report, &GitHub)> {
        let production = self.reports.iter().filter(|report| report.environment.is_production());
        let report = production.max_by_key(|report| report.state.urgency())?;
        Some((report, self.deps.github.as_ref()?))
    }

    /// `commit`: the one that the line is about. `false`: it is not there, or another run has written it.
    async fn write_on_merged(&mut self, pull: u64, commit: Option<&Sha>, line: &str) -> bool {
        let (Some(github), Some(repository)) = (&self.deps.github, &self.deps.repository) else {
            return false;
        };
        if self.deps.comment.mode == CommentMode::Off {
            return false;
        }
        let line = self.deps.redactor.clean(line);
        let run = self.deps.run.stamp();
        let mut conversation = Conversation::new(github.clone(), pull, marker(repository.id, pull));
        let change = |Found { mut body, .. }: Found| {
            body.write_production(run, &line);
            body
        };
        let record = self.records.iter().max_by_key(|record| record.id);
        if let Some(login) = record.and_then(|record| record.by.as_deref()) {
            conversation.is_written_by(login);
        }
        let writing = async {
            // A later deployment of the same commit says it. Where GitHub does not say, this one writes it.
            if let (Some(record), Some(commit)) = (record, commit)
                && matches!(
                    is_repeated(github, record, Environment::production().on_github(), commit).await,
                    Ok(true)
                )
            {
                return Ok(false);
            }
            conversation.write(Missing::Create, change).await?;
            if self.settle().await {
                conversation.write(Missing::Leave, change).await?;
            }
            Ok::<bool, ApiError>(true)
        };
        let written = tokio::select! {
            written = writing => written,
            () = self.deps.wait.cancelled_for(LAST_WORDS) => return false,
        };
        written.unwrap_or_else(|error| {
            self.complain(Complaint::Merged, &error);
            false
        })
    }

    /// That the pull request could not be looked up, and so got no comment.
    pub(crate) fn missed_merged(&mut self, error: &ApiError) {
        self.complain(Complaint::Merged, error);
    }
}
