//! Whether a run goes on with the deployment that an earlier attempt of it started before it was killed.

use crate::config::Config;
use crate::flows::context::Ctx;
use crate::flows::project::target::Target;
use crate::model::commit::Sha;
use crate::platforms::App;
use crate::report;

/// Whether what is under way may be this run's own. Another run's is not gone on with: which secrets it was given cannot be
/// compared. `name`: of the app's manifest.
pub(crate) async fn may_resume(
    ctx: &Ctx,
    config: &Config,
    target: &Target,
    live: &App,
    name: &str,
    commit: &Sha,
) -> bool {
    if !ctx.run.was_started_again() || live.in_progress.is_none() {
        return false;
    }
    let reporter = ctx.reporter(config, &target.repository);
    report::has_begun(&reporter, &target.environment, name, commit).await
}
