//! Asks a URL, or an environment's, from outside whether it serves.

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use crate::flows::context::Ctx;
use crate::flows::failure::{cancelled, failure_of};
use crate::flows::inspect::found::{Found, apps_of};
use crate::flows::rollout::http_checks::HttpChecks;
use crate::flows::rollout::outside;
use crate::health::{Expect, Target as Question};
use crate::model::environment::Environment;
use crate::model::failure::{Failure, Kind};
use crate::model::report::{Report, State};
use crate::model::verdict::{CheckResult, Checks, Verdict, verdict};
use crate::platforms::Offline;
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

/// What was found of a URL, or of an app of an environment.
struct Asked {
    url: Option<String>,
    verdict: Verdict,
    /// Why it is good, of an app that is not meant to serve.
    says: Option<String>,
    remarks: Vec<String>,
}

/// Of several apps, the worst verdict.
#[tracing::instrument(target = "flow", name = "verify", skip_all)]
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<Verdict> {
    let environment = match &request.subject {
        Subject::Url(url) => {
            let asked = of_url(ctx, request, url).await?;
            asked.say(ctx);
            return Ok(asked.verdict);
        }
        Subject::Environment(environment) => environment,
    };
    let found = apps_of(ctx, environment).await?;
    if let [only @ Found { key: None, .. }] = found.as_slice() {
        let asked = of_app(ctx, request, only).await?;
        asked.say(ctx);
        ctx.record(&asked.report("", environment));
        return Ok(asked.verdict);
    }
    let mut all = Vec::new();
    for app in &found {
        let key = app.key.as_deref().unwrap_or_default();
        let ctx = ctx.of_app(key);
        let asked = match of_app(&ctx, request, app).await {
            Err(error) if cancelled(&error).is_none() => Asked::failed(app, failure_of(&error)),
            asked => asked?,
        };
        if !ctx.json {
            asked.say(&ctx);
        }
        all.push((app, asked));
    }
    Ok(of_all(ctx, environment, all))
}

/// Says what was found of each of several apps, and returns the worst.
fn of_all(ctx: &Ctx, environment: &Environment, all: Vec<(&Found, Asked)>) -> Verdict {
    let reports = all.iter().map(|(app, asked)| {
        let mut report = asked.report(&app.app.name, environment);
        report.key.clone_from(&app.key);
        report
    });
    ctx.record_each(&reports.collect::<Vec<_>>());
    let documents = all.iter().map(|(app, asked)| {
        let mut document = asked.document();
        document["app"] = app.app.name.clone().into();
        document["key"] = app.key.clone().into();
        document
    });
    let documents: Vec<Value> = documents.collect();
    let badness = |verdict: &Verdict| match verdict {
        Verdict::Good => 0,
        Verdict::Unknown(_) => 1,
        Verdict::Bad(_) => 2,
    };
    let named = all.into_iter().map(|(app, asked)| {
        let key = app.key.as_deref().unwrap_or_default();
        asked.verdict.named(key)
    });
    let mut verdicts: Vec<Verdict> = named.collect();
    // The first of the worst ones.
    verdicts.sort_by_key(|verdict| std::cmp::Reverse(badness(verdict)));
    let mut verdicts = verdicts.into_iter();
    let worst = verdicts.next().unwrap_or(Verdict::Good);
    if ctx.json {
        let document = json!({"verdict": word(&worst), "apps": documents});
        ctx.console.document(&document);
    }
    // The run ends with the worst.
    for other in verdicts {
        if let Verdict::Bad(failure) | Verdict::Unknown(failure) = other {
            ctx.console.warn(&failure.to_string());
        }
    }
    worst
}

async fn of_url(ctx: &Ctx, request: &Request, url: &Url) -> anyhow::Result<Asked> {
    let (base, path) = split(url);
    let path = request.path.clone().unwrap_or(path);
    let target = Question::at(&Url::parse(&base)?, &path, expected(request.status, path != "/")).that_may_sleep();
    let target = target.of_platform(ctx.clouds.usual().words());
    ask(ctx, request, base, vec![target], DEFAULT_DEADLINE, None).await
}

