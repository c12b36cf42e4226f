//! `/wake`: requests the preview's URL until it answers, and says how long that took.

use std::time::Instant;

use super::super::context::Ctx;
use super::replies;
use super::{Command, Done, Outcome, Unanswered};
use crate::config::Config;
use crate::flows::project::ownership;
use crate::flows::project::target::Target as Preview;
use crate::flows::rollout::http_checks::HttpChecks;
use crate::health::{HealthVerdict, Observation, Prober, Target, watch};
use crate::model::answer::Answer;
use crate::model::failure::{Failure, Kind};
use crate::model::report::State;
use crate::platforms::{App, ComponentHealth};
use crate::wait::{Deadline, humanize};

/// Nothing is deployed here: the first good answer is what was asked for.
const ONE_IS_ENOUGH: u32 = 1;

pub(super) async fn wake(ctx: &Ctx, config: &Config, on: &Preview, app: &App) -> anyhow::Result<Done> {
    let Preview {
        environment, platform, ..
    } = on;
    let key = on.app.names.key.as_deref();
    let url = match address(app, key) {
        Ok(url) => url,
        Err(answer) => return Ok(Done::answered(environment, Outcome::Refused, answer)),
    };
    let health = platform.health(&app.id).await;
    let was_asleep = health.is_ok_and(|components| ComponentHealth::is_asleep(&components));
    let checks = HttpChecks::of(&url.into(), &config.health, &app.document, &[])?;
    let deadline = Deadline::after(ctx.timeout.unwrap_or(config.health.timeout));
    let mut say = |target: &Target, seen: &Observation| ctx.console.say(&format!("{}: {seen}", target.url));
    let started = Instant::now();
    let verdict = watch(
        &Prober::new()?,
        checks.targets(),
        deadline,
        &ctx.wait,
        ONE_IS_ENOUGH,
        &mut say,
    )
    .await?;
    let mut report = on.report(&app.name, State::Ready);
    report.url = Some(url.to_owned());
    report.commit = ownership::serving(ctx, app);
    report.app_id = Some(app.id.clone());
    report.duration = Some(started.elapsed());
    let took = humanize(started.elapsed());
    if let HealthVerdict::Good(_) = verdict {
        let mut answer = Answer::new(Some("/wake"), format!("the preview answered after {took}"));
        if was_asleep {
            answer = answer.point("It was asleep: what its instance had on its disk is gone");
        }
        answer.url = Some(url.to_owned());
        return Ok(Done {
            reports: vec![report],
            outcome: Outcome::Done,
            unanswered: Unanswered::Everywhere(answer),
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
    let answer = replies::failed(Command::Wake, &failure).point(format!(
        "Asked for {took}; {} may show why",
        replies::written("/logs", key)
    ));
    report.failure = Some(failure);
    Ok(Done {
        reports: vec![report],
        outcome: Outcome::Failed,
        unanswered: Unanswered::Everywhere(answer),
    })
}

/// Where the preview can be asked; an address alone is not enough while nothing serves. `Err`: nowhere, and why. `key`: of
/// one of several apps.
fn address<'a>(app: &'a App, key: Option<&str>) -> Result<&'a str, Answer> {
    if let Some(state) = app.document.facts().offline {
        return Err(Answer::new(
            Some("/wake"),
            state.sentence(&app.name, app.document.words()),
        ));
    }
    let deploying = app.in_progress.as_ref().is_some_and(|it| !it.phase.is_final());
    match (&app.active, &app.url) {
        (Some(_), Some(url)) => Ok(url),
        (Some(_), None) if app.url_is_refused => Err(Answer::new(
            Some("/wake"),
            "the platform gives the preview an address that is not a URL of the web",
        )),
        (Some(_), None) => Err(Answer::new(
            Some("/wake"),
            "the preview has no public component that could be asked",
        )),
        (None, _) if deploying => Err(Answer::new(
            Some("/wake"),
            "the preview is being deployed for the first time",
        )),
        (None, _) => Err(
            Answer::new(Some("/wake"), "no deployment of the preview has succeeded yet").point(format!(
                "{} shows why, {} tries again",
                replies::written("/logs", key),
                replies::written("/redeploy", key)
            )),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::address;
    use crate::platforms::App;
    use crate::platforms::tests::new_app;

    #[test]
    fn an_address_where_nothing_serves_yet_is_not_asked() {
        let app = App {
            url: Some("https://shop-pr-1.example".to_owned()),
            ..new_app("a", "shop-pr-1")
        };
        let said = address(&app, None).map_err(|answer| answer.said);
        assert_eq!(said, Err("no deployment of the preview has succeeded yet".to_owned()));
    }
}
