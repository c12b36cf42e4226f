//! `/wake`: requests the preview's URL until it answers, and says how long that took.

use std::time::Instant;

use super::super::checks::Checks;
use super::super::context::Ctx;
use super::replies;
use super::{Command, Done, Outcome};
use crate::config::Config;
use crate::health::{HealthVerdict, Observation, Prober, Target, watch};
use crate::model::answer::Answer;
use crate::model::environment::Environment;
use crate::model::failure::{Failure, Kind};
use crate::model::report::{Report, State};
use crate::platform::App;
use crate::wait::{Deadline, humanize};

/// Nothing is deployed here: the first good answer is what was asked for.
const ONE_IS_ENOUGH: u32 = 1;

pub(super) async fn wake(ctx: &Ctx, config: &Config, environment: &Environment, app: &App) -> anyhow::Result<Done> {
    let deploying = app.latest.as_ref().is_some_and(|latest| !latest.phase.is_final());
    let Some(url) = app.url.as_ref().filter(|_| app.active.is_some()) else {
        let answer = match (app.active.is_some(), deploying) {
            (true, _) => Answer::new(Some("/wake"), "the preview has no public component that could be asked"),
            (false, true) => Answer::new(Some("/wake"), "the preview is being deployed for the first time"),
            (false, false) => Answer::new(Some("/wake"), "no deployment of the preview has succeeded yet")
                .point("`/logs` tells why, `/redeploy` tries again"),
        };
        return Ok(Done::answered(environment, Outcome::Refused, answer));
    };
    let was_asleep = matches!(ctx.platform()?.sleeping(&app.id).await, Ok(Some(true)));
    let checks = Checks::of(url, &config.health, &app.spec)?;
    let deadline = Deadline::after(ctx.timeout.unwrap_or(config.health.timeout));
    let mut say = |target: &Target, seen: &Observation| ctx.console.say(&format!("{}: {seen}", target.url));
    let started = Instant::now();
    let verdict = watch(
        &Prober::new()?,
        &checks.targets,
        deadline,
        &ctx.wait,
        ONE_IS_ENOUGH,
        &mut say,
    )
    .await?;
    let mut report = Report::new(&app.name, environment.clone(), State::Ready);
    report.url = Some(url.clone());
    report.commit = super::super::ownership::serving(app);
    report.app_id = Some(app.id.clone());
    report.duration = Some(started.elapsed());
    let took = humanize(started.elapsed());
    if let HealthVerdict::Good = verdict {
        let mut answer = Answer::new(Some("/wake"), format!("the preview answered after {took}"));
        if was_asleep {
            answer = answer.point("It was asleep: what its instance had on its disk began anew");
        }
        answer.url = Some(url.clone());
        return Ok(Done {
            report,
            outcome: Outcome::Done,
            answer: Some(answer),
        });
    }
    let failure = verdict
        .failure()
        .unwrap_or_else(|| Failure::unknown("the preview did not answer"));
    report.state = if failure.kind == Kind::Bad {
        State::Failed
    } else {
        State::Unknown
    };
    let answer = replies::failed(Command::Wake, &failure).point(format!("Asked for {took}; `/logs` may tell why"));
    report.failure = Some(failure);
    Ok(Done {
        report,
        outcome: Outcome::Failed,
        answer: Some(answer),
    })
}
