//! Asks a URL, or an environment's, from outside whether it serves.

use std::time::Duration;

use serde_json::json;
use url::Url;

use crate::config::{Config, Health};
use crate::flows::context::Ctx;
use crate::flows::preview::plan;
use crate::flows::project::pull;
use crate::flows::project::revision::Revision;
use crate::flows::project::source::Source;
use crate::flows::project::target::Target;
use crate::flows::rollout::http_checks::HttpChecks;
use crate::flows::rollout::outside;
use crate::health::{Expect, Target as Question};
use crate::model::app_identity::AppIdentity;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::names;
use crate::model::report::{Report, State};
use crate::model::verdict::{CheckResult, Checks, Verdict, verdict};
use crate::platforms::App;
use crate::platforms::Offline;
use crate::redact::TargetRedactor;
use crate::wait::{Deadline, humanize};

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

#[tracing::instrument(target = "flow", name = "verify", skip_all)]
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Verdict> {
    let (url, mut targets, deadline, whole) = match &request.subject {
        Subject::Url(url) => {
            let (base, path) = split(url);
            let path = request.path.clone().unwrap_or(path);
            let target =
                Question::at(&Url::parse(&base)?, &path, expected(request.status, path != "/")).that_may_sleep();
            let target = target.of_platform(ctx.clouds.usual().words());
            (base, vec![target], DEFAULT_DEADLINE, None)
        }
        Subject::Environment(environment) => {
            let Found {
                app, health, wished, ..
            } = app_of(ctx, environment).await?;
            match app.document.facts().offline {
                Some(Offline::Archived) if wished != Some(Offline::Archived) => {
                    return Ok(archived(ctx, environment, &app));
                }
                Some(state) => return Ok(asked_for(ctx, environment, &app, state)),
                None => {}
            }
            if let Some(why) = ctx.warn_of_refused_url(&app) {
                return Err(Failure::unknown(format!("`{}` cannot be asked", app.name))
                    .why(why)
                    .into());
            }
            let url = app.url.clone().ok_or_else(|| {
                Failure::bad(format!("`{}` has no URL", app.name))
                    .next("deploy it first; a worker-only app never gets one")
            })?;
            let deadline = health.timeout;
            match (&request.path, request.status) {
                (None, None) => (url, Vec::new(), deadline, Some((app, health))),
                (path, status) => {
                    let path = path.as_deref().unwrap_or("/");
                    let target = Question::at(&Url::parse(&url)?, path, expected(status, true)).that_may_sleep();
                    (url, vec![target], deadline, None)
                }
            }
        }
    };
    let base = Url::parse(&url)?;
    targets.extend(
        request
            .checks
            .iter()
            .map(|(path, status)| Question::at(&base, path, Expect::Status(*status)).that_may_sleep()),
    );
    let limit = ctx.timeout.unwrap_or(deadline);
    ctx.console.say(&format!(
        "Asking {url} for good answers, waiting up to {}",
        humanize(limit)
    ));
    let mut probe = CheckResult::NotApplicable;
    let mut remarks = Vec::new();
    if let Some((app, health)) = &whole {
        let mut notes = Vec::new();
        if let Some(mut answered) = outside::ask(ctx, app, health, &app.document, &[], limit, &mut notes).await? {
            remarks.extend(answered.take_remarks(ctx));
            probe = answered.result;
        }
        notes.iter().for_each(|note| ctx.console.say(note));
    }
    if matches!(probe, CheckResult::Passed | CheckResult::NotApplicable) {
        let mut further = HttpChecks::of_targets(targets).ask(ctx, Deadline::after(limit)).await?;
        remarks.extend(further.take_remarks(ctx));
        probe = match further.result {
            CheckResult::NotApplicable => probe,
            further => further,
        };
    }
    let verdict = verdict(Checks {
        phase: CheckResult::NotApplicable,
        built: CheckResult::NotApplicable,
        health: CheckResult::NotApplicable,
        probe,
    });
    let verdict = match &request.subject {
        Subject::Environment(environment) => {
            verdict.asked_again_with(&format!("do-deploy verify --environment {environment}"))
        }
        Subject::Url(_) => verdict,
    };
    say(ctx, &url, &verdict);
    if let Subject::Environment(environment) = &request.subject {
        record(ctx, environment, url, &verdict, remarks);
    }
    Ok(verdict)
}

/// An app that is not meant to serve is as it was asked for.
fn asked_for(ctx: &Ctx, environment: &Environment, app: &App, state: Offline) -> Verdict {
    let says = state.sentence(&app.name, app.document.words());
    if ctx.json {
        let document = json!({"url": app.url, "verdict": "good", "reason": says});
        ctx.console.document(&document);
    }
    ctx.console.say(&says);
    let mut report = Report::new("", environment.clone(), State::Ready);
    report.url.clone_from(&app.url);
    report.notes = vec![says];
    ctx.record(&report);
    Verdict::Good
}

/// Someone archived the app on the platform, and its file wants it to serve: its visitors get the offline page
/// until it is restored, however many deployments succeed meanwhile.
fn archived(ctx: &Ctx, environment: &Environment, app: &App) -> Verdict {
    let words = app.document.words();
    let failure = Failure::bad(format!("`{}` is archived, and nothing of it runs", app.name))
        .why(format!(
            "that was done on the platform: its {} does not ask for it",
            words.manifest
        ))
        .next(match environment {
            Environment::Named(_) => words.restore,
            Environment::Preview(_) => {
                "deploy the preview again: `do-deploy preview --pr N`, or `/preview` in a comment"
            }
        });
    let verdict = Verdict::Bad(failure);
    let url = app.url.clone().unwrap_or_default();
    say(ctx, &url, &verdict);
    record(ctx, environment, url, &verdict, Vec::new());
    verdict
}

