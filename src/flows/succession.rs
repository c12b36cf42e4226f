//! Whether the deployment that was judged still serves: somebody else may have deployed meanwhile.

use super::context::Ctx;
use super::rollout::Ended;
use crate::model::failure::Failure;
use crate::model::rollout::Phase;
use crate::model::verdict::Verdict;
use crate::platform::{App, Deployment};

/// How far back is looked for a deployment to go back to.
const LOOK_BACK: usize = 50;

/// A deployment that was judged and that something else has come after.
#[derive(Clone, Debug)]
pub(super) enum Successor {
    /// It serves now.
    Serves(Deployment),
    /// It is under way, and serves if it succeeds.
    UnderWay(Deployment),
}

impl Successor {
    /// What has come after the deployment `judged`, as the app is now.
    pub(super) fn of(app: &App, judged: &Deployment) -> Option<Self> {
        match (&app.active, &app.latest) {
            (Some(active), _) if active.id != judged.id => Some(Self::Serves(active.clone())),
            (_, Some(latest)) if latest.id != judged.id => Some(Self::UnderWay(latest.clone())),
            _ => None,
        }
    }

    /// Why nothing is rolled back.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Serves(it) => format!("{} took the place of this one", named(it)),
            Self::UnderWay(it) => format!("{} is under way", named(it)),
        }
    }

    /// Whether it runs what the deployment that was judged ran: another run of the same commit, a restart.
    fn runs_the_same_as(&self, judged: &Deployment) -> bool {
        let (Self::Serves(it) | Self::UnderWay(it)) = self;
        let specs = it.spec.as_ref().zip(judged.spec.as_ref());
        it.built == judged.built && specs.is_some_and(|(its, ours)| crate::spec::diff(ours, its).is_empty())
    }
}

/// `deployment 6f0e… (`1a2b3c4`, manual)`
fn named(deployment: &Deployment) -> String {
    let commit = deployment.commit().map(|sha| format!("`{}`", sha.short()));
    let cause = Some(deployment.cause.text.clone()).filter(|text| !text.is_empty());
    let known: Vec<String> = commit.into_iter().chain(cause).collect();
    if known.is_empty() {
        format!("deployment {}", deployment.id)
    } else {
        format!("deployment {} ({})", deployment.id, known.join(", "))
    }
}

/// What has come after the deployment that was judged, if it took traffic.
pub(super) async fn successor(ctx: &Ctx, app_id: &str, ended: &Ended) -> anyhow::Result<Option<Successor>> {
    let Some(judged) = ended.judged.as_ref() else {
        return Ok(None);
    };
    let app = ctx.platform()?.app(app_id).await?;
    Ok(app.and_then(|app| Successor::of(&app, judged)))
}

/// What was not found bad and no longer serves is not ready.
pub(super) fn reconsider(ended: &mut Ended, successor: &Successor) {
    let same = ended
        .judged
        .as_ref()
        .is_some_and(|judged| successor.runs_the_same_as(judged));
    let Successor::Serves(active) = successor else { return };
    if matches!(ended.verdict, Verdict::Bad(_)) || same {
        return;
    }
    let failure = Failure::unknown(format!(
        "{} took the place of this one while it was checked",
        named(active)
    ))
    .why("it serves now, and was not what this run checked")
    .next("look at the newer run; if there is none, somebody deployed by hand or `deploy_on_push` is on");
    ended.verdict = Verdict::Unknown(failure);
    ended.built = active.commit();
}

/// The deployments before the one that was judged that ran another commit, the newest first.
pub(super) async fn earlier(ctx: &Ctx, app_id: &str, judged: &Deployment) -> anyhow::Result<Vec<String>> {
    let all = ctx.platform()?.deployments(app_id, LOOK_BACK).await?;
    Ok(ways_back(&all, judged))
}

/// `all`: the newest first.
fn ways_back(all: &[Deployment], judged: &Deployment) -> Vec<String> {
    let bad = judged.commit();
    let is_bad = |it: &Deployment| it.commit().zip(bad.as_ref()).is_some_and(|(its, bad)| its.is(bad));
    all.iter()
        .skip_while(|it| it.id != judged.id)
        .skip(1)
        .filter(|it| matches!(it.phase, Phase::Active | Phase::Superseded) && !is_bad(it))
        .map(|it| it.id.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::ways_back;
    use crate::model::commit::Sha;
    use crate::model::rollout::{Built, Phase};
    use crate::platform::deployment::{Cause, CauseKind, Deployment};

    fn deployment(id: &str, commit: &str, phase: Phase) -> Deployment {
        Deployment {
            id: id.to_owned(),
            phase,
            cause: Cause {
                kind: CauseKind::Manual,
                text: "manual".to_owned(),
                user: None,
            },
            created_at: None,
            phase_since: None,
            previous: None,
            restores: None,
            built: match commit {
                "" => Vec::new(),
                commit => vec![("web".to_owned(), Built::Commit(Sha::new(commit)))],
            },
            steps: Vec::new(),
            failures: Vec::new(),
            spec: None,
        }
    }

    #[test]
    fn the_way_back_never_leads_to_the_bad_commit() {
        use Phase::{Active, Failed, Superseded};
        let (good, bad) = (&"a".repeat(40), &"b".repeat(40));
        for (before, ways) in [
            (vec![("3", good, Superseded)], vec!["3"]),
            (vec![("3", bad, Superseded), ("2", good, Superseded)], vec!["2"]),
            (
                vec![("3", bad, Superseded), ("2", bad, Superseded), ("1", good, Superseded)],
                vec!["1"],
            ),
            (vec![("3", good, Failed), ("2", good, Superseded)], vec!["2"]),
            (vec![("3", bad, Superseded)], vec![]),
            (vec![("3", &String::new(), Superseded)], vec!["3"]),
        ] {
            let judged = deployment("4", bad, Active);
            let mut all = vec![deployment("5", good, Active), judged.clone()];
            all.extend(
                before
                    .into_iter()
                    .map(|(id, commit, phase)| deployment(id, commit, phase)),
            );
            assert_eq!(ways_back(&all, &judged), ways);
        }
    }
}
