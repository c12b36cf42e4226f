//! What GitHub shows of a run's deployments, one for each app: begun, and ended with what became of the app.

use super::Reporter;
use super::complaints::Complaint;
use super::record::{Record, payload_of, put_all_aside};
use crate::github::GitHub;
use crate::github::deployments::{Deployment, Payload};
use crate::model::report::{Report, State};
use crate::net::error::ApiError;

impl Reporter {
    pub(super) async fn begin_deployments(&mut self) {
        let Some(github) = self.deps.github.clone() else { return };
        let default_branch = self
            .deps
            .repository
            .as_ref()
            .map_or("HEAD", |repository| repository.default_branch.as_str())
            .to_owned();
        let begun = self.reports.iter().filter(|report| report.state == State::Building);
        for report in begun.cloned().collect::<Vec<_>>() {
            match Record::begin(&github, &report, &self.deps.run, &default_branch).await {
                Ok(record) => {
                    if let (Some(conversation), Some(login)) = (&mut self.conversation, &record.by) {
                        conversation.is_written_by(login);
                    }
                    self.records.push(record);
                }
                Err(error) => return self.complain(Complaint::Deployment, &error),
            }
        }
    }

    pub(super) async fn end_deployments(&mut self) {
        for index in 0..self.reports.len() {
            if !self.end_deployment_of(index).await {
                return;
            }
        }
    }

    /// `false`: GitHub could not be reached, which has been complained about.
    pub(super) async fn end_deployment_of(&mut self, index: usize) -> bool {
        let Some(github) = self.deps.github.clone() else {
            return false;
        };
        let report = self.reports[index].clone();
        let ended = self.end_deployment(&github, &report).await;
        if let Err(error) = &ended {
            self.complain(Complaint::Deployment, error);
        }
        ended.is_ok()
    }

    async fn end_deployment(&mut self, github: &GitHub, report: &Report) -> Result<(), ApiError> {
        let (environment, run) = (report.environment.on_github(), &self.deps.run);
        let pull = report.environment.pull_request();
        let is_gone = self.is_removed() || self.withdrawn;
        let record = self.records.iter_mut().find(|record| record.is_about(report));
        if let Some(record) = record.filter(|record| !record.has_ended) {
            let serves = report.state == State::Ready;
            // The earlier ones first: what is left in progress by a run that is killed in between is ended by the next.
            let is_earlier_ended = record.end_earlier(github, environment, run, serves).await;
            record.set(github, report, run).await?;
            is_earlier_ended?;
            record.has_ended = true;
        }
        // What was begun after nothing was left is another run's.
        let is_seen = |it: &Deployment| self.seen.is_none_or(|seen| it.id <= seen);
        match pull {
            Some(pull) if is_gone => {
                let is_meant = |it: &Deployment, payload: &Payload| is_seen(it) && payload.pr == Some(pull);
                put_all_aside(github, environment, is_meant, run).await
            }
            Some(_) if report.state == State::Removed => {
                let its = payload_of(report);
                let is_meant = |it: &Deployment, payload: &Payload| is_seen(it) && *payload == its;
                put_all_aside(github, environment, is_meant, run).await
            }
            _ => Ok(()),
        }
    }
}
