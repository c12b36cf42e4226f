//! Whether the deployment that was judged still serves: someone else may have deployed meanwhile.

use crate::flows::context::Ctx;
use crate::flows::rollout::Ended;
use crate::model::failure::Failure;
use crate::model::verdict::Verdict;
use crate::model::words::Words;
use crate::platforms::{App, Deployment, Platform};

/// A deployment that was judged and that something else has come after.
#[derive(Clone, Debug)]
pub(crate) enum Successor {
    /// It serves now.
    Serves(Deployment),
    /// It is under way, and serves if it succeeds.
    UnderWay(Deployment),
}

impl Successor {
    /// What has come after the deployment `judged`, as the app is now.
    pub(crate) fn of(app: &App, judged: &Deployment) -> Option<Self> {
        match (&app.active, &app.in_progress) {
            (Some(active), _) if active.id != judged.id => Some(Self::Serves(active.clone())),
            (_, Some(latest)) if latest.id != judged.id => Some(Self::UnderWay(latest.clone())),
            _ => None,
        }
    }

    /// Why nothing is rolled back.
    pub(crate) fn sentence(&self, ctx: &Ctx) -> String {
        match self {
            Self::Serves(it) => format!("{} took the place of this one", named(ctx, it)),
            Self::UnderWay(it) => format!("{} is under way", named(ctx, it)),
        }
    }

    /// Whether it runs what the deployment that was judged ran: another run of the same commit, a restart.
    fn runs_the_same_as(&self, judged: &Deployment) -> bool {
        let (Self::Serves(it) | Self::UnderWay(it)) = self;
        let documents = it.document.as_ref().zip(judged.document.as_ref());
        it.built == judged.built && documents.is_some_and(|(its, ours)| ours.difference(its).is_empty())
    }
}

/// `deployment 6f0e… (`1a2b3c4`, manual)`
fn named(ctx: &Ctx, deployment: &Deployment) -> String {
    let commit = ctx.commit_of(deployment).map(|sha| format!("`{}`", sha.short()));
    let cause = Some(deployment.cause.text.clone()).filter(|text| !text.is_empty());
    let known: Vec<String> = commit.into_iter().chain(cause).collect();
    if known.is_empty() {
        format!("deployment {}", deployment.id)
    } else {
        format!("deployment {} ({})", deployment.id, known.join(", "))
    }
}

/// What has come after the deployment that was judged, if it took traffic.
pub(crate) async fn successor(
    platform: &dyn Platform,
    app_id: &str,
    ended: &Ended,
) -> anyhow::Result<Option<Successor>> {
    let Some(judged) = ended.judged.as_ref() else {
        return Ok(None);
    };
    let app = platform.app(app_id).await?;
    Ok(app.and_then(|app| Successor::of(&app, judged)))
}

/// What was not found bad and no longer serves is not ready.
pub(crate) fn reconsider(ctx: &Ctx, words: &Words, ended: &mut Ended, successor: &Successor) {
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
        named(ctx, active)
    ))
    .why("it serves now, and was not what this run checked")
    .next(format!(
        "look at the newer run; if there is none, someone deployed by hand or `{}` is on",
        words.push_trigger
    ));
    ended.verdict = Verdict::Unknown(failure);
    ended.built = ctx.commit_of(active);
}
