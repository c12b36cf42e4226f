//! What the comments of merged pull requests say of a person's rollback: whose commits it took out of production, and whose is back.

use jiff::Timestamp;

use super::board::Board;
use super::context::Ctx;
use crate::model::commit::Sha;
use crate::model::live::Live;
use crate::model::report::{Report, State};
use crate::model::rollout::Phase;
use crate::platform::{App, Deployment};
use crate::render::production::RolledBack;

/// How far back is looked for what served in between.
const LOOK_BACK: usize = 50;

/// How many pull requests get a line: each takes several requests.
const MOST: usize = 10;

/// Writes on the comments of the merged pull requests. The rollback's end does not depend on it.
///
/// `app`: as it was before. `at`: when `back` took over.
pub(super) async fn tell(ctx: &Ctx, app: &App, back: &Deployment, at: Timestamp, report: &Report, board: &mut Board) {
    let Some(before) = &app.active else { return };
    let (Ok(github), Ok(platform)) = (ctx.github(), ctx.platform()) else {
        return;
    };
    let github = github.impatient();
    // Without the list, the one that served is known.
    let all = platform.deployments(&app.id, LOOK_BACK).await;
    let all = all.unwrap_or_else(|_| vec![before.clone()]);
    let live = before.phase_since.map(|from| Live { from, until: Some(at) });
    let left = left(&all, before, back).into_iter().enumerate().map(|(n, commit)| {
        let was_live = live.filter(|_| n == 0 && before.commit().is_some_and(|it| it.is(&commit)));
        (commit.clone(), RolledBack::Left { commit, was_live })
    });
    let back = back.commit().map(|commit| (commit, RolledBack::Back));
    for (commit, rolled) in left.take(MOST).chain(back) {
        match github.merged_pull_of(&commit).await {
            Ok(Some(pull)) => match (&rolled, report.state) {
                (RolledBack::Left { .. }, _) | (RolledBack::Back, State::Ready) => {
                    board.tell_rolled_back(pull.number, &rolled).await;
                }
                (RolledBack::Back, _) => board.tell_merged(pull.number).await,
            },
            Ok(None) => {}
            Err(error) => return board.missed_merged(&error),
        }
    }
}

/// The commits that served after the deployment that production went back to, the last one first. What an earlier rollback
/// left was told then.
fn left(all: &[Deployment], before: &Deployment, back: &Deployment) -> Vec<Sha> {
    let until_now: Vec<Deployment> = all.iter().skip_while(|it| it.id != before.id).cloned().collect();
    let left_earlier = Deployment::left(&until_now);
    let mut commits: Vec<Sha> = Vec::new();
    for deployment in until_now.iter().take_while(|it| it.id != back.id) {
        let served = matches!(deployment.phase, Phase::Active | Phase::Superseded);
        let Some(commit) = deployment
            .commit()
            .filter(|_| served && !left_earlier.contains(&deployment.id))
        else {
            continue;
        };
        let is_back = back.commit().is_some_and(|back| back.is(&commit));
        if !is_back && !commits.iter().any(|known| known.is(&commit)) {
            commits.push(commit);
        }
    }
    commits
}
