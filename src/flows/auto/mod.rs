//! Chooses what to do from the event that started the run, and does it.

mod act;
mod as_it_is;
mod decide;
mod dispatch_inputs;
mod dispatch_value;
mod environment;
mod event;
mod start;
mod table;

use decide::{Chosen, Decision, decide};
use event::Event;

use super::context::Ctx;
use crate::flows::flags::Flags;
use crate::flows::project::source::Source;
use crate::flows::project::unmerged;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::model::verdict::Verdict;

/// How the flow that was chosen ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// For each app.
    Reports(Vec<Report>),
    Verdict(Box<Verdict>),
    /// It has said everything itself.
    Reported,
}

/// `flags`: also of what an event deploys; a workflow gives them whatever the event is.
#[tracing::instrument(target = "flow", name = "auto", skip_all)]
pub(crate) async fn run(ctx: &mut Ctx, flags: &Flags) -> anyhow::Result<Ended> {
    let name = ctx.run.event_name.clone().ok_or_else(|| {
        Failure::input("there is no event to choose from")
            .why("`GITHUB_EVENT_NAME` is not set")
            .next("outside GitHub Actions name the command: `do-deploy deploy`, `do-deploy preview --pr N`, …")
    })?;
    let unreadable = |error: anyhow::Error| {
        Failure::input(format!("{error:#}")).next("set `GITHUB_EVENT_PATH` to the file that holds the event's payload")
    };
    let payload = ctx.run.event().map_err(unreadable)?.ok_or_else(|| {
        Failure::input("the event has no payload")
            .why("`GITHUB_EVENT_PATH` is not set")
            .next("set it to the file that holds the event's payload")
    })?;
    let mut event = Event::new(
        &name,
        payload,
        ctx.clouds.reachable().is_ok(),
        ctx.clouds.usual().words().token,
    )?;
    event.must_be_of(ctx.repository.as_deref())?;
    let chosen = choose(ctx, &mut event, flags).await?;
    if let Decision::Asked(asked) = &chosen.decision {
        ctx.dry_run = asked.flags.dry_run;
        ctx.app.clone_from(&asked.flags.app);
    }
    announce(ctx, &name, &chosen);
    if !flags.images.is_empty() && !chosen.decision.deploys() {
        ctx.console.say("The images are of no use here: nothing is deployed");
    }
    if let Decision::Nothing { environment } = chosen.decision {
        let mut report = Report::new("", environment, State::Skipped);
        report.notes.push(format!("Nothing to do: {}", chosen.reason));
        ctx.record(&report);
        return Ok(Ended::Reports(vec![report]));
    }
    act::act(ctx, chosen.decision, flags.dry_run).await
}

/// Asks for pull requests and the configuration only if the answer depends on them.
async fn choose(ctx: &Ctx, event: &mut Event, flags: &Flags) -> anyhow::Result<Chosen> {
    if event.is_a_start() {
        event.start.about = flags.environment.as_ref().and_then(Environment::pull_request);
    }
    if let Some(chosen) = decide(event, None, flags)? {
        return Ok(chosen);
    }
    if event.is_a_start() {
        let commit = event.commit();
        let heads = ctx.github()?.pulls_headed_by(&commit, event.head_repository()).await?;
        event.start.heads = Some(heads);
        if let Some(chosen) = decide(event, None, flags)? {
            return Ok(chosen);
        }
    }
    let config = Source::of_branch(ctx, event.default_branch()).await.config().await?;
    let chosen = decide(event, Some(&config), flags)?;
    let mut chosen = chosen.ok_or_else(|| Failure::input("the event has no answer"))?;
    if let Some(branch) = event.undeployed_branch(&config) {
        let of_branch = Source::at(ctx, &event.commit()).await.config().await;
        let claimed = of_branch.map(|of_branch| event.environments(&of_branch));
        let claims = unmerged::branch_claims(&claimed.unwrap_or_default(), branch, event.default_branch());
        chosen.reason.extend(claims.map(|claims| format!(". {claims}")));
    }
    Ok(chosen)
}

/// The event, as the row of the table names it, and what is done about it.
fn announce(ctx: &Ctx, event: &str, chosen: &Chosen) {
    let Chosen { row, decision, reason } = chosen;
    let when = match row.when {
        "always" => String::new(),
        when => format!(" ({when})"),
    };
    tracing::debug!(target: "decision", "`{decision}` is chosen because {reason}");
    ctx.console.say(&format!("Event: `{event}`{when}"));
    match decision {
        Decision::Nothing { .. } => ctx.console.notice(&format!("Nothing to do: {reason}")),
        decision => ctx.console.say(&format!("Chosen: {decision} ({reason})")),
    }
}
