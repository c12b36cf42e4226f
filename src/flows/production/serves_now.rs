//! After a deployment of production that did not end well: which commit serves now, since when, and how well.

use crate::config::Health;
use crate::flows::context::Ctx;
use crate::flows::project::ownership;
use crate::flows::project::target::Target;
use crate::flows::rollout::aftermath;
use crate::model::live::Live;
use crate::model::report::{Report, State};
use crate::platforms::{CauseKind, Deployment, Rollout};

/// What is known of the deployment.
pub(crate) struct After<'a> {
    pub(crate) target: &'a Target,
    pub(crate) rollout: &'a Rollout,
    /// The one that went live and was found bad.
    pub(crate) bad: Option<&'a Deployment>,
    pub(crate) never_live: bool,
    /// What the update took from the version before.
    pub(crate) lost: Vec<String>,
    pub(crate) health: &'a Health,
}

impl After<'_> {
    /// Which commit serves now, whether it works, and since when the one that was found bad does not.
    ///
    /// # Errors
    /// When the app cannot be read, and after a signal.
    pub(crate) async fn say_what_serves(self, ctx: &Ctx, report: &mut Report) -> anyhow::Result<()> {
        let Self {
            target,
            rollout,
            bad,
            never_live,
            lost,
            health,
        } = self;
        let platform = target.platform.as_ref();
        let app = platform.app(&rollout.app_id).await?;
        report.serving = app.as_ref().and_then(|app| ownership::serving(ctx, app));
        let active = app.as_ref().and_then(|app| app.active.as_ref());
        let replaced = active.zip(bad).is_some_and(|(active, bad)| active.id != bad.id);
        if let (true, Some(live @ Live { until: None, .. })) = (replaced, &mut report.was_live) {
            live.until = active.and_then(|active| active.phase_since);
        }
        // Only a rollback, ours or the platform's own, raises the question of the data.
        let is_new = active.is_some_and(|active| rollout.previous.as_ref() != Some(&active.id));
        let by_a_rollback =
            active.is_some_and(|active| matches!(active.cause.kind, CauseKind::Rollback | CauseKind::AutoRollback));
        let went_back = is_new && by_a_rollback && (replaced || never_live);
        let is_another = active.is_some_and(|active| rollout.deployment.as_ref() != Some(&active.id));
        if let (true, Some(app)) = (is_another, &app) {
            report.aftermath = aftermath::look(ctx, platform, app, lost, health).await?;
        }
        if let (true, None, Some(app)) = (went_back, &report.aftermath, &app) {
            // By its own spec: the checks that are configured now may be of what it does not have.
            let of_its_own = Health {
                timeout: health.timeout,
                ..Health::default()
            };
            let back = vec!["production went back to it".to_owned()];
            let seen = aftermath::look(ctx, platform, app, back, &of_its_own).await?;
            report.aftermath = seen.filter(|seen| seen.works() == Some(false));
        }
        let how = report.aftermath.as_ref().map(ToString::to_string);
        let sentence = match (&report.serving, active, how) {
            (Some(sha), Some(_), Some(how)) => format!("`{}` {how}", sha.short()),
            (None, Some(active), Some(how)) => format!("Deployment {} {how}", active.id),
            // That it could not be confirmed is the headline.
            (_, Some(_), None) if report.state == State::Unknown => return Ok(()),
            (Some(sha), _, _) if never_live && (!is_new || by_a_rollback) => {
                format!("`{}` still serves", sha.short())
            }
            (Some(sha), _, _) => format!("`{}` serves now", sha.short()),
            (None, None, _) => "Nothing serves: there is no earlier deployment".to_owned(),
            (None, Some(active), _) if replaced || never_live => format!("Deployment {} serves now", active.id),
            (None, Some(_), _) => return Ok(()),
        };
        // The pages say of a commit themselves how it serves.
        let is_on_the_page =
            report.serving.is_some() && (report.state == State::Failed || report.serving != report.commit);
        match is_on_the_page {
            true => report.serves_now = Some(sentence),
            false => report.notes.push(sentence),
        }
        report
            .notes
            .extend(went_back.then(|| "Data was not rolled back".to_owned()));
        Ok(())
    }
}
