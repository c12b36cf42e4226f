//! What a deployment of an environment begins with: which of its apps are deployed, and how, before anything is touched.

use std::collections::BTreeMap;

use crate::actions::fold::Fold;
use crate::config::{AppConfig, Config, referenced_apps};
use crate::flows::context::Ctx;
use crate::flows::failure::failure_of;
use crate::flows::production::app::{ProductionApp, ProductionWork, planner};
use crate::flows::production::request::Request;
use crate::flows::production::{left_over, pin, redundant, rehearsal};
use crate::flows::project::app_revision::{AppRevision, EnvironmentApp};
use crate::flows::project::apps::of_its_app;
use crate::flows::project::links::linked_so_far;
use crate::flows::project::ownership;
use crate::flows::project::revision::{Commit, Revision};
use crate::flows::project::target::Target;
use crate::flows::rollout::app_run::End;
use crate::github::repository::Repository;
use crate::model::commit::Sha;
use crate::model::failure::Failure;
use crate::model::report::{Change, Report, State};
use crate::platforms::App;
use crate::platforms::plan::{Beside, beside};
use crate::policy::app_graph::AppGraph;
use crate::policy::replace::Replace;

/// What is known before anything is touched.
pub(crate) struct Begun<'a> {
    pub(crate) config: Config,
    pub(crate) repository: Repository,
    pub(crate) branch: String,
    /// Those that the run is about. Where there is nothing to deploy to any, or it is a dry run, their reports say so.
    pub(crate) apps: Vec<ProductionApp<'a>>,
    /// What holds for all of them.
    pub(crate) notes: Vec<String>,
}

pub(crate) async fn begin<'a>(ctx: &Ctx, request: &'a Request) -> anyhow::Result<Begun<'a>> {
    let environment = &request.environment;
    let commit = match request.commit.clone() {
        Commit::Pushed(sha) if !request.images.is_empty() => Commit::Made(sha),
        commit => commit,
    };
    let revision = Revision::find_with(ctx, environment, &commit).await?;
    let entries = revision.config.apps();
    let graph = AppGraph::of(&entries, environment)?;
    let found = revision.apps().await?;
    let left_over = match revision.config.has_apps() && ctx.app.is_none() {
        true => left_over::notice(ctx, &revision, &found).await?,
        false => None,
    };
    let urls = urls(&found);
    let about: Vec<EnvironmentApp> = found.into_iter().filter(|app| ctx.is_about(&app.entry)).collect();
    if about.len() > 1 {
        for_one_app(request)?;
    }
    let members: Vec<AppConfig> = about.iter().map(|app| app.entry.clone()).collect();
    let mut apps = Vec::new();
    for app in about {
        let mut report = Report::new(
            app.entry.key.as_deref().unwrap_or_default(),
            environment.clone(),
            State::Skipped,
        );
        report.key.clone_from(&app.entry.key);
        let mut planned = ProductionApp {
            ctx: app.ctx.clone(),
            key: app.entry.key.clone(),
            needs: graph.places_before(&app.entry, &members),
            work: None,
            report,
            end: End::Reported,
        };
        let given = Given {
            request,
            commit: &commit,
            urls: &urls,
            members: &members,
        };
        let begun = planned.begin(&revision, app, &given).await;
        if let Err(error) = of_its_app(planned.key.as_deref(), begun)? {
            planned.refuse(failure_of(&error));
        }
        apps.push(planned);
    }
    let Revision {
        config,
        repository,
        branch,
        ..
    } = revision;
    Ok(Begun {
        config,
        repository,
        branch,
        apps,
        notes: left_over.into_iter().collect(),
    })
}

/// The URLs of the apps that are live, by their keys.
fn urls(apps: &[EnvironmentApp]) -> BTreeMap<String, String> {
    let found = apps.iter().filter_map(|it| {
        let revision = it.revision.as_ref().ok()?;
        let app = revision.app.as_ref().filter(|app| revision.target.is_marked(app))?;
        let url = app.serving_url()?;
        Some((it.entry.key.clone()?, url))
    });
    found.collect()
}

