//! Where spec and configuration come from: the repository as it is at the commit that is deployed.

mod copy;
mod file;
mod rule;
mod usual;

use std::collections::BTreeMap;

use copy::Copy;
use file::{Use, Wanted};
use rule::Setting;

use crate::config::Config;
use crate::flows::context::Ctx;
use crate::model::commit::Sha;
use crate::model::failure::Failure;
use crate::model::words::Words;
use crate::platforms::Manifest;

/// The repository's files at one commit or at a branch's head.
pub(crate) struct Source<'a> {
    ctx: &'a Ctx,
    /// A commit or a branch, as GitHub is asked for it.
    at: String,
    /// `None`: a branch whose head need not be known, or nothing but the working directory.
    commit: Option<Sha>,
    /// `None`: the working directory is in no clone.
    copy: Option<Copy>,
    setting: Setting,
    /// What is read is sent to the platform, and not only looked at or compared with.
    deploys: bool,
}

impl<'a> Source<'a> {
    /// The commit that is about to be deployed.
    pub(crate) async fn deployed(ctx: &'a Ctx, commit: &Sha) -> Self {
        Self::new(ctx, commit.as_str(), Some(commit.clone()), true).await
    }

    /// A commit that is only looked at.
    pub(crate) async fn at(ctx: &'a Ctx, commit: &Sha) -> Self {
        Self::new(ctx, commit.as_str(), Some(commit.clone()), false).await
    }

    /// A branch, which says what is allowed: whatever is checked out has no say in it.
    pub(crate) async fn of_branch(ctx: &'a Ctx, branch: &str) -> Self {
        Self::new(ctx, branch, None, false).await
    }

    /// The working directory as it is.
    pub(crate) async fn working_copy(ctx: &'a Ctx) -> Self {
        Self::new(ctx, "", None, false).await
    }

    async fn new(ctx: &'a Ctx, at: &str, commit: Option<Sha>, deploys: bool) -> Self {
        let setting = match (ctx.run.is_ci, ctx.dry_run) {
            (true, _) => Setting::Workflow,
            (false, true) => Setting::Rehearsal,
            (false, false) => Setting::Terminal { deploys },
        };
        Self {
            ctx,
            at: at.to_owned(),
            commit,
            copy: Copy::of(&ctx.working_directory, ctx.run.workspace.as_deref()).await,
            setting,
            deploys,
        }
    }

    /// Without GitHub there is nothing else.
    fn is_working_copy(&self) -> bool {
        self.at.is_empty() || self.ctx.github.is_none()
    }

    /// What `do-deploy.toml` says; the defaults where there is none.
    pub(crate) async fn config(&self) -> anyhow::Result<Config> {
        let ctx = self.ctx;
        let path = ctx.config_file.as_str();
        let wanted = Wanted {
            path,
            purpose: Use::Config,
            named: ctx.config_is_named,
        };
        match self.text_of(wanted).await? {
            Some(text) => Ok(Config::parse(&text, path)?),
            // Policy has none yet, while a commit that brings one is checked out.
            None if self.commit.is_none() && self.is_on_disk(&wanted) => Ok(Config::default()),
            None if ctx.config_is_named => Err(Failure::input(format!(
                "the configuration `{path}` does not exist on `{}`",
                self.shown()
            ))
            .next("correct `--config`")
            .into()),
            None => Ok(Config::default()),
        }
    }

    /// The app spec: `--spec`, else what the configuration names, else the usual places.
    pub(crate) async fn manifest(&self, configured: &str) -> anyhow::Result<Manifest> {
        self.found_manifest(self.ctx.spec_file.as_deref(), configured).await
    }

    /// The same for another app than the one that `--spec` is about.
    pub(crate) async fn configured_manifest(&self, configured: &str) -> anyhow::Result<Manifest> {
        self.found_manifest(None, configured).await
    }

    async fn found_manifest(&self, named: Option<&str>, configured: &str) -> anyhow::Result<Manifest> {
        let (path, text) = self.manifest_text(named, configured).await?;
        self.parsed(&text, &path)
    }

