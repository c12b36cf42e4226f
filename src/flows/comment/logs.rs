//! `/logs`: the last lines of a log, as far as those who read the comment may see them.

use super::super::context::Ctx;
use super::Outcome;
use crate::config::{CommentLogs, Config};
use crate::flows::inspect::logs::{LogSource, named, sources};
use crate::flows::project::target::Target;
use crate::model::answer::{Answer, AnswerLog};
use crate::model::failure::Shown;
use crate::platforms::{App, Facts, LogKind};
use crate::redact::Clean;
use crate::render::context::Logs;
use crate::report::{self, failed_run_url};

/// Lines that are fetched; the run's log shows them, the comment the last ones.
const FETCHED: usize = 400;

const PUBLIC: &str =
    "In a public repository `/logs` shows the lines of builds and migrations; `[comment] logs` changes that";

pub(super) async fn answer(
    ctx: &Ctx,
    config: &Config,
    target: &Target,
    pull: u64,
    app: &App,
    wanted: Option<LogKind>,
) -> anyhow::Result<(Outcome, Answer)> {
    let Target {
        repository, platform, ..
    } = target;
    let in_comment = report::logs(config.comment.logs, repository.private);
    // The run's log has the same readers as the comment, whatever the configuration says of comments.
    let in_log = report::logs(CommentLogs::Auto, repository.private);
    let everywhere = if in_comment == Logs::All { Logs::All } else { in_log };
    let prints = |kind: LogKind| format!("`do-deploy logs {} --kind {}` prints it", target.flags(), word(kind));
    let redactor = ctx.redactor_of(&app.document, config);
    let mut withheld: Option<LogSource> = None;
    for source in sources(ctx, platform.as_ref(), app, wanted).await? {
        let kind = source.kind;
        // What went well says nothing about a failure whose own words may not be shown.
        let is_beside = matches!(kind, LogKind::Build | LogKind::Deploy);
        if is_beside && withheld.as_ref().is_some_and(|withheld| withheld.failed) {
            continue;
        }
        let lines = source
            .fetch(platform.as_ref(), app, None, FETCHED)
            .await?
            .unwrap_or_default();
        if lines.is_empty() {
            continue;
        }
        let texts = redactor.lines(lines.iter().map(|line| &line.text));
        let components = lines.into_iter().map(|line| line.component);
        let lines: Vec<Line> = components.zip(texts).collect();
        let shown = permitted(
            &source.document.as_ref().unwrap_or(&app.document).facts(),
            kind,
            &lines,
            everywhere,
        );
        if shown.is_empty() {
            withheld = withheld.or(Some(source));
            continue;
        }
        ctx.console
            .group(&format!("The last lines of the {}", title(kind)), &shown);
        let whose = if source.failed {
            ", of the deployment that failed last"
        } else {
            ""
        };
        let mut answer = Answer::new(Some("/logs"), format!("the {} of `{}`{whose}", title(kind), app.name));
        if in_comment == Logs::None {
            answer = answer
                .point("Comments show no lines of logs here (`[comment] logs` changes that)")
                .point("The run's log has the last ones");
            return Ok((Outcome::Done, answer));
        }
        answer.log = Some(AnswerLog {
            title: title(kind),
            lines: shown,
        });
        if withheld.is_some() {
            answer = answer.point(PUBLIC);
        }
        return Ok((Outcome::Done, answer.point(prints(kind))));
    }
    let Some(withheld) = withheld else {
        let said = "there is no such log: its phase did not run, or printed nothing";
        return Ok((Outcome::Done, Answer::new(Some("/logs"), said)));
    };
    let kind = title(withheld.kind);
    let mut said = format!("the {kind} of `{}` is not shown in a public repository", app.name);
    let mut url = None;
    if withheld.failed {
        url = failed_run_url(&ctx.reporter(config, repository), pull).await;
    }
    if url.is_some() {
        said.push_str("; this run failed, and says why:");
    }
    let mut answer = Answer::new(Some("/logs"), said)
        .point(PUBLIC)
        .point(prints(withheld.kind));
    answer.url = url;
    Ok((Outcome::Refused, answer))
}

/// A line with the component that wrote it.
type Line = (Option<String>, Clean);

/// The lines that readers of that kind may see, with their component where there are several.
fn permitted(facts: &Facts, kind: LogKind, lines: &[Line], logs: Logs) -> Vec<Clean> {
    let text = |(component, text): &Line| named(facts, component.as_deref(), text);
    let is_job = |(component, _): &&Line| component.as_ref().is_some_and(|name| facts.is_job(name));
    match kind {
        LogKind::Build if logs.show(Shown::Build) => lines.iter().map(text).collect(),
        _ if logs.show(Shown::Run) => lines.iter().map(text).collect(),
        LogKind::Deploy if logs.show(Shown::Migration) => lines.iter().filter(is_job).map(text).collect(),
        LogKind::Run | LogKind::Restarted if logs.show(Shown::Migration) => {
            // Of one component at a time: another one's lines between would be taken for the migration's.
            let mut names: Vec<_> = lines.iter().map(|(component, _)| component).collect();
            names.sort();
            names.dedup();
            names
                .into_iter()
                .find_map(|name| {
                    let announcement = facts.announcement(name.as_deref())?;
                    let own = lines.iter().filter(|(component, _)| component == name);
                    announcement.failed_migration(&own.map(|(_, text)| text.clone()).collect::<Vec<_>>())
                })
                .unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn word(kind: LogKind) -> &'static str {
    match kind {
        LogKind::Build => "build",
        LogKind::Deploy => "deploy",
        LogKind::Run => "run",
        LogKind::Restarted => "restarted",
    }
}

fn title(kind: LogKind) -> &'static str {
    match kind {
        LogKind::Build => "build log",
        LogKind::Deploy => "deploy log",
        LogKind::Run => "log",
        LogKind::Restarted => "log of restarted instances",
    }
}
