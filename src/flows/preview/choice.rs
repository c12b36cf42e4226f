//! Which of the repository's apps a pull request previews: those whose files it changes, and those that they refer to.

use std::collections::BTreeMap;

use super::candidate::Candidate;
use super::changed_manifest;
use super::eligibility::Skip;
use super::plan::{self, Planner};
use super::report::add_what_serves;
use crate::config::{AppConfig, Config};
use crate::flows::context::Ctx;
use crate::flows::failure::failure_of;
use crate::flows::project::apps::{identities, of_its_app, with_different_names};
use crate::flows::project::ownership;
use crate::flows::project::source::Source;
use crate::flows::project::target::Target;
use crate::flows::sentence::list;
use crate::model::app_identity::{AppIdentity, AppNames};
use crate::model::changed_files::ChangedFiles;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::{Listing, Report, State};
use crate::platforms::plan::Allowed;
use crate::platforms::{App, Manifest};
use crate::policy::app_graph::AppGraph;

/// One of the repository's apps, and what this run is going to do about its preview.
pub(super) struct Choice<'a> {
    pub(super) ctx: Ctx,
    /// As the default branch has it, in the shape that the commit gives it.
    pub(super) entry: AppConfig,
    pub(super) identity: AppIdentity,
    /// What it is called, whatever the pull request calls it.
    pub(super) spec_name: String,
    /// What its preview is called.
    pub(super) name: String,
    /// The places of those that are deployed before it.
    pub(super) needs: Vec<usize>,
    pub(super) fate: Fate<'a>,
}

pub(super) enum Fate<'a> {
    Deploy(Box<Prepared<'a>>),
    /// It stays as it is, or has none: why.
    Leave(String),
    /// What is wrong with one of several.
    Refuse(Box<Failure>),
}

/// All that a plan is made from.
pub(super) struct Prepared<'a> {
    pub(super) planner: Planner<'a>,
    /// How the pull request changes the manifest.
    pub(super) changed: Option<Listing>,
}

/// What an app's files say, at the pull request's head and on the default branch.
struct Files {
    manifest: Manifest,
    allowed: Allowed,
}

impl<'a> Choice<'a> {
    /// Every app that has previews, in the order of the configuration. `policy`: what the default branch says. `commit`: what
    /// the file says at the pull request's head.
    ///
    /// # Errors
    /// What is wrong with the files of the only app; and what is wrong with the apps together.
    pub(super) async fn of(
        candidate: &Candidate<'a>,
        source: &Source<'_>,
        policy: &Config,
        commit: &Config,
    ) -> anyhow::Result<Vec<Self>> {
        let Candidate {
            ctx, repository, pull, ..
        } = *candidate;
        let environment = candidate.environment();
        let (policies, shaped) = (policy.apps(), policy.shaped_by(commit).apps());
        let graph = AppGraph::of(&shaped, &environment)?;
        let mut members = Vec::new();
        for (policy, entry) in policies.iter().zip(&shaped) {
            if entry.is_in(&environment) {
                let files = Files::read(candidate, source, &policy.config).await;
                members.push((policy, entry, of_its_app(entry.key.as_deref(), files)?));
            }
        }
        with_different_names(members.iter().filter_map(|(_, entry, files)| {
            let files = files.as_ref().ok()?;
            Some((*entry, &files.manifest, files.name()))
        }))?;
        let names = members.iter().map(|(_, entry, files)| AppNames {
            key: entry.key.clone(),
            manifest: files.as_ref().ok().map(|files| files.name().to_owned()),
        });
        let identities = identities(&names.collect::<Vec<_>>());
        let changed = changed_files(candidate, &members).await?;
        let is_touched = |app: &AppConfig| {
            let member = members.iter().find(|(_, entry, _)| entry.key == app.key);
            member.is_some_and(|(policy, entry, files)| {
                ctx.is_about(entry) && (ctx.app.is_some() || touches(ctx, policy, commit, files, &changed))
            })
        };
        let needed: Vec<Option<&str>> = graph.needed(is_touched).iter().map(|app| app.key.as_deref()).collect();
        for (_, entry, _) in &members {
            if needed.contains(&entry.key.as_deref()) && !is_touched(entry) {
                say_why_it_is_needed(ctx, entry, &members, &needed, &environment);
            }
        }
        let entries: Vec<&AppConfig> = members.iter().map(|(_, entry, _)| *entry).collect();
        let touched: Vec<bool> = entries.iter().map(|entry| is_touched(entry)).collect();
        let mut choices = Vec::new();
        for (((policy, entry, files), identity), is_touched) in members.into_iter().zip(identities).zip(touched) {
            let its_ctx = ctx.of_entry(entry);
            let needs = graph.places_before(entry, entries.iter().copied());
            let key = entry.key.clone().unwrap_or_default();
            let spec_name = files
                .as_ref()
                .map_or_else(|_| key.clone(), |files| files.name().to_owned());
            let name = files.as_ref().map_or_else(
                |_| key.clone(),
                |files| plan::preview_name(&files.allowed, &files.manifest, pull.number, repository),
            );
            let fate = match files {
                Err(error) => Fate::Refuse(Box::new(failure_of(&error))),
                Ok(_) if !needed.contains(&entry.key.as_deref()) => Fate::Leave(why_left(ctx, entry)),
                Ok(files) => {
                    if let Some(key) = &entry.key {
                        let why = match (is_touched, ctx.app.is_some()) {
                            (true, true) => "`--app` names it",
                            (true, false) => "the pull request changes files that are the app's",
                            (false, _) => "another app needs it",
                        };
                        tracing::debug!(target: "decision", "`{key}` is previewed because {why}");
                    }
                    let changed =
                        changed_manifest::difference(ctx, &policy.config, &files.manifest, &files.allowed, pull).await;
                    let target = Target::of(ctx, repository, &environment, identity.clone(), &files.manifest)?;
                    let config = entry.config.clone();
                    let Files { manifest, allowed } = files;
                    let images = &candidate.request.images;
                    let planner = Planner::prepare(source, target, config, pull, manifest, images, allowed).await?;
                    Fate::Deploy(Box::new(Prepared { planner, changed }))
                }
            };
            choices.push(Self {
                ctx: its_ctx,
                entry: entry.clone(),
                identity,
                spec_name,
                name,
                needs,
                fate,
            });
        }
        Ok(choices)
    }

