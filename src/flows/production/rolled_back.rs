//! What the comments of merged pull requests say of a person's rollback: whose commits it took out of production, and whose is back.

use jiff::Timestamp;

use crate::flows::context::Ctx;
use crate::flows::project::target::Target;
use crate::model::commit::Sha;
use crate::model::live::Live;
use crate::model::report::State;
use crate::model::rollout::Phase;
use crate::platforms::{App, Deployment};
use crate::render::production::RolledBack;
use crate::report::Reporter;

/// How many deployments back the search for what served in between goes.
const LOOK_BACK: usize = 50;

/// How many pull requests get a line: each takes several requests.
const MOST: usize = 10;

/// A rollback that took over.
pub(crate) struct WentBack<'a> {
    pub(crate) target: &'a Target,
    /// As it was before.
    pub(crate) app: &'a App,
    pub(crate) back: &'a Deployment,
    /// When `back` took over.
    pub(crate) at: Timestamp,
    /// What is deployed.
    pub(crate) branch: &'a str,
}

/// Writes on the comments of the merged pull requests. The rollback's end, `state`, does not depend on it.
pub(crate) async fn tell(ctx: &Ctx, went_back: WentBack<'_>, state: State, reporter: &mut Reporter) {
    let WentBack {
        target,
        app,
        back,
        at,
        branch,
    } = went_back;
    let Some(before) = &app.active else { return };
    let Ok(github) = ctx.github() else { return };
    let github = github.impatient();
    // Without the list, the one that served is known.
    let all = target.platform.deployments(&app.id, LOOK_BACK).await;
    let all = all.unwrap_or_else(|_| vec![before.clone()]);
    let live = before.phase_since.map(|from| Live { from, until: Some(at) });
    let commit_of = |deployment: &Deployment| ctx.commit_of(deployment);
    let last = commit_of(before);
    let left = left(&all, before, back, &commit_of).into_iter().enumerate();
    let left = left.map(|(n, commit)| {
        let was_live = live.filter(|_| n == 0 && last.as_ref().is_some_and(|it| it.is(&commit)));
        (commit.clone(), RolledBack::Left { commit, was_live })
    });
    let back = commit_of(back).map(|commit| (commit, RolledBack::Back));
    for (commit, rolled) in left.take(MOST).chain(back) {
        match github.merged_pull_of(&commit, branch).await {
            Ok(Some(pull)) => match (&rolled, state) {
                (RolledBack::Left { .. }, _) | (RolledBack::Back, State::Ready) => {
                    reporter.tell_rolled_back(pull.number, &rolled).await;
                }
                (RolledBack::Back, _) => reporter.tell_merged(pull.number).await,
            },
            Ok(None) => {}
            Err(error) => return reporter.missed_merged(&error),
        }
    }
}

/// The commits that served after the deployment that production went back to, the last one first. What an earlier rollback
/// left got its comment then. `commit_of`: this repository's commit, where there is one; another's has no pull request
/// here.
fn left(
    all: &[Deployment],
    before: &Deployment,
    back: &Deployment,
    commit_of: &dyn Fn(&Deployment) -> Option<Sha>,
) -> Vec<Sha> {
    let until_now: Vec<Deployment> = all.iter().skip_while(|it| it.id != before.id).cloned().collect();
    let left_earlier = Deployment::left(&until_now);
    let served = until_now
        .iter()
        .take_while(|it| it.id != back.id)
        .filter(|it| matches!(it.phase, Phase::Active | Phase::Superseded) && !left_earlier.contains(&it.id));
    let back = commit_of(back);
    let mut commits: Vec<Sha> = Vec::new();
    for commit in served.filter_map(commit_of) {
        if !back.iter().chain(&commits).any(|known| known.is(&commit)) {
            commits.push(commit);
        }
    }
    commits
}

#[cfg(test)]
mod tests {
    use super::left;
    use crate::model::commit::Sha;
    use crate::model::rollout::{Built, Phase};
    use crate::platforms::Deployment;
    use crate::platforms::deployment::{Cause, CauseKind};

    /// `back`: the deployment that a rollback left.
    fn deployment(id: &str, commit: &str, phase: Phase, back: Option<&str>) -> Deployment {
        Deployment {
            id: id.to_owned(),
            phase,
            cause: Cause {
                kind: back.map_or(CauseKind::Manual, |_| CauseKind::Rollback),
                text: String::new(),
                user: None,
            },
            created_at: None,
            phase_since: None,
            previous: back.map(str::to_owned),
            restores: None,
            built: vec![("web".to_owned(), Built::Commit(Sha::new(commit.repeat(40))))],
            steps: Vec::new(),
            failures: Vec::new(),
            telling_logs: &[],
            document: None,
        }
    }

    #[test]
    fn what_served_since_then_is_left_each_once_the_last_first() {
        use Phase::{Active, Failed, Superseded};
        let all = [
            // The rollback itself.
            deployment("8", "a", Active, Some("7")),
            deployment("7", "d", Superseded, None),
            deployment("6", "d", Superseded, None),
            deployment("5", "c", Failed, None),
            // An earlier rollback, away from `b`, whose comment was written then.
            deployment("4", "a", Superseded, Some("3")),
            deployment("3", "b", Superseded, None),
            deployment("2", "e", Superseded, None),
            deployment("1", "a", Superseded, None),
        ];
        for (back, expected) in [(7, "de"), (6, "da"), (1, "")] {
            let commits = left(&all, &all[1], &all[back], &Deployment::commit);
            let first_letters: String = commits.iter().map(|sha| &sha.as_str()[..1]).collect();
            assert_eq!(first_letters, expected, "back to {}", all[back].id);
        }
        let ours = |it: &Deployment| it.commit().filter(|sha| !sha.as_str().starts_with('d'));
        let commits = left(&all, &all[1], &all[7], &ours);
        assert_eq!(
            commits,
            [Sha::new("e".repeat(40))],
            "another repository's gets no comment"
        );
    }
}
