//! Removes what an event missed: previews whose pull request is closed, and those that nobody has touched for too long.

use serde_json::json;

use super::context::Ctx;
use super::{source, teardown};
use crate::config::Preview;
use crate::model::failure::Failure;
use crate::platform::App;
use crate::wait::humanize;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) dry_run: bool,
}

/// One preview goes wrong, the others are still looked at; the first error is the run's.
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<()> {
    let github = ctx.github()?;
    let repository = github.repository().await?;
    let config = source::config(ctx, &repository.default_branch).await?;
    let mut swept = Vec::new();
    let mut first_error = None;
    for app in ctx.platform()?.list().await? {
        let Some(number) = app
            .marks
            .as_ref()
            .filter(|marks| marks.repository == repository.id)
            .and_then(|marks| marks.environment.pull_request())
        else {
            continue;
        };
        let removed = async {
            let pull = github.pull(number).await?;
            let Some(reason) = reason_to_remove(ctx, &config.preview, pull.open, &app)? else {
                return Ok(None);
            };
            ctx.console.say(&format!("`{}`: {reason}", app.name));
            if !request.dry_run {
                teardown::remove(ctx, &config, &repository, &pull, &app.name).await?;
            }
            anyhow::Ok(Some(reason))
        };
        match removed.await {
            Ok(Some(reason)) => swept.push(json!({"app": app.name, "pull_request": number, "reason": reason})),
            Ok(None) => {}
            Err(error) => {
                ctx.console
                    .warn(&format!("`{}` could not be swept: {error:#}", app.name));
                first_error = first_error.or(Some(error));
            }
        }
    }
    if ctx.json {
        ctx.console
            .document(&json!({"dry_run": request.dry_run, "swept": swept}));
    } else if swept.is_empty() {
        ctx.console.say("Nothing to sweep");
    }
    first_error.map_or(Ok(()), Err)
}

/// Ages are counted on the platform's clock, from the last deployment.
fn reason_to_remove(ctx: &Ctx, policy: &Preview, open: bool, app: &App) -> Result<Option<String>, Failure> {
    if !open {
        return Ok(Some("its pull request is closed".to_owned()));
    }
    let Some(touched) = app.last_deployed_at.or(app.updated_at).or(app.created_at) else {
        return Ok(None);
    };
    let age = ctx.platform()?.now().duration_since(touched).unsigned_abs();
    Ok((age > policy.ttl).then(|| {
        format!(
            "nobody has touched it for {}, longer than `ttl` ({})",
            humanize(age),
            humanize(policy.ttl)
        )
    }))
}
