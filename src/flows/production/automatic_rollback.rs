//! Back to an earlier deployment, without a person, from one that was found bad.

use crate::actions::fold::Fold;
use crate::config::EnvironmentConfig;
use crate::flows::context::Ctx;
use crate::flows::production::succession::Successor;
use crate::flows::project::ownership;
use crate::flows::project::target::Target;
use crate::model::commit::Sha;
use crate::model::failure::Failure;
use crate::model::report::Report;
use crate::model::rollback::{self, Decision, Situation};
use crate::model::rollout::Phase;
use crate::platforms::{Deployment, Document, Hold, Outcome, Rollout};
use crate::policy::replace::Replace;

/// How many earlier deployments the platform is asked about.
const MOST: usize = 10;

/// How many earlier deployments are considered as the target of a rollback.
const LOOK_BACK: usize = 50;

const DISAPPEARED: &str = "the app has disappeared";

/// Goes back from the deployment that was found bad, unless something else has come after it by then.
#[tracing::instrument(target = "phase", name = "rollback", skip_all)]
pub(crate) async fn run(
    ctx: &Ctx,
    target: &Target,
    config: &EnvironmentConfig,
    rollout: &Rollout,
    bad: &Deployment,
    situation: Situation,
    report: &mut Report,
) -> anyhow::Result<()> {
    if rollout.previous.is_none() {
        return Ok(());
    }
    let platform = target.platform.as_ref();
    let Ways { from, back } = ways(ctx, target, rollout, bad).await?;
    let situation = Situation {
        has_previous: !back.is_empty(),
        ..situation
    };
    if let Decision::LeaveTo(reason) = rollback::decide(config.rollback, situation) {
        let command = back.first().map(|previous| by_hand(target, previous));
        not_rolled_back(report, &format!("{reason}{}", command.unwrap_or_default()));
        return Ok(());
    }
    ctx.wait.check()?;
    // Of its own: the deployment's may be over.
    let deadline = ctx.deadline(config.timeout);
    let Some(app) = platform.app(&rollout.app_id).await? else {
        not_rolled_back(report, DISAPPEARED);
        return Ok(());
    };
    let mut objection = None;
    let mut way_back = None;
    for deployment in back.into_iter().take(MOST) {
        // The platform would go back to any version that ran, also to one that failed the checks.
        if let Some(bad) = found_bad(ctx, target, &deployment).await {
            objection = objection.or(Some(format!(
                "`{}`, which came before, was found bad as well",
                bad.short()
            )));
            continue;
        }
        let checked = platform.check_way_back(&app, &deployment, Hold::Nothing).await?;
        if checked.objection.is_none() {
            way_back = Some((deployment, checked.warnings));
            break;
        }
        objection = objection.or(checked.objection);
    }
    let Some((earlier, warnings)) = way_back else {
        let why = objection.unwrap_or_else(|| "the platform gives no reason".to_owned());
        not_rolled_back(report, &why);
        return Ok(());
    };
    if let Some(what) = taken(from.as_ref(), &earlier) {
        let command = by_hand(target, &earlier);
        not_rolled_back(report, &format!("that would {what}, which served before{command}"));
        return Ok(());
    }
    let previous = &earlier.id;
    // Read right before, because a rollback takes away what someone else has deployed meanwhile.
    let Some(app) = platform.app(&rollout.app_id).await? else {
        not_rolled_back(report, DISAPPEARED);
        return Ok(());
    };
    if let Some(successor) = Successor::of(&app, bad) {
        not_rolled_back(report, &successor.sentence(ctx));
        return Ok(());
    }
    for warning in &warnings {
        ctx.console.warn(warning);
    }
    tracing::debug!(target: "decision", "rolled back to deployment {previous} because the new one was found bad");
    ctx.console.phase(Fold::Rollback);
    ctx.console.say(&format!("Rolling back to deployment {previous}"));
    let back = platform.roll_back(&app, &earlier, Hold::Nothing).await?;
    let outcome = platform.follow(&back, deadline, &mut |_| {}).await?;
    if let Outcome::Active(serving) = &outcome {
        if let Some(live) = &mut report.was_live {
            live.until = Some(serving.phase_since.unwrap_or_else(|| platform.now()));
        }
        report.notes.extend(ownership::marks_are_gone(&earlier));
    }
    report.notes.push(match outcome {
        Outcome::Active(_) => format!("Rolled back to deployment {previous}"),
        Outcome::Superseded { .. } => {
            format!("Another deployment took the place of the rollback to deployment {previous}")
        }
        Outcome::Failed { .. } => format!("The rollback to deployment {previous} failed as well"),
    });
    Ok(())
}

