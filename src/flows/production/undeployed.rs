//! Whether what each environment runs is its branch's head: a push that starts no run is seen by no run, and neither is
//! what someone does in the platform's panel.

use std::time::Duration;

use jiff::Timestamp;

use crate::config::Config;
use crate::flows::context::Ctx;
use crate::flows::production::compared::{Subject, not_compared, subjects};
use crate::flows::production::pin;
use crate::flows::production::redundant::contains;
use crate::flows::project::ownership;
use crate::flows::project::revision::says_skip;
use crate::flows::rollout::disappeared;
use crate::github::GitHub;
use crate::github::repository::{Commit, Repository};
use crate::github::runs::first_seen;
use crate::model::age::{CLOCKS_APART, age};
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::Report;
use crate::net::error::ApiError;
use crate::platforms::{App, CauseKind};

/// The run of a younger head may still be under way.
const UNDER_WAY: Duration = Duration::from_secs(3 * 60 * 60);

/// Commits below a head that is not to be deployed of which each is asked whether it was.
const LOOKED_BELOW: usize = 10;

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

/// One report for each app of an environment that has something else than its branch's head. `apps`: all that the run's token
/// sees. What cannot be read is said and not found.
pub(crate) async fn reports(
    ctx: &Ctx,
    repository: &Repository,
    config: &Config,
    apps: &[App],
) -> anyhow::Result<Vec<Report>> {
    let mut reports = Vec::new();
    for (name, target) in config.targets() {
        let Ok(environment) = name.parse::<Environment>() else {
            continue;
        };
        let branch = target.branch_or(&repository.default_branch);
        let subjects = match subjects(ctx, config, &environment, branch).await {
            Ok(subjects) => subjects,
            Err(error) => {
                not_compared(ctx, &format!("`{environment}`"), &error)?;
                continue;
            }
        };
        for subject in subjects {
            match of(ctx, repository, &subject, branch, apps).await {
                Ok(found) => reports.extend(found),
                Err(error) => not_compared(ctx, &subject.place(), &error)?,
            }
        }
    }
    Ok(reports)
}

/// What an environment runs.
struct Running<'a> {
    /// `None`: the token of this run does not see it.
    app: Option<&'a App>,
    /// By the platform's word where there is one, else by GitHub's deployments.
    commit: Option<Sha>,
    /// The commit is the platform's word.
    is_certain: bool,
    /// That there is no such app any more.
    gone: Option<Failure>,
}

/// `None`: nothing was ever deployed here, or something is just being deployed.
async fn running<'a>(
    ctx: &Ctx,
    repository: &Repository,
    subject: &Subject<'_>,
    apps: &'a [App],
) -> anyhow::Result<Option<Running<'a>>> {
    let Subject {
        environment,
        app: identity,
    } = subject;
    let recorded_as = identity.recorded_as();
    let app = ownership::only(apps, repository.id, environment, identity)?;
    if let Some(app) = app {
        if app.in_progress.is_some() {
            return Ok(None);
        }
        ctx.resolve_names_or_say(repository, app).await?;
        let commit = ownership::serving(ctx, app);
        // Images are of no commit that the platform knows.
        if commit.is_some() || app.active.is_none() {
            return Ok(Some(Running {
                app: Some(app),
                commit,
                is_certain: true,
                gone: None,
            }));
        }
    }
    // What was never deployed here is deployed by something else, or not yet.
    let Some(commit) = ctx.github()?.last_good(environment.on_github(), recorded_as).await? else {
        return Ok(None);
    };
    let mut gone = None;
    if app.is_none() {
        if let Some(commit) = &commit {
            gone = disappeared::look(ctx, environment, recorded_as, commit).await?;
        }
        if gone.is_none() {
            ctx.console.say(&format!(
                "This run's token sees no app of {}, which may be another team's: GitHub's records are compared with its branch instead",
                subject.place()
            ));
        }
    }
    Ok(Some(Running {
        app,
        commit,
        is_certain: false,
        gone,
    }))
}

async fn of(
    ctx: &Ctx,
    repository: &Repository,
    subject: &Subject<'_>,
    branch: &str,
    apps: &[App],
) -> anyhow::Result<Option<Report>> {
    let github = ctx.github()?;
    let environment = subject.environment;
    let Some(running) = running(ctx, repository, subject, apps).await? else {
        return Ok(None);
    };
    if let Some(gone) = running.gone {
        let mut report = subject.report();
        report.failure = Some(gone);
        return Ok(Some(report));
    }
    let Some(head) = github.branch_head(branch).await? else {
        return Ok(None);
    };
    let good = good(github, subject, &running).await?;
    if good.as_ref().is_some_and(|good| good.is(&head)) {
        return Ok(None);
    }
    let Some((missed, commit)) = missed(github, environment, branch, &head, good.as_ref()).await? else {
        return Ok(None);
    };
    if is_young(github, &missed, &commit, branch).await? {
        return Ok(None);
    }
    let recorded = github.recorded(environment, &missed).await?;
    let recorded_as = subject.app.recorded_as();
    let recorded = recorded.iter().find(|it| recorded_as.is_none_or(|app| app == it.app));
    let state = recorded.map(|recorded| recorded.state.as_str());
    let what = subject.named(what(environment, branch, &head, &running));
    let mut why = match by_a_rollback(running.app, subject, state) {
        Some(why) => why,
        None => why(&commit.message, state),
    };
    if !missed.is(&head) {
        why = format!(
            "the head says `[skip deploy]`, but `{}` below it does not: {why}",
            missed.short()
        );
    }
    let next = next(subject, &head);
    let mut report = subject.report();
    report.commit = Some(head);
    report.serving = running.commit;
    report.failure = Some(Failure::bad(what).why(why).next(next));
    Ok(Some(report))
}