    /// The preview's app among some. The manifest's name may have changed since the preview was made: it is the same preview.
    ///
    /// # Errors
    /// When the name is held by another app, and when several may be meant.
    fn live<'b>(&self, candidate: &Candidate<'_>, apps: &'b [App]) -> Result<Option<&'b App>, Failure> {
        let (repository, environment) = (candidate.repository.id, candidate.environment());
        let live = match apps.iter().find(|app| app.name == self.name) {
            None => ownership::only(apps, repository, &environment, &self.identity)?,
            named => named,
        };
        if let Some(app) = live {
            ownership::require(app, repository, &environment, &self.identity)?;
            ownership::not_a_neighbours(app, apps, repository, &environment, &self.identity)?;
        }
        Ok(live)
    }

    /// The same; that the name is held by another app is the end of this one of several.
    ///
    /// # Errors
    /// Where it is the only one.
    pub(super) fn find_live(&mut self, candidate: &Candidate<'_>, apps: &[App]) -> anyhow::Result<Option<App>> {
        let live = self.live(candidate, apps).map(|app| app.cloned());
        match of_its_app(self.entry.key.as_deref(), live.map_err(anyhow::Error::from))? {
            Ok(live) => Ok(live),
            Err(error) => {
                self.fate = Fate::Refuse(Box::new(failure_of(&error)));
                Ok(None)
            }
        }
    }

    /// What people see of it unless this run deploys it.
    pub(super) fn report(&self, candidate: &Candidate<'_>, live: Option<&App>) -> Report {
        let mut report = Report::new(&self.name, candidate.environment(), State::Skipped);
        report.preview_of = Some(self.spec_name.clone());
        report.key.clone_from(&self.entry.key);
        add_what_serves(&mut report, &self.ctx, live);
        report
    }
}

impl Files {
    async fn read(candidate: &Candidate<'_>, source: &Source<'_>, policy: &Config) -> anyhow::Result<Self> {
        Ok(Self {
            manifest: source.manifest(policy.preview_spec()).await?,
            allowed: plan::allowed(candidate.ctx, policy, candidate.repository).await?,
        })
    }

    /// What the app is called, whatever the pull request calls it.
    fn name(&self) -> &str {
        self.allowed.name(&self.manifest)
    }
}

