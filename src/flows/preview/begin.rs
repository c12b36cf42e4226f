//! What a pull request's previews are to be, and whether there are to be any: found out before anything is touched.

use std::collections::BTreeMap;

use super::app::would_be_accepted;
use super::budget;
use super::candidate::Candidate;
use super::choice::{Choice, Fate, Prepared, listed, none_touched, urls};
use super::deploy::{PreviewApp, PreviewWork, forced};
use super::eligibility::{Skip, unexpected_head};
use super::limit;
use super::report::{announce, opening_report};
use crate::actions::fold::Fold;
use crate::config::Config;
use crate::flows::failure::failure_of;
use crate::flows::inspect::dry_run;
use crate::flows::project::apps::of_its_app;
use crate::flows::project::source::Source;
use crate::flows::project::{own, ownership, unmerged};
use crate::flows::rollout::app_run::End;
use crate::flows::sentence::list;
use crate::model::commit::Sha;
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::platforms::App;

/// What is known before anything is touched.
pub(crate) enum Begun<'a> {
    Skipped(Skip),
    /// The apps that an earlier run left have no place within the limit.
    Beyond(Skip),
    /// Of a dry run.
    Planned(Vec<Report>),
    Ready(Ready<'a>),
}

/// What is deployed.
pub(crate) struct Ready<'a> {
    pub(crate) apps: Vec<PreviewApp<'a>>,
    /// What holds for all of them.
    pub(crate) notes: Vec<String>,
}

/// Finds out what each of the previews is to be, and whether there is to be one.
#[tracing::instrument(target = "phase", name = "plan", skip_all)]
pub(crate) async fn begin<'a>(candidate: &Candidate<'a>, policy: &Config) -> anyhow::Result<Begun<'a>> {
    let Candidate {
        ctx,
        request,
        repository,
        pull,
    } = *candidate;
    ctx.accept_apps(&policy.apps())?;
    if let Some(newer) = unexpected_head(&request.commit, pull)? {
        return Ok(Begun::Skipped(Skip::quietly(newer)));
    }
    ctx.clouds.reachable()?;
    let source = Source::deployed(ctx, &pull.head.sha).await;
    let commit = source.config().await?;
    let unmerged = unmerged::unmerged(ctx, policy, &commit, pull, &repository.default_branch).await;
    let mut apps = Choice::of(candidate, &source, policy, &commit).await?;
    let listed = listed(candidate, &apps).await?;
    let mut live = Vec::new();
    for app in &mut apps {
        live.push(app.find_live(candidate, &listed)?);
    }
    let is_there = live.iter().any(Option::is_some);
    if let Some(skip) = none_touched(ctx, &apps, is_there) {
        return Ok(Begun::Skipped(skip));
    }
    // Also apps that belong to none of the repository's any more: the pull request has its place already.
    let has_apps = limit::apps_of(&listed, repository, pull.number).next().is_some();
    let over = match has_apps {
        true => limit::beyond(pull.number, &listed, policy, repository),
        false => limit::reached(&listed, policy, repository),
    };
    match over {
        Some(skip) if has_apps && !request.dry_run => return Ok(Begun::Beyond(skip)),
        Some(skip) => return Ok(Begun::Skipped(skip)),
        None => {}
    }
    let urls = urls(&apps, &live);
    let ids: Vec<String> = live.iter().flatten().map(|app| app.id.clone()).collect();
    let mut previews = Vec::new();
    for (app, live) in apps.into_iter().zip(live) {
        previews.push(app.plan(candidate, live, &urls).await?);
    }
    if let Some(budget) = policy.preview.budget
        && let Some(reason) = budget::exceeded(candidate, budget, &listed, &previews).await?
    {
        return Ok(Begun::Skipped(Skip {
            reason,
            in_comment: true,
            nothing_is_left: !has_apps,
        }));
    }
    if let Some(unmerged) = &unmerged {
        ctx.console.notice(unmerged);
    }
    if request.dry_run {
        let mut reports = Vec::new();
        for app in previews {
            reports.push(app.rehearsed().await?);
        }
        ctx.record_each(&reports);
        return Ok(Begun::Planned(reports));
    }
    for app in &mut previews {
        app.would_be_accepted().await?;
    }
    // The platform builds whatever is at the head of the branch: look as late as can be.
    if candidate.is_commanded()
        && let Some(newer) = unexpected_head(&request.commit, &ctx.github()?.pull(pull.number).await?)?
    {
        return Ok(Begun::Skipped(Skip::quietly(newer)));
    }
    let left = left_over(candidate, &listed, &ids);
    left.iter().for_each(|left| ctx.console.warn(left));
    say_what_waits(&mut previews);
    for app in &mut previews {
        let loss = app.work.as_ref().and_then(|work| work.loss.clone());
        app.report.notes.extend(loss);
    }
    Ok(Begun::Ready(Ready {
        apps: previews,
        notes: unmerged.into_iter().chain(left).collect(),
    }))
}

/// What is said of the pull request's apps that belong to none of the repository's any more: an app was renamed or taken out.
fn left_over(candidate: &Candidate<'_>, listed: &[App], known: &[String]) -> Option<String> {
    let (repository, environment) = (candidate.repository.id, candidate.environment());
    let is_left = |app: &&App| ownership::is_of_environment(app, repository, &environment) && !known.contains(&app.id);
    let left: Vec<&str> = listed.iter().filter(is_left).map(|app| app.name.as_str()).collect();
    let names = list(left.iter().copied());
    match left.len() {
        0 => None,
        1 => Some(format!(
            "{names} of this pull request belongs to no app of the repository any more; it is removed when the pull request is closed"
        )),
        _ => Some(format!(
            "{names} of this pull request belong to no app of the repository any more; they are removed when the pull request is closed"
        )),
    }
}