/// What runs, unless its last deployment by this program did not end well.
async fn good(github: &GitHub, subject: &Subject<'_>, running: &Running<'_>) -> Result<Option<Sha>, ApiError> {
    let Some(commit) = running.commit.as_ref().filter(|_| running.is_certain) else {
        return Ok(running.commit.clone());
    };
    let environment = subject.environment.on_github();
    let ended = github.last_end(environment, subject.app.recorded_as(), commit).await?;
    let is_bad = matches!(ended.as_deref(), Some("failure" | "error"));
    Ok((!is_bad).then(|| commit.clone()))
}

fn what(environment: &Environment, branch: &str, head: &Sha, running: &Running<'_>) -> String {
    let head = head.short();
    match &running.commit {
        Some(commit) if commit.short() == head => {
            format!("`{environment}` runs `{head}`, which is not known to work")
        }
        Some(commit) => format!(
            "`{environment}` runs `{}`, but `{branch}` is at `{head}`",
            commit.short()
        ),
        None if running.is_certain => format!("nothing serves in `{environment}`, and `{branch}` is at `{head}`"),
        None => format!("none of the last deployments of `{environment}` ended well, and `{branch}` is at `{head}`"),
    }
}

/// The newest commit of the branch that a push brought for deployment, of those that what runs well does not contain. The
/// commits below a pushed head go with it: one counts if it was deployed, was a merge, or had a run of its own.
async fn missed(
    github: &GitHub,
    environment: &Environment,
    branch: &str,
    head: &Sha,
    good: Option<&Sha>,
) -> Result<Option<(Sha, Commit)>, ApiError> {
    let mut at = head.clone();
    for _ in 0..LOOKED_BELOW {
        let Some(commit) = github.commit(&at).await? else {
            return Ok(None);
        };
        let is_meant = !says_skip(&commit.message);
        if is_meant && at.is(head) {
            return Ok(Some((at, commit)));
        }
        if is_meant && was_pushed(github, environment, branch, &at).await? {
            let is_contained = match good {
                Some(good) => contains(github, good, &at).await?,
                None => false,
            };
            return Ok((!is_contained).then_some((at, commit)));
        }
        match commit.first_parent {
            Some(parent) if good.is_none_or(|good| !good.is(&parent)) => at = parent,
            _ => return Ok(None),
        }
    }
    Ok(None)
}

async fn was_pushed(github: &GitHub, environment: &Environment, branch: &str, commit: &Sha) -> Result<bool, ApiError> {
    if !github.recorded(environment, commit).await?.is_empty() {
        return Ok(true);
    }
    let runs = github.runs_of(commit).await?.unwrap_or_default();
    Ok(first_seen(&runs, branch).is_some() || github.merged_pull_of(commit, branch).await?.is_some())
}

/// Whether its push may have a run under way. A commit's own date is whatever its author's clock said: GitHub's first run of
/// it comes before that, and what is dated in the future says nothing.
async fn is_young(github: &GitHub, sha: &Sha, commit: &Commit, branch: &str) -> Result<bool, ApiError> {
    let runs = github.runs_of(sha).await?.unwrap_or_default();
    let now = github.now();
    let dated = |at: &Timestamp| age(*at, now) < CLOCKS_APART;
    let since = first_seen(&runs, branch).or(commit.committed_at().filter(dated));
    Ok(since.is_some_and(|since| age(now, since) < UNDER_WAY))
}

/// Where a person went back, or the platform did: of a head that is not known to have failed.
fn by_a_rollback(app: Option<&App>, subject: &Subject<'_>, state: Option<&str>) -> Option<String> {
    let app = app.filter(|_| !matches!(state, Some("failure" | "error")))?;
    if app.pinned.is_some() {
        return Some(pin::described(app, subject.environment, &subject.app));
    }
    let cause = &app.active.as_ref()?.cause;
    let who = match cause.kind {
        CauseKind::Rollback => cause.user.as_deref().unwrap_or("someone"),
        CauseKind::AutoRollback => app.document.words().vendor,
        _ => return None,
    };
    Some(format!("{who} rolled `{}` back", app.name))
}

/// `state`: the last one of the head's deployment; `None`: it has none.
fn why(message: &str, state: Option<&str>) -> String {
    let message = message.to_lowercase();
    let words = NO_RUN.iter().find(|words| message.contains(**words));
    match (state, words) {
        (Some("failure"), _) => "its deployment failed".to_owned(),
        (Some("error"), _) => "its deployment ended without a result".to_owned(),
        (Some("inactive" | "success"), _) => {
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

fn next(subject: &Subject<'_>, head: &Sha) -> String {
    let environment = subject.environment;
    let app = subject.app.names.key.as_ref().map(|key| format!(" -f app={key}"));
    let app = app.unwrap_or_default();
    format!(
        "deploy it with `gh workflow run do-deploy-redeploy.yml -f command=deploy -f environment={environment}{app} -f \
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
            ("Fix", Some("success"), "another deployment took its place"),
            ("Fix", Some("in_progress"), "has not come to an end"),
            ("Fix", Some(""), "has not come to an end"),
        ] {
            let said = why(message, state);
            assert!(said.contains(says), "{message} {state:?}: {said}");
        }
    }
}