/// Summary and outputs. A URL of no environment is in neither.
fn record(ctx: &Ctx, environment: &Environment, url: String, verdict: &Verdict, remarks: Vec<String>) {
    let (state, failure) = match verdict {
        Verdict::Good => (State::Ready, None),
        Verdict::Bad(failure) => (State::Failed, Some(failure)),
        Verdict::Unknown(failure) => (State::Unknown, Some(failure)),
    };
    let mut report = Report::new("", environment.clone(), state);
    report.notes = vec![match failure {
        None => format!("{environment}: {url}: answers as it should"),
        Some(_) => format!("Asked: `{url}`"),
    }];
    report.failure = failure.cloned();
    report.notes.extend(remarks);
    report.url = Some(url);
    ctx.record(&report);
}

/// A status that was asked for, else what suits a path that someone chose.
fn expected(status: Option<u16>, chosen: bool) -> Expect {
    match status {
        Some(status) => Expect::Status(status),
        None if chosen => Expect::Range(200..=399),
        None => Expect::Below500,
    }
}

/// The app of an environment.
pub(crate) struct Found {
    pub(crate) target: Target,
    pub(crate) app: App,
    /// How its health is asked for.
    health: Health,
    /// What opens its logs.
    pub(crate) redactor: TargetRedactor,
    /// What its file says of serving.
    wished: Option<Offline>,
}

pub(crate) async fn app_of(ctx: &Ctx, environment: &Environment) -> anyhow::Result<Found> {
    let (name, found, config, wished) = match environment {
        Environment::Named(_) => {
            let revision = Revision::find(ctx, environment).await?;
            let wished = revision.manifest.document().facts().offline;
            let found = revision.app.map(|app| (revision.target, app));
            (revision.manifest.name().to_owned(), found, revision.config, wished)
        }
        Environment::Preview(number) => {
            let (name, found, config) = preview_of(ctx, *number, environment).await?;
            (name, found, config, None)
        }
    };
    if let Some((target, app)) = &found {
        target.not_anothers(ctx, app).await?;
    }
    let (target, app) = found.ok_or_else(|| {
        Failure::input(format!("`{environment}` is not deployed"))
            .why(format!("there is no app `{name}`"))
            .next("deploy it first")
    })?;
    let redactor = ctx.redactor_of(&app.document, &config);
    Ok(Found {
        target,
        app,
        health: config.health,
        redactor,
        wished,
    })
}

/// A preview's name, its app, and the configuration with its own shape.
async fn preview_of(
    ctx: &Ctx,
    number: u64,
    environment: &Environment,
) -> anyhow::Result<(String, Option<(Target, App)>, Config)> {
    let github = ctx.github()?;
    ctx.clouds.reachable()?;
    let repository = github.repository().await?;
    let pull = pull::pull(ctx, number).await?;
    let policy = Source::of_branch(ctx, &repository.default_branch)
        .await
        .config()
        .await?;
    let source = Source::at(ctx, &pull.head.sha).await;
    // A newer commit whose files are broken does not hide the preview that an older one made.
    let config = match source.config().await {
        Ok(commit) => policy.shaped_by(&commit),
        Err(_) => policy.clone(),
    };
    let spec = source.manifest(policy.preview_spec()).await;
    let allowed = plan::allowed(ctx, &policy, &repository).await?;
    let name = spec.and_then(|spec| {
        let name = allowed.name(&spec);
        let target = Target::of(ctx, &repository, environment, AppIdentity::only(name), &spec)?;
        let longest = spec.words().longest_name;
        Ok((names::preview_app(name, number, repository.id, longest), target))
    });
    let named = match &name {
        Ok((name, target)) => target.platform.find(name).await?.map(|app| (target.clone(), app)),
        Err(_) => None,
    };
    let app = match named {
        Some((target, app)) => {
            target.require(&app)?;
            Some((target, app))
        }
        None => Target::find_marked(ctx, &repository, environment, &AppIdentity::only_by_marks()).await?,
    };
    match app {
        Some((target, app)) => Ok((app.name.clone(), Some((target, app)), config)),
        None => Ok((name?.0, None, config)),
    }
}

/// `https://host:port` and the path with its query.
fn split(url: &Url) -> (String, String) {
    let base = url.origin().ascii_serialization();
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    (
        base,
        if path.is_empty() {
            "/".to_owned()
        } else {
            path.to_owned()
        },
    )
}

fn say(ctx: &Ctx, url: &str, verdict: &Verdict) {
    let (word, failure) = match verdict {
        Verdict::Good => ("good", None),
        Verdict::Bad(failure) => ("bad", Some(failure)),
        Verdict::Unknown(failure) => ("unknown", Some(failure)),
    };
    if ctx.json {
        let document = json!({"url": url, "verdict": word, "reason": failure.map(ToString::to_string)});
        ctx.console.document(&document);
    } else if failure.is_none() {
        ctx.console.say(&format!("{url} serves"));
    }
}
