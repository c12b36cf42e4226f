//! The stand-in for api.github.com: which repositories are mounted, and what everything about them has in common.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::records::following;
use super::records::hosted::HostedRepository;
use super::records::pull::Pull;
use crate::account::Account;
use crate::changes::Changes;
use crate::clock::Clock;
use crate::github::records::limits::Limits;
use crate::repository::Repository;

/// A repository and its pull requests, oldest first.
#[derive(Debug)]
pub(crate) struct Overview {
    pub(crate) name: String,
    pub(crate) pulls: Vec<PullLine>,
}

#[derive(Debug)]
pub(crate) struct PullLine {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) head: String,
    pub(crate) state: &'static str,
}

impl PullLine {
    fn of(pull: &Pull) -> Self {
        Self {
            number: pull.number,
            title: pull.title.clone(),
            head: pull.head_label(),
            state: pull.shown_state(),
        }
    }
}

/// The stand-in for api.github.com.
#[derive(Debug)]
pub(crate) struct GitHub {
    pub(crate) clock: Clock,
    pub(crate) account: Account,
    pub(crate) base_url: String,
    pub(crate) limits: Limits,
    /// In the order of the command line; never empty in practice, but nothing relies on it.
    hosted_repositories: Vec<Arc<HostedRepository>>,
}

impl GitHub {
    /// `base_url` is what URLs in replies begin with where a request has no `Host` header.
    pub(crate) fn new(
        clock: Clock,
        account: Account,
        changes: &Changes,
        repositories: Vec<Arc<Repository>>,
        base_url: String,
    ) -> Arc<Self> {
        // Real ids are large; a small one could be taken for a number of something.
        let ids = Arc::new(AtomicU64::new(1_000_001));
        let hosted = |repository| {
            let (clock, account, changes) = (clock.clone(), account.clone(), changes.clone());
            Arc::new(HostedRepository::new(
                repository,
                clock,
                account,
                Arc::clone(&ids),
                changes,
            ))
        };
        Arc::new(Self {
            hosted_repositories: repositories.into_iter().map(hosted).collect(),
            clock: clock.clone(),
            account: account.clone(),
            base_url,
            limits: Limits::default(),
        })
    }

    pub(crate) fn hosted(&self, owner: &str, name: &str) -> Option<Arc<HostedRepository>> {
        let is = |hosted: &&Arc<HostedRepository>| {
            hosted.repository.owner.eq_ignore_ascii_case(owner) && hosted.repository.name.eq_ignore_ascii_case(name)
        };
        self.hosted_repositories.iter().find(is).cloned()
    }

    /// What there is, for a page that links to it.
    pub(crate) async fn overview(&self) -> Vec<Overview> {
        let mut all = Vec::new();
        for hosted in &self.hosted_repositories {
            let pulls = following::all_current(hosted).await;
            all.push(Overview {
                name: hosted.repository.full_name(),
                pulls: pulls.iter().map(PullLine::of).collect(),
            });
        }
        all
    }

    /// By its number, as GitHub's redirects name it.
    pub(crate) fn numbered(&self, id: &str) -> Option<Arc<HostedRepository>> {
        let id: u64 = id.parse().ok()?;
        self.hosted_repositories
            .iter()
            .find(|hosted| hosted.repository.id == id)
            .cloned()
    }

    /// What a name that is no longer a repository's leads to.
    pub(crate) fn renamed(&self, owner: &str, name: &str) -> Option<Arc<HostedRepository>> {
        let rules = self.account.rules();
        let (owner, name) = rules.renamed_to(&format!("{owner}/{name}"))?.split_once('/')?;
        self.hosted(owner, name)
    }

    pub(crate) fn first(&self) -> Option<&Arc<HostedRepository>> {
        self.hosted_repositories.first()
    }

    /// Everything that callers have had written down: the audit looks for secrets in it.
    pub(crate) fn stored_texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for hosted in &self.hosted_repositories {
            let records = hosted.records();
            for pull in records.pulls.values() {
                texts.push(pull.title.clone());
                texts.extend(pull.body.clone());
                texts.extend(pull.labels.iter().cloned());
            }
            texts.extend(records.comments.values().map(|comment| comment.body.clone()));
            texts.extend(records.environments.keys().cloned());
            for deployment in records.deployments.values() {
                texts.push(deployment.payload.to_string());
                texts.push(deployment.task.clone());
                texts.extend(deployment.description.clone());
                for status in &deployment.statuses {
                    let urls = [&status.environment_url, &status.log_url];
                    texts.extend(urls.into_iter().chain([&status.description]).cloned());
                }
            }
        }
        texts.retain(|text| !text.is_empty());
        texts
    }
}
