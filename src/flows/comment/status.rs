//! `/status`: what the preview is doing, where, at which commit, and what it costs.

use super::super::context::Ctx;
use super::replies;
use crate::flows::inspect::status;
use crate::flows::project::target::Target;
use crate::model::answer::Answer;
use crate::model::count::plural;
use crate::platforms::App;
use crate::wait::in_words;

pub(super) async fn answer(ctx: &Ctx, target: &Target, app: &App) -> anyhow::Result<Answer> {
    let Target {
        repository,
        environment,
        platform,
        ..
    } = target;
    let row = status::row(ctx, repository, environment, platform.as_ref(), app).await?;
    let state = match row.state {
        "active" => "awake",
        "failed" => "not serving: no deployment of it has succeeded yet",
        "deploying" if row.commit.is_some() => "being deployed; what served before keeps serving",
        "deploying" => "being deployed for the first time",
        other => other,
    };
    let mut answer = Answer::new(Some("/status"), format!("`{}` is {state}", row.app));
    answer.url = row.url.filter(|_| app.active.is_some());
    if let Some(commit) = &row.commit {
        let age = row
            .age
            .map(|age| format!(", deployed {} ago", in_words(age)))
            .unwrap_or_default();
        answer = answer.point(format!("`{}` serves{age}", commit.short()));
    }
    if let Some(behind) = row.behind.filter(|behind| *behind > 0) {
        answer = answer.point(format!("The branch is {} ahead of it", plural(behind, "commit")));
    }
    if row.state == "asleep" {
        let wake = replies::written("/wake", target.app.names.key.as_deref());
        answer = answer.point(format!("The next request wakes it, and so does {wake}"));
    }
    if let Some(cost) = row.cost {
        let asleep = cost
            .asleep
            .map(|asleep| format!(" awake, ${asleep:.2} asleep"))
            .unwrap_or_default();
        answer = answer.point(format!("Costs ${:.2} a month{asleep}", cost.awake));
    }
    Ok(answer)
}
