//! Explains to the authors of a fork's pull requests why there is no preview. Anyone can open them, in any number, and
//! each request that they cause is one less of the hour's thousand that production's runs share:
//! <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>.

use crate::config::Config;
use crate::flows::context::Ctx;
use crate::flows::preview::Request;
use crate::flows::preview::candidate::Candidate;
use crate::flows::preview::eligibility::{Commit, FROM_A_FORK, Skip};
use crate::flows::project::pull;
use crate::flows::project::source::Source;
use crate::model::environment::Environment;
use crate::model::report::{Report, State};
use crate::policy::images::Images;
use crate::report::last_written;

/// How many pull requests of one commit are looked at. The one that an event is about is the one that changed last.
const MOST: usize = 3;

/// `pull_requests`: open ones whose head is the run's commit, the one that changed last first. No cloud is asked.
pub(crate) async fn explain(ctx: &Ctx, pull_requests: &[u64], dry_run: bool) -> anyhow::Result<Vec<Report>> {
    let github = ctx.github()?;
    let repository = github.repository().await?;
    let deps = ctx.reporter(&Config::default(), &repository);
    for &number in pull_requests.iter().take(MOST) {
        if last_written(&deps, number).await?.is_some() {
            ctx.console
                .say(&format!("Pull request {number} has our comment already"));
            continue;
        }
        let pull = pull::pull(ctx, number).await?;
        let source = Source::of_branch(ctx, &repository.default_branch).await;
        let config = source.config().await?;
        let request = Request {
            pull_request: number,
            commit: Commit::Head,
            insisted: false,
            force_build: false,
            images: Images::default(),
            dry_run,
        };
        let candidate = Candidate {
            ctx,
            request: &request,
            repository: &repository,
            pull: &pull,
        };
        // GitHub may say by now that it comes from no fork: then another run is about it.
        let skip = candidate.skip_reason(&config.preview);
        let skip = skip.unwrap_or_else(|| Skip::quietly("the run was a fork's, and the pull request is not"));
        return Ok(candidate.skipped(&config, &skip).await);
    }
    let last = pull_requests.iter().take(MOST).next_back().copied();
    let environment = last.map_or_else(Environment::production, Environment::Preview);
    let mut report = Report::new("", environment, State::Skipped);
    report.notes.push(format!("No preview: {FROM_A_FORK}"));
    ctx.record(&report);
    Ok(vec![report])
}