fn not_rolled_back(report: &mut Report, why: &str) {
    tracing::debug!(target: "decision", "not rolled back because {why}");
    report.notes.push(format!("Not rolled back: {why}"));
}

/// `; to go back yourself: `do-deploy …``
fn by_hand(target: &Target, earlier: &Deployment) -> String {
    format!(
        "; to go back yourself: `do-deploy rollback {} --to {}`",
        target.flags(),
        earlier.id
    )
}

/// What going back takes from what served before the deployment that was found bad. What that one added goes with it.
fn taken(from: Option<&Document>, earlier: &Deployment) -> Option<String> {
    let taken = from?
        .taken_by_going_back(earlier.document.as_ref()?, &Replace::default())
        .ok()?;
    let what: Vec<String> = taken.into_iter().map(|(_, what)| what).collect();
    (!what.is_empty()).then(|| what.join(", and "))
}

/// Where a rollback can go.
struct Ways {
    /// The spec that served before the deployment that was found bad.
    from: Option<Document>,
    /// The newest first.
    back: Vec<Deployment>,
}

/// # Errors
/// Also when no earlier deployment can be better, with the reason.
async fn ways(ctx: &Ctx, target: &Target, rollout: &Rollout, judged: &Deployment) -> anyhow::Result<Ways> {
    let platform = target.platform.as_ref();
    let all = platform.deployments(&rollout.app_id, LOOK_BACK).await?;
    let before = all.iter().find(|it| Some(&it.id) == rollout.previous.as_ref()).cloned();
    let from = before.as_ref().and_then(|before| before.document.clone());
    // Where the commit was found good when it served before, it is not the cause, and older versions are no better.
    let again = before.filter(|before| same_commit(before, judged));
    let good_before = match (again, ctx.commit_of(judged)) {
        (Some(again), Some(commit)) => {
            let was_good = was_good(ctx, target, &commit).await?;
            (was_good == Some(true)).then_some((again, commit))
        }
        _ => None,
    };
    let back = match good_before {
        None => ways_back(all, judged),
        Some((again, _)) if again.document != judged.document => vec![again],
        Some((_, commit)) => {
            let what = format!(
                "`{}` was found good when it was deployed before, with the same {}, so an earlier version would not help",
                commit.short(),
                platform.words().manifest
            );
            return Err(Failure::unknown(what).into());
        }
    };
    Ok(Ways { from, back })
}

/// The commit of an earlier deployment that was judged bad when it was deployed, as far as GitHub's deployments show.
async fn found_bad(ctx: &Ctx, target: &Target, deployment: &Deployment) -> Option<Sha> {
    let commit = ctx.commit_of(deployment)?;
    (was_good(ctx, target, &commit).await.ok()? == Some(false)).then_some(commit)
}

async fn was_good(ctx: &Ctx, target: &Target, commit: &Sha) -> anyhow::Result<Option<bool>> {
    let (environment, app) = (target.environment.on_github(), target.app.recorded_as());
    Ok(ctx.github()?.was_good(environment, app, commit).await?)
}

fn same_commit(one: &Deployment, other: &Deployment) -> bool {
    one.commit()
        .zip(other.commit())
        .is_some_and(|(one, other)| one.is(&other))
}

/// Those that ran another commit, and that no rollback has left. `all`: the newest first.
fn ways_back(all: Vec<Deployment>, judged: &Deployment) -> Vec<Deployment> {
    let left = Deployment::left(&all);
    all.into_iter()
        // What is newer than the judged deployment is another run's, and not a way back.
        .skip_while(|it| it.id != judged.id)
        .skip(1)
        .filter(|it| matches!(it.phase, Phase::Active | Phase::Superseded) && !left.contains(&it.id))
        .filter(|it| !same_commit(it, judged) && it.serves_by_its_spec())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::ways_back;
    use crate::model::commit::Sha;
    use crate::model::rollout::{Built, Phase};
    use crate::platforms::deployment::{Cause, CauseKind, Deployment};

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
            telling_logs: &[],
            document: None,
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
            let found = ways_back(all, &judged);
            assert_eq!(found.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ways);
        }
    }

    #[test]
    fn the_way_back_never_leads_to_what_a_rollback_has_left() {
        use Phase::{Active, Superseded};
        let (good, bad) = (&"a".repeat(40), &"b".repeat(40));
        for kind in [CauseKind::Rollback, CauseKind::AutoRollback] {
            let mut back = deployment("3", good, Superseded);
            back.cause.kind = kind;
            back.previous = Some("2".to_owned());
            let judged = deployment("5", good, Active);
            let all = vec![
                judged.clone(),
                deployment("4", good, Superseded),
                back,
                deployment("2", bad, Superseded),
                deployment("1", good, Superseded),
            ];
            assert!(ways_back(all, &judged).is_empty());
        }
    }
}