type Member<'a> = (&'a AppConfig, &'a AppConfig, anyhow::Result<Files>);

/// The files that the pull request changes, where it depends on them which of its apps it previews.
async fn changed_files(candidate: &Candidate<'_>, members: &[Member<'_>]) -> anyhow::Result<ChangedFiles> {
    let ctx = candidate.ctx;
    if ctx.app.is_some() || members.iter().all(|(_, entry, _)| entry.paths.is_empty()) {
        return Ok(ChangedFiles::Unknown);
    }
    match ctx.github()?.changed_files(candidate.pull.number).await {
        Ok(changed) => Ok(changed),
        Err(error) => {
            ctx.wait.check()?;
            ctx.console.warn(&format!(
                "Could not read which files the pull request changes, so every app gets a preview: {error}"
            ));
            Ok(ChangedFiles::Unknown)
        }
    }
}

/// Whether the pull request's files are the app's. Its manifest is, and so is the configuration that gives it another shape.
fn touches(
    ctx: &Ctx,
    policy: &AppConfig,
    commit: &Config,
    files: &anyhow::Result<Files>,
    changed: &ChangedFiles,
) -> bool {
    let in_repository = |path: &str| format!("{}{path}", ctx.folder);
    let Ok(files) = files else { return true };
    let manifest = in_repository(files.manifest.file());
    let config = policy.is_reshaped_by(commit).then(|| in_repository(&ctx.config_file));
    let own: Vec<&str> = std::iter::once(manifest.as_str()).chain(config.as_deref()).collect();
    policy.is_touched_by(changed, &own)
}

/// That an app is deployed only for others: their references need its URL.
fn say_why_it_is_needed(
    ctx: &Ctx,
    app: &AppConfig,
    members: &[Member<'_>],
    needed: &[Option<&str>],
    environment: &Environment,
) {
    let key = app.key.as_deref().unwrap_or_default();
    let refers =
        |other: &&AppConfig| needed.contains(&other.key.as_deref()) && other.refers_to(environment).contains(key);
    let referring = members.iter().map(|(_, entry, _)| *entry).filter(refers);
    let referring = list(referring.filter_map(|entry| entry.key.as_deref()));
    ctx.console
        .say(&format!("Also `{key}`, whose URL is given to {referring}"));
}

fn why_left(ctx: &Ctx, entry: &AppConfig) -> String {
    match &ctx.app {
        Some(other) if entry.key.as_ref() != Some(other) => format!("this run is about `{other}` alone"),
        _ => "the pull request changes none of its `paths`".to_owned(),
    }
}

/// Why a pull request that changes no app's files gets no preview. In the comment only where there is one that stays.
pub(super) fn none_touched(ctx: &Ctx, choices: &[Choice<'_>], is_there: bool) -> Option<Skip> {
    let is_left = |choice: &Choice<'_>| matches!(choice.fate, Fate::Leave(_));
    choices.iter().all(is_left).then(|| Skip {
        reason: match &ctx.app {
            // One that has previews is never left.
            Some(app) => format!("previews of `{app}` are switched off in `{}`", ctx.config_file),
            None => "the pull request changes no file of an app's `paths`".to_owned(),
        },
        in_comment: is_there,
        nothing_is_left: false,
    })
}

/// The apps of the platforms that the previews are for.
pub(super) async fn listed(candidate: &Candidate<'_>, choices: &[Choice<'_>]) -> anyhow::Result<Vec<App>> {
    let mut apps = Vec::new();
    for platform in candidate.ctx.clouds.reachable()? {
        let is_meant = |choice: &Choice<'_>| match &choice.fate {
            Fate::Deploy(prepared) => std::ptr::eq(prepared.planner.target.platform.words(), platform.words()),
            Fate::Leave(_) | Fate::Refuse(_) => true,
        };
        if choices.iter().any(is_meant) {
            apps.extend(platform.list().await?);
        }
    }
    Ok(apps)
}

/// The URLs of the previews that are there, by the apps' keys.
pub(super) fn urls(choices: &[Choice<'_>], live: &[Option<App>]) -> BTreeMap<String, String> {
    let found = choices
        .iter()
        .zip(live)
        .filter_map(|(choice, live)| Some((choice.entry.key.clone()?, live.as_ref()?.serving_url()?)));
    found.collect()
}