    /// The path and the text of the manifest that is `named`, else `configured`, else in the usual places.
    pub(crate) async fn manifest_text(
        &self,
        named: Option<&str>,
        configured: &str,
    ) -> anyhow::Result<(String, String)> {
        if let Some(path) = named.or((!configured.is_empty()).then_some(configured)) {
            let wanted = Wanted {
                path,
                purpose: Use::Spec,
                named: named.is_some(),
            };
            let text = self.text_of(wanted).await?.ok_or_else(|| {
                let words = self.ctx.clouds.of_file(path).words();
                Failure::input(format!("the {} `{path}` does not exist", words.manifest))
                    .next(format!("correct the path, or write the {} there", words.document))
            })?;
            return Ok((path.to_owned(), text));
        }
        match self.usual_text().await? {
            Some(found) => Ok(found),
            None => Err(Failure::input(format!("there is no {}", self.ctx.clouds.manifest()))
                .why(self.looked_for())
                .next(format!(
                    "{}write one: `do-deploy init`; or name it with `--spec FILE` or `spec = \"FILE\"` in `do-deploy.toml`",
                    match self.looked_in().as_str() {
                        "" => "",
                        _ => "correct `--working-directory`; or ",
                    }
                ))
                .into()),
        }
    }

    /// The app spec that `manifest` would find. `None`: there is none, or it is broken, so that it says nothing.
    ///
    /// # Errors
    /// When GitHub could not be asked.
    pub(crate) async fn manifest_if_any(&self, configured: &str) -> anyhow::Result<Option<Manifest>> {
        let found = match self
            .ctx
            .spec_file
            .as_deref()
            .or((!configured.is_empty()).then_some(configured))
        {
            Some(path) => self
                .text_of(manifest_at(path))
                .await
                .map(|text| text.map(|text| self.parsed(&text, path))),
            None => self.usual_manifest().await.map(|spec| spec.map(Ok)),
        };
        match found.and_then(Option::transpose) {
            // A file that is wrong; what GitHub refuses is another kind of error.
            Err(error) if error.is::<Failure>() => {
                tracing::debug!(target: "decision", "no manifest on `{}` because {error:#}", self.shown());
                Ok(None)
            }
            found => found,
        }
    }

    fn looked_in(&self) -> String {
        match self.ctx.folder.trim_end_matches('/') {
            "" => String::new(),
            folder => format!("in `{folder}` "),
        }
    }

    fn parsed(&self, text: &str, path: &str) -> anyhow::Result<Manifest> {
        tracing::debug!(target: "decision", "the manifest is `{path}`");
        let clouds = &self.ctx.clouds;
        let manifest = clouds.of_file(path).manifests.read(text, path);
        let manifest = manifest.map_err(|failure| match clouds.has_manifests_like(path) {
            true => failure,
            false => unknown_kind(path, clouds.of_file(path).words(), &failure),
        })?;
        self.ctx.register_secrets(manifest.document());
        Ok(manifest)
    }

    /// The texts of the files that a preview's plan asks for, so far as they exist, by their paths from the repository's
    /// root: they say how a component starts.
    pub(crate) async fn files_for(&self, manifest: &Manifest) -> anyhow::Result<BTreeMap<String, String>> {
        let paths = self.ctx.clouds.of(manifest).manifests.wanted_files(manifest);
        let wanted: Vec<Wanted<'_>> = paths
            .iter()
            .map(|path| Wanted {
                path,
                purpose: Use::Start,
                named: false,
            })
            .collect();
        let texts = self.texts(&wanted).await?;
        let found = paths.iter().zip(texts);
        Ok(found.filter_map(|(path, text)| Some((path.clone(), text?))).collect())
    }
}

/// A file that no platform's manifests are called like, and that is none either.
fn unknown_kind(path: &str, words: &Words, failure: &Failure) -> Failure {
    Failure::input(format!("`{path}` is not a manifest of a platform that do-deploy knows"))
        .why(format!("it was read as {}: {}", words.a_manifest(), failure.what))
        .next("name another file with `--spec FILE`, or with `spec = \"FILE\"` in `do-deploy.toml`")
}

fn manifest_at(path: &str) -> Wanted<'_> {
    Wanted {
        path,
        purpose: Use::Spec,
        named: false,
    }
}
