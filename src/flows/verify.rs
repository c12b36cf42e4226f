//! Asks a URL, or an environment's, from outside whether it serves.

use std::time::Duration;

use serde_json::json;
use url::Url;

use super::context::Ctx;
use super::{ownership, source};
use crate::config::Health;
use crate::health::{self, Check};
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::names;
use crate::model::verdict::{Testimony, Verdict, Witnesses, verdict};
use crate::platform::App;
use crate::wait::Deadline;

/// How long a URL of no environment is asked before it is given up.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(180);

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) subject: Subject,
    pub(crate) path: Option<String>,
    pub(crate) status: Option<u16>,
    /// Further paths, each with the status that is good.
    pub(crate) checks: Vec<(String, u16)>,
}

#[derive(Clone, Debug)]
pub(crate) enum Subject {
    Url(Url),
    Environment(Environment),
}

pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Verdict> {
    let (url, mut checks, deadline) = match &request.subject {
        Subject::Url(url) => {
            let (base, path) = split(url);
            let path = request.path.clone().unwrap_or(path);
            let configured = request.path.is_some() || path != "/";
            (base, vec![Check::new(&path, request.status, configured)], DEFAULT_DEADLINE)
        }
        Subject::Environment(environment) => {
            let (app, health) = app_of(ctx, environment).await?;
            let url = app.url.ok_or_else(|| {
                Failure::bad(format!("`{}` has no URL", app.name)).next("deploy it first; a worker-only app never gets one")
            })?;
            let checks = match (&request.path, request.status) {
                (None, None) => health::checks_for(&url, &health, &app.spec),
                (path, status) => vec![Check::new(path.as_deref().unwrap_or("/"), status, true)],
            };
            (url, checks, health.timeout)
        }
    };
    checks.extend(request.checks.iter().map(|(path, status)| Check::new(path, Some(*status), true)));
    let checks: Vec<Check> = checks.into_iter().map(|check| check.at(&url)).collect();
    let deadline = Deadline::after(ctx.timeout.unwrap_or(deadline));
    let watched = health::watch(&checks, deadline, &ctx.wait, &mut |line| ctx.console.say(line)).await?;
    let verdict = verdict(Witnesses {
        phase: Testimony::Absent,
        built: Testimony::Absent,
        health: Testimony::Absent,
        probe: watched.into_testimony(),
    });
    say(ctx, &url, &verdict);
    Ok(verdict)
}

/// The app of an environment, with how its health is asked for.
pub(super) async fn app_of(ctx: &Ctx, environment: &Environment) -> anyhow::Result<(App, Health)> {
    let github = ctx.github()?;
    let platform = ctx.platform()?;
    let repository = github.repository().await?;
    let config = source::config(ctx, &repository.default_branch).await?;
    let spec_file = match environment {
        Environment::Named(name) => config.environment(name).and_then(|target| target.spec.clone()),
        Environment::Preview(_) => None,
    };
    let spec = source::spec(ctx, spec_file.as_deref().or(config.spec.single()), &repository.default_branch).await?;
    let name = match environment {
        Environment::Named(_) => spec.name().to_owned(),
        Environment::Preview(number) => names::preview_app(spec.name(), *number, repository.id),
    };
    let app = platform.find(&name).await?.ok_or_else(|| {
        Failure::input(format!("`{environment}` is not deployed")).why(format!("there is no app `{name}`")).next("deploy it first")
    })?;
    if environment.pull_request().is_some() {
        ownership::require(&app, repository.id, environment)?;
    }
    Ok((app, config.health))
}

/// `https://host:port` and the path with its query.
fn split(url: &Url) -> (String, String) {
    let base = url.origin().ascii_serialization();
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    (base, if path.is_empty() { "/".to_owned() } else { path.to_owned() })
}

fn say(ctx: &Ctx, url: &str, verdict: &Verdict) {
    let (word, failure) = match verdict {
        Verdict::Good => ("good", None),
        Verdict::Bad(failure) => ("bad", Some(failure)),
        Verdict::Unknown(failure) => ("unknown", Some(failure)),
    };
    if ctx.json {
        let document = json!({"url": url, "verdict": word, "reason": failure.map(ToString::to_string)});
        ctx.console.data(&document.to_string());
    } else if failure.is_none() {
        ctx.console.say(&format!("{url} serves"));
    }
}
