//! Prints the logs of an environment, by kind and component, and knows which deployment's people mean.

use serde_json::json;

use crate::flows::context::Ctx;
use crate::flows::inspect::found::{Found, app_of};
use crate::flows::sentence::list;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::rollout::Phase;
use crate::platforms::{App, Deployment, Document, Facts, LogKind, LogLine, Platform};
use crate::redact::Clean;

/// Of what serves, and of what never got so far: what the app prints now says most.
const SERVING: &[LogKind] = &[LogKind::Run, LogKind::Restarted, LogKind::Deploy, LogKind::Build];

/// A log that may be the one that is meant.
#[derive(Clone, Debug)]
pub(crate) struct LogSource {
    /// `None`: the active one.
    pub(crate) deployment: Option<String>,
    pub(crate) kind: LogKind,
    /// Whether it is the log of a deployment that failed.
    pub(crate) failed: bool,
    /// What was deployed. `None`: what the app's own spec says.
    pub(crate) document: Option<Document>,
}

impl LogSource {
    /// `None`: the phase never ran.
    pub(crate) async fn fetch(
        &self,
        platform: &dyn Platform,
        app: &App,
        component: Option<&str>,
        tail: usize,
    ) -> anyhow::Result<Option<Vec<LogLine>>> {
        let deployment = self.deployment.as_deref();
        Ok(platform.logs(&app.id, deployment, component, self.kind, tail).await?)
    }
}

/// The logs that are meant when no deployment is named: the first that has lines. The newest deployment's where it
/// failed, because that is what people ask about; else the active one's, and where nothing ever served, the newest
/// one's. A kind that someone names and that the failed deployment lacks is the active one's.
pub(crate) async fn sources(
    ctx: &Ctx,
    platform: &dyn Platform,
    app: &App,
    wanted: Option<LogKind>,
) -> anyhow::Result<Vec<LogSource>> {
    let newest = platform.deployments(&app.id, 1).await?.pop();
    let failed = newest.as_ref().filter(|newest| newest.phase == Phase::Failed);
    // After a rollback the app's spec is not the one that failed.
    if let Some(document) = newest.as_ref().and_then(|newest| newest.document.as_ref()) {
        ctx.register_secrets(document);
    }
    let serving = app.active.is_some();
    let mut sources = match (failed, wanted) {
        (Some(failed), Some(kind)) => of(Some(failed), &[kind]),
        (Some(failed), None) => of(Some(failed), &relevant(failed)),
        (None, _) => Vec::new(),
    };
    let other = newest.as_ref().filter(|_| !serving);
    match (failed, wanted) {
        (Some(_), Some(kind)) if serving => sources.extend(of(None, &[kind])),
        (Some(_), _) => {}
        (None, Some(kind)) => sources.extend(of(other, &[kind])),
        (None, None) => sources.extend(of(other, SERVING)),
    }
    Ok(sources)
}

fn of(deployment: Option<&Deployment>, kinds: &[LogKind]) -> Vec<LogSource> {
    let source = |kind: &LogKind| LogSource {
        deployment: deployment.map(|deployment| deployment.id.clone()),
        kind: *kind,
        failed: deployment.is_some_and(|deployment| deployment.phase == Phase::Failed),
        document: deployment.and_then(|deployment| deployment.document.clone()),
    };
    kinds.iter().map(source).collect()
}

/// The logs that explain why it failed. A deployment that ended without a word in that phase was built, at least.
fn relevant(failed: &Deployment) -> Vec<LogKind> {
    let mut kinds = failed.telling_logs.to_vec();
    if !kinds.contains(&LogKind::Build) {
        kinds.push(LogKind::Build);
    }
    kinds
}

/// How many lines are printed unless a number is given: the last ones.
pub(crate) const TAIL: usize = 200;

/// How many deployments back the search for an id goes.
const LOOKED_AT: usize = 100;

/// How many of them are listed for somebody to choose from, the newest first.
const LISTED: usize = 5;

/// A line with the component that wrote it in front, where the app has several.
pub(crate) fn named(facts: &Facts, component: Option<&str>, text: &Clean) -> Clean {
    match component {
        Some(name) if facts.components.len() > 1 => text.of(name),
        _ => text.clone(),
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) environment: Environment,
    /// `None`: of the phase that failed, where the newest deployment did; else what the app prints, or where it never
    /// ran, what crashed instances printed, or else the deployment's.
    pub(crate) kind: Option<LogKind>,
    pub(crate) component: Option<String>,
    pub(crate) deployment: Option<String>,
    pub(crate) tail: usize,
    pub(crate) follow: bool,
}