/// What the comment says until the apps that others are deployed after serve.
fn say_what_waits(previews: &mut [PreviewApp<'_>]) {
    let deployed = |at: &usize| previews[*at].work.is_some();
    let waits = previews.iter().map(|app| {
        let before = app.needs.iter().filter(|at| deployed(at));
        let names: Vec<&str> = before.filter_map(|at| previews[*at].key.as_deref()).collect();
        (!names.is_empty()).then(|| format!("Waiting for {}", list(names)))
    });
    for (at, waits) in waits.collect::<Vec<_>>().into_iter().enumerate() {
        previews[at].report.underway.step = waits;
    }
}

impl<'a> Choice<'a> {
    /// Plans the preview, and says what it is and lacks. `urls`: of the apps that are there, by key.
    #[tracing::instrument(target = "target", name = "target", skip_all, fields(app = %self.name, environment = %candidate.environment()))]
    async fn plan(
        self,
        candidate: &Candidate<'a>,
        live: Option<App>,
        urls: &BTreeMap<String, String>,
    ) -> anyhow::Result<PreviewApp<'a>> {
        let living = live.iter().flat_map(own::documents_of);
        self.ctx.resolve_names(candidate.repository, living).await?;
        let report = self.report(candidate, live.as_ref());
        let Self {
            ctx,
            entry,
            needs,
            fate,
            ..
        } = self;
        let mut app = PreviewApp {
            ctx,
            key: entry.key,
            needs,
            work: None,
            report,
            end: End::Reported,
        };
        match fate {
            Fate::Deploy(prepared) => app.plan(candidate, *prepared, live, urls).await?,
            Fate::Refuse(failure) => app.refuse_at(*failure, &candidate.pull.head.sha),
            Fate::Leave(why) => {
                let says = if live.is_some() { "Stays as it is" } else { "No preview" };
                tracing::debug!(target: "decision", "not previewed because {why}");
                let says = format!("{says}: {why}");
                app.ctx.console.say(&says);
                app.report.notes.push(says);
            }
        }
        Ok(app)
    }
}

impl<'a> PreviewApp<'a> {
    async fn plan(
        &mut self,
        candidate: &Candidate<'a>,
        prepared: Prepared<'a>,
        live: Option<App>,
        urls: &BTreeMap<String, String>,
    ) -> anyhow::Result<()> {
        let ctx = &self.ctx;
        let Prepared { mut planner, changed } = prepared;
        ctx.resolve_names(candidate.repository, planner.documents()).await?;
        planner.point_to(urls);
        let plan = match planner.plan(ctx, live.as_ref()) {
            Err(failure) if self.key.is_some() => {
                self.refuse_at(failure, &candidate.pull.head.sha);
                return Ok(());
            }
            plan => plan?,
        };
        ctx.redactor_of(&plan.document, &planner.config);
        ctx.console.phase(Fold::Plan);
        // A forced build leaves the spec as it is, and with it the data.
        let is_forced = forced(ctx, candidate.request, live.as_ref(), &planner.pull.head.sha).is_some();
        let loss = plan
            .loss
            .as_ref()
            .filter(|_| !is_forced)
            .map(|loss| loss.before.clone());
        announce(ctx, &plan, loss.as_deref());
        self.report = opening_report(
            ctx,
            &planner.target,
            planner.spec_name(),
            &plan,
            planner.pull,
            live.as_ref(),
        );
        self.report.listing = changed;
        self.work = Some(PreviewWork {
            request: candidate.request,
            planner,
            live,
            plan,
            loss,
            beyond: None,
        });
        Ok(())
    }

    /// Ends one of several apps before anything of it is touched.
    fn refuse_at(&mut self, failure: Failure, commit: &Sha) {
        self.report.commit = Some(commit.clone());
        self.refuse(failure);
    }

    /// What a run would do, shown without touching anything.
    async fn rehearsed(mut self) -> anyhow::Result<Report> {
        let Self { ctx, work, report, .. } = &mut self;
        if let Some(PreviewWork {
            planner, live, plan, ..
        }) = work
        {
            for change in &plan.changes {
                ctx.console.say(&format!("{}: {}", change.what, change.why));
            }
            report.state = State::Skipped;
            report.listing = None;
            report.notes.insert(0, "A dry run: nothing was touched".to_owned());
            dry_run::show(ctx, &planner.target, live.as_ref(), &plan.document, report)
                .await
                .map_err(|error| planner.refused(ctx, error, &plan.document))?;
        }
        Ok(self.report)
    }

    /// Asks the platform about an app that there is none of yet, before anything exists.
    async fn would_be_accepted(&mut self) -> anyhow::Result<()> {
        let Some(PreviewWork {
            planner,
            live: None,
            plan,
            ..
        }) = &self.work
        else {
            return Ok(());
        };
        let asked = would_be_accepted(planner.target.platform.as_ref(), &plan.document).await;
        let asked = asked.map_err(|error| planner.refused(&self.ctx, error, &plan.document));
        let commit = planner.pull.head.sha.clone();
        if let Err(error) = of_its_app(self.key.as_deref(), asked)? {
            self.refuse_at(failure_of(&error), &commit);
        }
        Ok(())
    }
}
