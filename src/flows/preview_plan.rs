//! What a preview's plan is made from.

use std::collections::BTreeMap;

use super::context::Ctx;
use super::failure::{cancelled, failure_of};
use super::source::Source;
use crate::config::Config;
use crate::github::repository::Repository;
use crate::model::failure::{Failure, Kind};
use crate::model::names;
use crate::model::pull_request::PullRequest;
use crate::platform::App;
use crate::spec::preview::{PreviewInput, PreviewPlan};
use crate::spec::{AppSpec, Images};

/// What a plan is made from, gathered once: the account's refusal of a field leads to a second plan.
pub(super) struct Work<'a> {
    pub(super) name: String,
    pub(super) config: Config,
    pub(super) repository: &'a Repository,
    pub(super) pull: &'a PullRequest,
    spec: AppSpec,
    images: &'a Images,
    files: BTreeMap<String, String>,
    /// Beside a preview spec of its own: what is production's.
    production: Option<AppSpec>,
}

impl<'a> Work<'a> {
    pub(super) async fn prepare(
        source: &Source<'_>,
        config: Config,
        repository: &'a Repository,
        pull: &'a PullRequest,
        spec: AppSpec,
        images: &'a Images,
    ) -> anyhow::Result<Self> {
        let production = match config.preview.spec.as_str() {
            "" => None,
            _ => productions(source, &config, pull).await?,
        };
        let files = source.files(&crate::spec::wanted_files(&spec)).await?;
        Ok(Self {
            name: names::preview_app(spec.name(), pull.number, repository.id),
            config,
            repository,
            pull,
            spec,
            images,
            files,
            production,
        })
    }

    pub(super) fn plan(&self, ctx: &Ctx, live: Option<&App>, sleep: bool) -> Result<PreviewPlan, Failure> {
        crate::spec::preview::plan(
            &self.spec,
            &PreviewInput {
                repository: &self.repository.full_name,
                repository_id: self.repository.id,
                pull_request: self.pull,
                commit: &self.pull.head.sha,
                policy: &self.config.preview,
                files: &|path| self.files.get(path).cloned(),
                variables: &|name| (ctx.variables)(name),
                live: live.map(|app| &app.spec),
                random: &random,
                sleep,
                images: self.images,
                production: self.production.as_ref(),
            },
        )
    }
}

/// Production's spec on the base branch: a pull request cannot hide what production uses. `None`: there is none, or what
/// is there cannot be one.
async fn productions(source: &Source<'_>, config: &Config, pull: &PullRequest) -> anyhow::Result<Option<AppSpec>> {
    let configured = config.spec_of(&config.production);
    match source.beside(&pull.base_branch).await.configured_spec(configured).await {
        Err(error) if failure_of(&error).kind == Kind::Input && cancelled(&error).is_none() => Ok(None),
        found => found.map(Some),
    }
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}