/// Passes a request that several apps can be deployed with.
///
/// # Errors
/// Components and databases are named for one app: another may have some of the same name.
fn for_one_app(request: &Request) -> Result<(), Failure> {
    let flag = match (request.images.is_empty(), request.replace.is_empty()) {
        (false, _) => "--images",
        (true, false) => "--replace",
        (true, true) => return Ok(()),
    };
    Err(
        Failure::input(format!("`{flag}` is about one app, and the repository has several"))
            .next("name the app with `--app NAME`"),
    )
}

/// What all apps of the run are planned from.
struct Given<'a, 'b> {
    request: &'a Request,
    commit: &'b Commit,
    /// Of the live apps, by key.
    urls: &'b BTreeMap<String, String>,
    /// Those that this run deploys.
    members: &'b [AppConfig],
}

impl<'a> ProductionApp<'a> {
    /// Plans it, unless there is nothing to deploy.
    #[tracing::instrument(target = "target", name = "target", skip_all, fields(app = %self.report.app, environment = %self.report.environment))]
    async fn begin(&mut self, of_all: &Revision<'_>, app: EnvironmentApp, given: &Given<'a, '_>) -> anyhow::Result<()> {
        let revision = match app.revision {
            Ok(revision) => revision,
            Err(error) => {
                self.report.commit = Some(of_all.head.clone());
                let environment = &of_all.environment;
                let live = Target::find_marked(&self.ctx, &of_all.repository, environment, &app.identity).await;
                if let Ok(Some((_, live))) = live {
                    self.report.app.clone_from(&live.name);
                    self.says_what_serves(Some(&live));
                }
                return Err(error);
            }
        };
        if self.key.is_some() {
            self.report = revision.target.report(revision.manifest.name(), State::Skipped);
            self.report.commit = Some(revision.head.clone());
            self.says_what_serves(revision.app.as_ref());
        }
        let reason = match &of_all.nothing_to_do {
            Some(reason) => Some(reason.clone()),
            None => self.nothing_to_do(&revision, given).await?,
        };
        match reason {
            Some(reason) => {
                self.not_deployed(&reason);
                Ok(())
            }
            None => self.plan(revision, given).await,
        }
    }

    fn says_what_serves(&mut self, live: Option<&App>) {
        let report = &mut self.report;
        report.url = live.and_then(App::serving_url);
        report.serving = live.and_then(|app| ownership::serving(&self.ctx, app));
        report.app_id = live.map(|app| app.id.clone()).filter(|_| self.key.is_some());
    }

    async fn nothing_to_do(&self, revision: &AppRevision, given: &Given<'_, '_>) -> anyhow::Result<Option<String>> {
        let (ctx, request, target) = (&self.ctx, given.request, &revision.target);
        if revision.nothing_to_do.is_some() {
            return Ok(revision.nothing_to_do.clone());
        }
        // Whose app it is comes first: another's pin is no reason to skip.
        let pinned = revision
            .app
            .as_ref()
            .filter(|app| app.pinned.is_some() && !request.release);
        if let Some(app) = pinned.filter(|app| target.is_marked(app)) {
            return Ok(Some(pin::described(app, &target.environment, &target.app)));
        }
        // What was built or agreed to for this run is a reason to deploy, whatever serves.
        let brings_more = !request.images.is_empty() || !request.replace.is_empty();
        match brings_more {
            true => Ok(None),
            false => redundant::reason(ctx, revision, &request.commit).await,
        }
    }

