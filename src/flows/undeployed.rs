//! Whether what each environment has is its branch's head, as GitHub's deployments tell: a push that starts no run is seen
//! by no run.

use std::time::Duration;

use super::context::Ctx;
use super::site::says_skip;
use crate::config::{Config, Target};
use crate::github::GitHub;
use crate::github::repository::Repository;
use crate::model::age::age;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::net::error::ApiError;

/// The run of a younger head may still be under way.
const UNDER_WAY: Duration = Duration::from_secs(3 * 60 * 60);

/// Words in a head commit's message that keep GitHub from starting a run.
/// <https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs>
const NO_RUN: [&str; 7] = [
    "[skip ci]",
    "[ci skip]",
    "[no ci]",
    "[skip actions]",
    "[actions skip]",
    "skip-checks: true",
    "skip-checks:true",
];

/// One report for each environment that has something else than its branch's head. What GitHub does not answer is said and
/// not found.
pub(super) async fn reports(ctx: &Ctx, repository: &Repository, config: &Config) -> anyhow::Result<Vec<Report>> {
    let mut reports = Vec::new();
    for (name, target) in config.targets().filter(|(_, target)| target.nightly) {
        let Ok(environment) = name.parse::<Environment>() else {
            continue;
        };
        match of(ctx.github()?, repository, &environment, target).await {
            Ok(found) => reports.extend(found),
            Err(error) => {
                ctx.wait.check()?;
                ctx.console.warn(&format!(
                    "Could not compare what `{environment}` has with its branch: {error}"
                ));
            }
        }
    }
    Ok(reports)
}

async fn of(
    github: &GitHub,
    repository: &Repository,
    environment: &Environment,
    target: &Target,
) -> Result<Option<Report>, ApiError> {
    let branch = target.branch_or(&repository.default_branch);
    // What was never deployed here is deployed by something else, or not yet.
    let Some(good) = github.last_good(environment.on_github()).await? else {
        return Ok(None);
    };
    let is_good = |head: &Sha| good.as_ref().is_some_and(|good| good.is(head));
    let Some(head) = github.branch_head(branch).await?.filter(|head| !is_good(head)) else {
        return Ok(None);
    };
    let Some(commit) = github.commit(&head).await? else {
        return Ok(None);
    };
    let is_young = |at| age(github.now(), at) < UNDER_WAY;
    if commit.committed_at().is_some_and(is_young) || says_skip(&commit.message) {
        return Ok(None);
    }
    let of_head = github.recorded(environment, &head).await?;
    let state = of_head.first().map(|recorded| recorded.state.as_str());
    let (what, why, next) = (
        match &good {
            Some(good) => format!(
                "`{environment}` runs `{}`, but `{branch}` is at `{}`",
                good.short(),
                head.short()
            ),
            None => format!(
                "none of the last deployments of `{environment}` ended well, and `{branch}` is at `{}`",
                head.short()
            ),
        },
        why(&commit.message, state),
        next(environment, &head),
    );
    let mut report = Report::new("", environment.clone(), State::Failed);
    report.notes = vec![format!("{what}: {why}"), format!("Next: {next}")];
    report.commit = Some(head);
    report.serving = good;
    report.failure = Some(Failure::bad(what).why(why).next(next));
    Ok(Some(report))
}

/// `state`: the last one of the head's deployment; `None`: it has none.
fn why(message: &str, state: Option<&str>) -> String {
    let message = message.to_lowercase();
    let words = NO_RUN.iter().find(|words| message.contains(**words));
    match (state, words) {
        (Some("failure"), _) => "its deployment failed".to_owned(),
        (Some("error"), _) => "its deployment ended without a result".to_owned(),
        (Some("inactive"), _) => {
            "it was deployed, and another deployment took its place since: a rollback, for instance".to_owned()
        }
        (Some(_), _) => "its deployment has not come to an end".to_owned(),
        (None, Some(words)) => format!("its message says `{words}`, so GitHub started no run"),
        (None, None) => {
            "no run has deployed it. GitHub starts none after a merge by `GITHUB_TOKEN` (auto-merge), for a \
                         disabled workflow, or for paths that the workflow's filter leaves out; or a run waits for \
                         approval"
                .to_owned()
        }
    }
}

fn next(environment: &Environment, head: &Sha) -> String {
    format!(
        "deploy it with `gh workflow run do-deploy-redeploy.yml -f command=deploy -f environment={environment} -f \
         commit={head}`, after a rollback also with `-f release=true`. Where it is meant to stay, set `nightly = false` \
         for this environment in `do-deploy.toml`"
    )
}

#[cfg(test)]
mod tests {
    use super::why;

    #[test]
    fn the_reason_is_what_is_known_of_the_head() {
        for (message, state, says) in [
            ("Fix", None, "no run has deployed it"),
            ("Fix [CI skip]", None, "its message says `[ci skip]`"),
            ("Fix [skip ci]", Some("failure"), "its deployment failed"),
            ("Fix", Some("error"), "ended without a result"),
            ("Fix\n\nskip-checks: true", None, "its message says `skip-checks: true`"),
            ("Fix", Some("inactive"), "another deployment took its place"),
            ("Fix", Some("in_progress"), "has not come to an end"),
            ("Fix", Some(""), "has not come to an end"),
        ] {
            let said = why(message, state);
            assert!(said.contains(says), "{message} {state:?}: {said}");
        }
    }
}
