//! Says why a pull request gets no preview: in log, summary and outputs, and in its comment if someone expects one.

use crate::config::Config;
use crate::flows::failure::failure_of;
use crate::flows::preview::candidate::Candidate;
use crate::flows::preview::eligibility::Skip;
use crate::flows::preview::teardown::REMOVAL;
use crate::flows::project::ownership;
use crate::flows::project::target::any_of_environment;
use crate::model::failure::Kind;
use crate::model::report::{Report, State};
use crate::platforms::Still;
use crate::report::Reporter;
use crate::wait::Deadline;

impl Candidate<'_> {
    /// Says that nothing was done. In the comment only where the author waits for a preview; the author of a command is
    /// answered by the command, below what the comment says of the preview.
    pub(crate) async fn skipped(&self, config: &Config, skip: &Skip) -> Vec<Report> {
        let report = self.say_skipped(skip);
        if !skip.in_comment || self.is_commanded() || self.request.dry_run {
            self.ctx.record(&report);
            return vec![report];
        }
        if skip.nothing_is_left {
            return vec![self.withdrawn(config, report).await];
        }
        let mut reports = self.with_what_serves(report).await;
        if reports[0].app_id.is_some() {
            let stays = "The preview that was made before stays as it is".to_owned();
            reports[0].notes.push(stays);
        }
        self.write(config, &reports).await;
        reports
    }

    /// Removes the apps of a pull request that has no place, and ends as if there had been none for it from the start. With
    /// a reporter that is open already, that is where it is said.
    pub(crate) async fn take_back(
        &self,
        config: &Config,
        skip: &Skip,
        reporter: Option<&mut Reporter>,
    ) -> anyhow::Result<Report> {
        self.ctx.wait.check()?;
        self.ctx
            .console
            .say("Other pull requests took the last places: removing this preview");
        for (platform, app) in any_of_environment(self.ctx, self.repository, &self.environment()).await? {
            let limit = Deadline::after(REMOVAL);
            let still: Still<'_> = &|| Box::pin(async { Ok(()) });
            platform.destroy(&app.id, limit, still).await?;
        }
        let report = self.say_skipped(skip);
        Ok(match reporter {
            Some(reporter) => {
                reporter.withdraw(std::slice::from_ref(&report)).await;
                report
            }
            None => self.withdrawn(config, report).await,
        })
    }

    fn say_skipped(&self, skip: &Skip) -> Report {
        let number = self.pull.number;
        tracing::debug!(target: "decision", "no preview because {}", skip.reason);
        self.ctx
            .console
            .notice(&format!("No preview of pull request {number}: {}", skip.reason));
        let mut report = self.report(State::Skipped);
        report.notes.push(format!("No preview: {}", skip.reason));
        report
    }

    async fn withdrawn(&self, config: &Config, report: Report) -> Report {
        let reporter = self.ctx.reporter(config, self.repository);
        Reporter::tell_withdrawn(reporter, std::slice::from_ref(&report)).await;
        report
    }

    /// Says in the comment what is wrong with the input: nothing else on GitHub would. Returns the error, whose words
    /// end the run.
    pub(crate) async fn refused(&self, config: &Config, error: anyhow::Error) -> anyhow::Error {
        let failure = failure_of(&error);
        let is_for_the_author = self.ctx.run.is_ci && !self.request.dry_run && failure.kind == Kind::Input;
        if is_for_the_author && self.ctx.wait.check().is_ok() {
            let mut report = self.report(State::Failed);
            report.failure = Some(failure);
            let reports = self.with_what_serves(report).await;
            self.write(config, &reports).await;
        }
        error
    }

    fn report(&self, state: State) -> Report {
        let mut report = Report::new("", self.environment(), state);
        report.commit = Some(self.pull.head.sha.clone());
        report
    }

    /// The apps that were made before keep serving: a row for each, the first of which says what the report does. Not to
    /// find that out is no reason to say nothing.
    async fn with_what_serves(&self, report: Report) -> Vec<Report> {
        let environment = report.environment.clone();
        let found = any_of_environment(self.ctx, self.repository, &environment).await;
        let mut reports = Vec::new();
        for (platform, app) in found.unwrap_or_default() {
            let mut row = match reports.is_empty() {
                true => report.clone(),
                false => Report {
                    notes: rest_of(&report),
                    ..self.report(report.state)
                },
            };
            // What is not known is not claimed.
            let names = self.ctx.resolve_names_of(self.repository, &app).await;
            row.serving = names.ok().and_then(|()| ownership::serving(self.ctx, &app));
            row.url = app.serving_url();
            row.app = app.name;
            row.app_id = Some(app.id);
            row.pages = platform.pages();
            reports.push(row);
        }
        if reports.is_empty() {
            reports.push(report);
        }
        reports
    }

    async fn write(&self, config: &Config, reports: &[Report]) {
        let reporter = self.ctx.reporter(config, self.repository);
        Reporter::tell(reporter, reports).await;
    }
}

/// What is said of the other apps where the run ends for one reason for all of them.
fn rest_of(first: &Report) -> Vec<String> {
    let is_refused = first.failure.is_some();
    is_refused
        .then(|| "Not deployed for the same reason".to_owned())
        .into_iter()
        .collect()
}