    async fn plan(&mut self, mut revision: AppRevision, given: &Given<'a, '_>) -> anyhow::Result<()> {
        let ctx = &self.ctx;
        let Given {
            request,
            commit,
            urls,
            members,
        } = *given;
        let (replace, second) = beside_another(ctx, &revision, request).await?;
        if let (true, Some(app)) = (request.force_build, &revision.app) {
            same_commit(ctx, app, &revision.head, &revision.branch)?;
        }
        let env = revision.settings().env.clone();
        for other in referenced_apps(&env) {
            let is_deployed_now = members.iter().any(|member| member.key.as_deref() == Some(other));
            if !is_deployed_now && !urls.contains_key(other) {
                return Err(has_no_url(other, &revision.target).into());
            }
        }
        if let Some(settings) = revision.config.environment_mut(&request.environment.to_string()) {
            settings.env = linked_so_far(&env, urls);
        }
        let planner = planner(ctx, &revision, request, commit, &replace);
        let mut plan = planner.plan(revision.app.as_ref())?;
        plan.changes.extend(second.clone());
        ctx.console.phase(Fold::Plan);
        planner.announce(&plan, None);
        if request.dry_run {
            self.report = rehearsal::planned(ctx, &revision, &plan).await?;
            self.not_deployed("this is a dry run, and nothing was touched");
            return Ok(());
        }
        self.report = revision.target.report(revision.manifest.name(), State::Building);
        self.report.commit = Some(revision.head.clone());
        self.says_what_serves(revision.app.as_ref());
        self.report.changes.clone_from(&plan.changes);
        self.report.built_elsewhere = plan.document.facts().is_built_elsewhere(&self.ctx.own());
        self.work = Some(ProductionWork {
            request,
            commit: commit.clone(),
            revision,
            replace,
            plan,
            env,
            urls: urls.clone(),
            second,
        });
        Ok(())
    }

    fn not_deployed(&mut self, reason: &str) {
        tracing::debug!(target: "decision", "not deployed because {reason}");
        let report = &mut self.report;
        self.ctx
            .console
            .notice(&format!("Not deployed to {}: {reason}", report.environment));
        report.notes.insert(0, format!("Not deployed: {reason}"));
    }
}

fn has_no_url(other: &str, target: &Target) -> Failure {
    let environment = &target.environment;
    Failure::input(format!(
        "app {} refers to `{other}`, which is not deployed to {environment}",
        target.app
    ))
    .next(format!(
        "deploy it first: `do-deploy deploy --environment {environment} --app {other}`"
    ))
}

/// A forced build takes the branch's head with the spec that the app has: another commit's spec, if it is another commit.
fn same_commit(ctx: &Ctx, app: &App, head: &Sha, branch: &str) -> Result<(), Failure> {
    match ownership::serving(ctx, app).filter(|serving| !serving.is(head)) {
        None => Ok(()),
        Some(serving) => Err(Failure::input(format!(
            "`{branch}` is at `{}`, and `{}` runs `{}`",
            head.short(),
            app.name,
            serving.short()
        ))
        .why(format!(
            "a forced build builds the head of the branch, with the {} of the commit that serves",
            app.document.words().manifest
        ))
        .next("deploy without `--force-build`: another commit is built anyway")),
    }
}

/// Where an app would be created although the environment has one under another name or on another platform: refused, or
/// agreed to. The rest of what was agreed to, and what is said of the second app.
async fn beside_another(
    ctx: &Ctx,
    revision: &AppRevision,
    request: &Request,
) -> anyhow::Result<(Replace, Option<Change>)> {
    if revision.app.is_some() {
        return Ok((request.replace.clone(), None));
    }
    let (target, manifest) = (&revision.target, &revision.manifest);
    let mut others = Vec::new();
    let mut found = target.elsewhere(ctx).await?;
    // The first is the one that people are told to go back to: another app's must not be it.
    found.sort_by_key(|(_, app)| app.marks.as_ref().and_then(|marks| marks.app.as_deref()) != target.app.mark());
    for (platform, app) in found {
        let is_here = std::ptr::eq(platform.words(), target.platform.words());
        // Another run may have made it a moment ago.
        if !is_here || app.name != manifest.name() {
            others.push(Beside {
                name: app.name,
                vendor: (!is_here).then(|| platform.words().vendor),
            });
        }
    }
    let rest = beside(&request.replace, manifest, &request.environment, &others)?;
    let differs = match others.iter().any(|other| other.vendor.is_none()) {
        true => "has another name",
        false => "is for another platform",
    };
    let names: Vec<String> = others.iter().map(Beside::to_string).collect();
    let second = (!names.is_empty()).then(|| Change {
        what: format!("agreed to create a second app: {} lives on", names.join(", ")),
        why: format!("the {} {differs} (`--replace name`)", manifest.words().manifest),
    });
    Ok((rest, second))
}
