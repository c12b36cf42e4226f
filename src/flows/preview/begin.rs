//! What a pull request's previews are to be, and whether there are to be any: found out before anything is touched.

use super::app::would_be_accepted;
use super::deploy::{End, PreviewApp, forced};
use super::eligibility::{Skip, unexpected_head};
use super::plan::Planner;
use super::report::{announce, opening_report};
use super::skipped::Candidate;
use super::{changed_manifest, limit, plan};
use crate::config::Config;
use crate::flows::context::Ctx;
use crate::flows::inspect::dry_run;
use crate::flows::project::source::Source;
use crate::flows::project::target::Target;
use crate::flows::project::{own, ownership, unmerged};
use crate::model::app_identity::AppIdentity;
use crate::model::failure::Failure;
use crate::model::report::{Listing, Report, State};
use crate::platforms::App;

/// What is known before anything is touched.
pub(crate) enum Begun<'a> {
    Skipped(Skip),
    /// The apps that an earlier run left have no place within the limit.
    Beyond(Skip),
    /// Of a dry run.
    Planned(Vec<Report>),
    Ready(Vec<PreviewApp<'a>>),
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
    if let Some(newer) = unexpected_head(&request.commit, pull)? {
        return Ok(Begun::Skipped(Skip::quietly(newer)));
    }
    ctx.clouds.reachable()?;
    let source = Source::deployed(ctx, &pull.head.sha).await;
    let commit = source.config().await?;
    let unmerged = unmerged::unmerged(ctx, policy, &commit, pull, &repository.default_branch).await;
    let app = Prepared::of(candidate, &source, policy, policy.shaped_by(&commit)).await?;
    let apps = app.planner.target.platform.list().await?;
    let live = app.live(&apps)?;
    let over = match live {
        Some(_) => limit::beyond(pull.number, &apps, policy, repository),
        None => limit::reached(&apps, policy, repository),
    };
    match over {
        Some(skip) if live.is_some() && !request.dry_run => return Ok(Begun::Beyond(skip)),
        Some(skip) => return Ok(Begun::Skipped(skip)),
        None => {}
    }
    let mut app = app.plan(candidate, live.cloned()).await?;
    if let Some(unmerged) = &unmerged {
        ctx.console.notice(unmerged);
    }
    if request.dry_run {
        let reports = vec![app.rehearsed().await?];
        ctx.record_each(&reports);
        return Ok(Begun::Planned(reports));
    }
    app.would_be_accepted().await?;
    // The platform builds whatever is at the head of the branch: look as late as can be.
    if candidate.is_commanded()
        && let Some(newer) = unexpected_head(&request.commit, &ctx.github()?.pull(pull.number).await?)?
    {
        return Ok(Begun::Skipped(Skip::quietly(newer)));
    }
    app.report.notes.extend(unmerged);
    app.report.notes.extend(app.loss.clone());
    Ok(Begun::Ready(vec![app]))
}

/// One app at the pull request's head, as its files have it.
struct Prepared<'a> {
    ctx: Ctx,
    planner: Planner<'a>,
    /// How the pull request changes the manifest.
    changed: Option<Listing>,
}

impl<'a> Prepared<'a> {
    /// `policy`: what the default branch says of the app. `config`: that, in the shape that the commit gives it.
    async fn of(
        candidate: &Candidate<'a>,
        source: &Source<'_>,
        policy: &Config,
        config: Config,
    ) -> anyhow::Result<Self> {
        let Candidate {
            ctx,
            request,
            repository,
            pull,
        } = *candidate;
        let manifest = source.manifest(policy.preview_spec()).await?;
        let allowed = plan::allowed(ctx, policy, repository).await?;
        let changed = changed_manifest::difference(ctx, policy, &manifest, &allowed, pull).await;
        let identity = AppIdentity::only(allowed.name(&manifest));
        let target = Target::of(ctx, repository, &candidate.environment(), identity, &manifest)?;
        let planner = Planner::prepare(source, target, config, pull, manifest, &request.images, allowed).await?;
        Ok(Self {
            ctx: ctx.clone(),
            planner,
            changed,
        })
    }

    /// The preview's app among those of its platform. The manifest's name may have changed since the preview was made: it is
    /// the same preview.
    fn live<'b>(&self, apps: &'b [App]) -> Result<Option<&'b App>, Failure> {
        let target = &self.planner.target;
        let live = match apps.iter().find(|app| app.name == self.planner.name) {
            None => ownership::only(apps, target.repository.id, &target.environment, &target.app)?,
            named => named,
        };
        if let Some(app) = live {
            target.require(app)?;
        }
        Ok(live)
    }

    /// Plans the preview, and says what it is and lacks.
    async fn plan(self, candidate: &Candidate<'a>, live: Option<App>) -> anyhow::Result<PreviewApp<'a>> {
        let Self { ctx, planner, changed } = self;
        ctx.resolve_names(
            candidate.repository,
            planner.documents().chain(live.iter().flat_map(own::documents_of)),
        )
        .await?;
        let plan = planner.plan(&ctx, live.as_ref())?;
        ctx.redactor_of(&plan.document, &planner.config);
        ctx.console.phase("Plan");
        // A forced build leaves the spec as it is, and with it the data.
        let is_forced = forced(&ctx, candidate.request, live.as_ref(), &planner.pull.head.sha).is_some();
        let loss = plan
            .loss
            .as_ref()
            .filter(|_| !is_forced)
            .map(|loss| loss.before.clone());
        announce(&ctx, &plan, loss.as_deref());
        let mut report = opening_report(
            &ctx,
            &planner.target,
            planner.spec_name(),
            &plan,
            planner.pull,
            live.as_ref(),
        );
        report.listing = changed;
        Ok(PreviewApp {
            ctx,
            planner,
            live,
            plan,
            loss,
            report,
            end: End::Reported,
        })
    }
}

impl PreviewApp<'_> {
    /// What a run would do, shown without touching anything.
    async fn rehearsed(mut self) -> anyhow::Result<Report> {
        let Self {
            ctx,
            planner,
            plan,
            report,
            live,
            ..
        } = &mut self;
        for change in &plan.changes {
            ctx.console.say(&format!("{}: {}", change.what, change.why));
        }
        report.state = State::Skipped;
        report.listing = None;
        report.notes.insert(0, "A dry run: nothing was touched".to_owned());
        dry_run::show(ctx, &planner.target, live.as_ref(), &plan.document, report)
            .await
            .map_err(|error| planner.refused(ctx, error, &plan.document))?;
        Ok(self.report)
    }

    /// Asks the platform about an app that there is none of yet, before anything exists.
    async fn would_be_accepted(&self) -> anyhow::Result<()> {
        if self.live.is_some() {
            return Ok(());
        }
        would_be_accepted(self.planner.target.platform.as_ref(), &self.plan.document)
            .await
            .map_err(|error| self.planner.refused(&self.ctx, error, &self.plan.document))
    }
}
