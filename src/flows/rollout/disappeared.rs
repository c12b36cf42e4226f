//! Whether an app that was deployed well, and that this run's token does not see, is gone: its URL shows that.

use std::time::Duration;

use url::Url;

use crate::flows::context::Ctx;
use crate::health::{Expect, Observation, Prober, Target};
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::words::Words;

/// Looks that all have to find nothing: a name server that is late answers one of them.
const LOOKS: u32 = 3;

const BETWEEN: Duration = Duration::from_secs(10);

const ONE_LOOK: Duration = Duration::from_secs(30);

/// Another team's app answers at the URL that GitHub has of the deployment of `commit`, and one that is gone does not.
/// `None`: something answers there, or nothing can be said. `app`: what GitHub's records call it, of several.
pub(crate) async fn look(
    ctx: &Ctx,
    environment: &Environment,
    app: Option<&str>,
    commit: &Sha,
) -> anyhow::Result<Option<Failure>> {
    let recorded = ctx.github()?.recorded(environment, commit).await?;
    let mut recorded = recorded.into_iter().filter(|it| app.is_none_or(|app| app == it.app));
    let Some(deployed) = recorded.find(|it| it.state == "success") else {
        return Ok(None);
    };
    let Some(url) = deployed.url.as_deref().and_then(|url| Url::parse(url).ok()) else {
        return Ok(None);
    };
    let target = Target::at(&url, "/", Expect::Range(200..=399)).of_deployed_app(ctx.clouds.usual().words());
    let prober = Prober::new()?;
    let mut seen = None;
    for n in 0..LOOKS {
        if n > 0 {
            ctx.wait.sleep(BETWEEN).await?;
        }
        let looked = prober.probe_until_cancelled(&target, ONE_LOOK, &ctx.wait).await?;
        if !looked.shows_no_app() {
            return Ok(None);
        }
        seen = Some(looked);
    }
    let words = ctx.clouds.usual().words();
    Ok(seen.map(|seen| failure(words, environment, &deployed.app, commit, &url, &seen)))
}

fn failure(
    words: &Words,
    environment: &Environment,
    app: &str,
    commit: &Sha,
    url: &Url,
    seen: &Observation,
) -> Failure {
    let place = url.origin().ascii_serialization();
    let panel = words.panel;
    Failure::bad(format!(
        "the app of `{environment}` has disappeared: this run's token sees no app `{app}`, and nothing serves at `{place}` ({seen})"
    ))
    .why(format!(
        "GitHub's records say that `{}` was deployed there successfully",
        commit.short()
    ))
    .next(format!(
        "look in the {panel} whether someone deleted or renamed the app, or moved it to another team, which this workflow's token cannot see. The next deployment creates it again, without its data. If it is meant to be gone, set `nightly = false` for `{environment}` in `do-deploy.toml`"
    ))
}
