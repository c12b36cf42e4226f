//! What a preview's plan is made from.

use std::collections::BTreeMap;

use crate::config::{Config, EnvValue};
use crate::flows::context::Ctx;
use crate::flows::project::links::{linked, linked_so_far};
use crate::flows::project::source::Source;
use crate::flows::project::target::Target;
use crate::flows::rollout::refused_manifest;
use crate::github::repository::Repository;
use crate::model::failure::Failure;
use crate::model::names;
use crate::model::pull_request::PullRequest;
use crate::platforms::Manifest;
use crate::platforms::plan::{Allowed, PreviewInput, PreviewPlan};
use crate::platforms::{App, Document};
use crate::policy::announcement::Announcement;
use crate::policy::images::Images;

/// What a plan is made from, gathered once: an app that another run has made meanwhile leads to a second plan.
pub(crate) struct Planner<'a> {
    pub(crate) target: Target,
    pub(crate) name: String,
    pub(crate) config: Config,
    /// Its envs as the configuration has them, with references to other apps.
    env: BTreeMap<String, EnvValue>,
    pub(crate) pull: &'a PullRequest,
    manifest: Manifest,
    images: &'a Images,
    allowed: Allowed,
    files: BTreeMap<String, String>,
}

impl<'a> Planner<'a> {
    pub(crate) async fn prepare(
        source: &Source<'_>,
        target: Target,
        config: Config,
        pull: &'a PullRequest,
        manifest: Manifest,
        images: &'a Images,
        allowed: Allowed,
    ) -> anyhow::Result<Self> {
        let files = source.files_for(&manifest).await?;
        Ok(Self {
            name: preview_name(&allowed, &manifest, pull.number, &target.repository),
            env: config.preview.env.clone(),
            target,
            config,
            pull,
            manifest,
            images,
            allowed,
            files,
        })
    }

    /// What the app is called, whatever the pull request calls it.
    pub(crate) fn spec_name(&self) -> &str {
        self.allowed.name(&self.manifest)
    }

    /// Gives the app the URLs that its envs refer to; one that is not known yet is filled in once the other app serves.
    pub(crate) fn point_to(&mut self, urls: &BTreeMap<String, String>) {
        self.config.preview.env = linked_so_far(&self.env, urls);
    }

    /// The same with the URLs of all of them. `false`: nothing has changed by it.
    ///
    /// # Errors
    /// When one has none, because it has no public component.
    pub(crate) fn point_to_all(&mut self, urls: &BTreeMap<String, String>) -> Result<bool, Failure> {
        let env = linked(&self.env, urls)?;
        let has_changed = env != self.config.preview.env;
        self.config.preview.env = env;
        Ok(has_changed)
    }

    /// Every document whose sources count.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &Document> {
        let manifests = std::iter::once(&self.manifest).chain(self.allowed.manifests());
        manifests.map(Manifest::document)
    }

    /// A refusal of what was made of the spec, with its place in the file.
    pub(crate) fn refused(&self, ctx: &Ctx, error: impl Into<anyhow::Error>, sent: &Document) -> anyhow::Error {
        refused_manifest::in_its_file(ctx, error, &self.manifest, sent)
    }

    pub(crate) fn plan(&self, ctx: &Ctx, live: Option<&App>) -> Result<PreviewPlan, Failure> {
        // A rehearsal shows what is going to change, and not that every run has words of its own; and what an earlier
        // attempt of this run started goes on with the words that it has.
        let may_go_on = |app: &&App| ctx.run.was_started_again() && app.in_progress.is_some();
        let before = live.filter(|app| ctx.dry_run || may_go_on(app));
        let before = before.and_then(|app| app.document.facts().announcement(None).cloned());
        ctx.clouds.of(&self.manifest).manifests.plan_preview(
            &self.manifest,
            &PreviewInput {
                repository: &ctx.own(),
                repository_id: self.target.repository.id,
                app: &self.target.app,
                pull_request: self.pull,
                commit: &self.pull.head.sha,
                policy: &self.config.preview,
                allowed: &self.allowed,
                files: &|path| self.files.get(path).cloned(),
                variables: &|name| (ctx.variables)(name),
                live: live.map(|app| &app.document),
                random: &random,
                announcement: before.unwrap_or_else(|| Announcement::new(random())),
                images: self.images,
            },
        )
    }
}

/// What the preview of a pull request is called.
pub(crate) fn preview_name(allowed: &Allowed, manifest: &Manifest, pull: u64, repository: &Repository) -> String {
    let longest = manifest.words().longest_name;
    names::preview_app(allowed.name(manifest), pull, repository.id, longest)
}

/// What the default branch allows to a preview. `policy` is its configuration.
pub(crate) async fn allowed(ctx: &Ctx, policy: &Config, repository: &Repository) -> anyhow::Result<Allowed> {
    let source = Source::of_branch(ctx, &repository.default_branch).await;
    let by_hand = policy.preview.spec.as_str();
    // A preview is made from the spec of the project, unless it has one of its own.
    let productions = match by_hand {
        "" => policy.spec.as_str(),
        _ => policy.spec_of(&policy.production),
    };
    Ok(Allowed {
        branch: repository.default_branch.clone(),
        production: source.manifest_if_any(productions).await?,
        by_hand: match by_hand {
            "" => None,
            path => source.manifest_if_any(path).await?,
        },
        size: policy.preview.size.clone(),
    })
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}