/// The last ones are listed: nothing else prints ids of deployments.
fn no_deployment(app: &App, id: &str, earlier: &[Deployment]) -> Failure {
    let failure = Failure::input(format!("`{}` has no deployment `{id}`", app.name));
    let last = list(earlier.iter().take(LISTED).map(|it| it.id.as_str()));
    match earlier.is_empty() {
        true => failure.next("deploy it first"),
        false => failure
            .why(format!("its last ones are {last}"))
            .next("choose one of them, or leave `--deployment` out"),
    }
}

#[tracing::instrument(target = "flow", name = "logs", skip_all)]
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<()> {
    let Found {
        target, app, redactor, ..
    } = app_of(ctx, &request.environment).await?;
    let platform = target.platform.as_ref();
    let component = request.component.as_deref();
    let facts = app.document.facts();
    let names: Vec<&str> = facts.components.iter().map(|it| it.name.as_str()).collect();
    if let Some(name) = component
        && !names.contains(&name)
    {
        let known = names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ");
        return Err(Failure::input(format!("`{}` has no component `{name}`", app.name))
            .next(format!("choose one of {known}"))
            .into());
    }
    let print = |line: &LogLine, text: &Clean| match &line.component {
        Some(name) if component.is_none() => ctx.console.log_data(&text.of(name)),
        _ => ctx.console.log_data(text),
    };
    if let Some(id) = &request.deployment {
        // It may have had secrets that the app has no more.
        let earlier = platform.deployments(&app.id, LOOKED_AT).await?;
        match earlier.iter().find(|it| it.id == *id) {
            Some(deployment) => deployment.document.iter().for_each(|it| ctx.register_secrets(it)),
            None if earlier.len() < LOOKED_AT => return Err(no_deployment(&app, id, &earlier).into()),
            None => {}
        }
    }
    if request.follow {
        // Only what runs goes on speaking.
        let newest = match (&request.deployment, &app.active) {
            (None, None) => platform.deployments(&app.id, 1).await?.pop().map(|newest| newest.id),
            _ => None,
        };
        let deployment = request.deployment.as_deref().or(newest.as_deref());
        let kind = request.kind.unwrap_or(LogKind::Run);
        let mut following = redactor.following();
        let mut print = |line: LogLine| print(&line, &following.line(&line.text));
        let follow = platform.follow_log(&app.id, deployment, component, kind, &mut print);
        tokio::select! {
            followed = follow => drop(followed?),
            () = ctx.console.unread() => {}
        }
        return Ok(());
    }
    let sources = match &request.deployment {
        Some(deployment) => {
            let kinds = request.kind.map_or_else(|| SERVING.to_vec(), |kind| vec![kind]);
            let source = |kind| LogSource {
                deployment: Some(deployment.clone()),
                kind,
                failed: false,
                document: None,
            };
            kinds.into_iter().map(source).collect()
        }
        None => sources(ctx, platform, &app, request.kind).await?,
    };
    let mut lines = None;
    for source in sources {
        lines = source.fetch(platform, &app, component, request.tail).await?.or(lines);
        if lines.as_ref().is_some_and(|lines| !lines.is_empty()) {
            if let (true, Some(failed), Some(active)) = (source.failed, &source.deployment, &app.active) {
                ctx.console.say(&format!(
                    "Of deployment {failed}, which failed; `--deployment {}` shows the one that serves",
                    active.id
                ));
            }
            break;
        }
    }
    let Some(lines) = lines else {
        ctx.console.say("There is no such log: that phase never ran");
        if ctx.json {
            ctx.console.document(&json!({"app": app.name, "lines": null}));
        }
        return Ok(());
    };
    let texts = lines.iter().map(|line| &line.text);
    if ctx.json {
        let lines: Vec<_> = lines
            .iter()
            .zip(redactor.lines_as_printed(texts))
            .map(|(line, text)| json!({"component": line.component, "time": line.time, "text": &*text}))
            .collect();
        ctx.console.document(&json!({"app": app.name, "lines": lines}));
        return Ok(());
    }
    for (line, text) in lines.iter().zip(redactor.lines(texts)) {
        print(line, &text);
    }
    Ok(())
}