async fn of_app(ctx: &Ctx, request: &Request, found: &Found) -> anyhow::Result<Asked> {
    let Found {
        target,
        app,
        health,
        wished,
        ..
    } = found;
    match app.document.facts().offline {
        Some(Offline::Archived) if *wished != Some(Offline::Archived) => return Ok(archived(found)),
        Some(state) => return Ok(as_asked_for(found, state.sentence(&app.name, app.document.words()))),
        None => {}
    }
    if let Some(why) = ctx.warn_of_refused_url(app) {
        return Err(Failure::unknown(format!("`{}` cannot be asked", app.name))
            .why(why)
            .into());
    }
    if found.key.is_some() && app.url.is_none() && app.active.is_some() {
        let says = format!(
            "`{}` has no public component, and so nothing that can be asked",
            app.name
        );
        return Ok(as_asked_for(found, says));
    }
    let url = app.url.clone().ok_or_else(|| {
        Failure::bad(format!("`{}` has no URL", app.name)).next("deploy it first; a worker-only app never gets one")
    })?;
    let deadline = health.timeout;
    let mut asked = match (&request.path, request.status) {
        (None, None) => ask(ctx, request, url, Vec::new(), deadline, Some(found)).await?,
        (path, status) => {
            let path = path.as_deref().unwrap_or("/");
            let question = Question::at(&Url::parse(&url)?, path, expected(status, true)).that_may_sleep();
            ask(ctx, request, url, vec![question], deadline, None).await?
        }
    };
    asked.verdict = asked
        .verdict
        .asked_again_with(&format!("do-deploy verify {}", target.flags()));
    Ok(asked)
}

/// `whole`: the app whose own checks are asked for as well.
async fn ask(
    ctx: &Ctx,
    request: &Request,
    url: String,
    mut targets: Vec<Question>,
    deadline: Duration,
    whole: Option<&Found>,
) -> anyhow::Result<Asked> {
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
    if let Some(Found { app, health, .. }) = whole {
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
    Ok(Asked {
        url: Some(url),
        verdict,
        says: None,
        remarks,
    })
}

/// An app that is not meant to serve is as it was asked for.
fn as_asked_for(found: &Found, says: String) -> Asked {
    Asked {
        url: found.app.url.clone(),
        verdict: Verdict::Good,
        says: Some(says),
        remarks: Vec::new(),
    }
}

/// Someone archived the app on the platform, and its file wants it to serve: its visitors get the offline page
/// until it is restored, however many deployments succeed meanwhile.
fn archived(Found { app, target, .. }: &Found) -> Asked {
    let words = app.document.words();
    let failure = Failure::bad(format!("`{}` is archived, and nothing of it runs", app.name))
        .why(format!(
            "that was done on the platform: its {} does not ask for it",
            words.manifest
        ))
        .next(match target.environment {
            Environment::Named(_) => words.restore,
            Environment::Preview(_) => {
                "deploy the preview again: `do-deploy preview --pr N`, or `/preview` in a comment"
            }
        });
    Asked {
        url: Some(app.url.clone().unwrap_or_default()),
        verdict: Verdict::Bad(failure),
        says: None,
        remarks: Vec::new(),
    }
}

impl Asked {
    /// One of several apps that could not be asked.
    fn failed(found: &Found, failure: Failure) -> Self {
        Self {
            url: found.app.url.clone(),
            verdict: match failure.kind {
                Kind::Bad => Verdict::Bad(failure),
                Kind::Input | Kind::Unknown => Verdict::Unknown(failure),
            },
            says: None,
            remarks: Vec::new(),
        }
    }

    fn failure(&self) -> Option<&Failure> {
        match &self.verdict {
            Verdict::Good => None,
            Verdict::Bad(failure) | Verdict::Unknown(failure) => Some(failure),
        }
    }

    fn document(&self) -> Value {
        let reason = self.says.clone().or(self.failure().map(ToString::to_string));
        json!({"url": self.url, "verdict": word(&self.verdict), "reason": reason})
    }

    fn say(&self, ctx: &Ctx) {
        if ctx.json {
            ctx.console.document(&self.document());
        }
        match (&self.says, &self.url) {
            (Some(says), _) => ctx.console.say(says),
            (None, Some(url)) if !ctx.json && self.verdict == Verdict::Good => {
                ctx.console.say(&format!("{url} serves"));
            }
            (None, _) => {}
        }
    }

    /// For summary and outputs. A URL of no environment is in neither.
    fn report(&self, app: &str, environment: &Environment) -> Report {
        let state = match self.verdict {
            Verdict::Good => State::Ready,
            Verdict::Bad(_) => State::Failed,
            Verdict::Unknown(_) => State::Unknown,
        };
        let mut report = Report::new(app, environment.clone(), state);
        let url = self.url.as_deref().unwrap_or_default();
        report.notes = vec![match (&self.says, self.failure()) {
            (Some(says), _) => says.clone(),
            (None, None) => format!("{environment}: {url}: answers as it should"),
            (None, Some(_)) => format!("Asked: `{url}`"),
        }];
        report.failure = self.failure().cloned();
        report.notes.extend(self.remarks.iter().cloned());
        report.url.clone_from(&self.url);
        report
    }
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "good",
        Verdict::Bad(_) => "bad",
        Verdict::Unknown(_) => "unknown",
    }
}

/// A status that was asked for, else what suits a path that someone chose.
fn expected(status: Option<u16>, chosen: bool) -> Expect {
    match status {
        Some(status) => Expect::Status(status),
        None if chosen => Expect::Range(200..=399),
        None => Expect::Below500,
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
