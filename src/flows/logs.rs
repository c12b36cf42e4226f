//! Prints the logs of an environment, by kind and component.

use serde_json::json;

use super::context::Ctx;
use super::verify::app_of;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::foreign::strip;
use crate::platform::{LogKind, LogLine};

/// The last so many lines are printed where nobody says how many.
pub(crate) const TAIL: usize = 200;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) environment: Environment,
    /// `None`: what the app prints, or where it never ran, what crashed instances printed, or else the deployment's.
    pub(crate) kind: Option<LogKind>,
    pub(crate) component: Option<String>,
    pub(crate) deployment: Option<String>,
    pub(crate) tail: usize,
    pub(crate) follow: bool,
}

pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<()> {
    let (app, _) = app_of(ctx, &request.environment).await?;
    let platform = ctx.platform()?;
    let component = request.component.as_deref();
    let names: Vec<&str> = crate::spec::components(&app.spec)
        .iter()
        .map(|component| component.name)
        .collect();
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
    let print = |line: &LogLine, text: &str| match &line.component {
        Some(name) if component.is_none() => ctx.console.clean_data(&format!("{}  {text}", strip(name))),
        _ => ctx.console.clean_data(text),
    };
    // An app whose first deployment failed has no active one: the newest is the one that people ask about.
    let newest = match (&request.deployment, &app.active) {
        (None, None) => platform.deployments(&app.id, 1).await?.pop().map(|newest| newest.id),
        _ => None,
    };
    let deployment = request.deployment.as_deref().or(newest.as_deref());
    if request.follow {
        let kind = request.kind.unwrap_or(LogKind::Run);
        let mut cleaner = ctx.redactor.lines();
        platform
            .follow(&app.id, deployment, component, kind, &mut |line| {
                print(&line, &cleaner.clean(&strip(&line.text)));
            })
            .await?;
        return Ok(());
    }
    let kinds = match request.kind {
        Some(kind) => vec![kind],
        None => vec![LogKind::Run, LogKind::Restarted, LogKind::Deploy, LogKind::Build],
    };
    let mut lines = None;
    for kind in kinds {
        lines = platform
            .logs(&app.id, deployment, component, kind, request.tail)
            .await?;
        if lines.as_ref().is_some_and(|lines| !lines.is_empty()) {
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
    let texts = lines.iter().map(|line| {
        // A program gets what was printed; for people nothing may be hidden or repainted.
        if ctx.json { line.text.clone() } else { strip(&line.text) }
    });
    let texts = ctx.redactor.clean_lines(texts);
    if ctx.json {
        let lines: Vec<_> = lines
            .iter()
            .zip(texts)
            .map(|(line, text)| json!({"component": line.component, "time": line.time, "text": text}))
            .collect();
        ctx.console.document(&json!({"app": app.name, "lines": lines}));
        return Ok(());
    }
    for (line, text) in lines.iter().zip(texts) {
        print(line, &text);
    }
    Ok(())
}
