//! `[preview] budget`: what the previews of a repository may cost together, awake.

use super::candidate::Candidate;
use super::deploy::PreviewApp;
use super::limit;
use crate::flows::context::Ctx;
use crate::platforms::{App, Document};

/// Why the planned previews of a pull request have no place within the budget: they cost more than the pull request's do now,
/// and more than the others leave. `listed`: every app of the account.
///
/// # Errors
/// When the platform does not say what they cost.
pub(super) async fn exceeded(
    candidate: &Candidate<'_>,
    budget: f64,
    listed: &[App],
    planned: &[PreviewApp<'_>],
) -> anyhow::Result<Option<String>> {
    let Candidate {
        ctx, repository, pull, ..
    } = *candidate;
    let (mut now, mut others) = (0.0, Vec::new());
    let mut kept = 0.0;
    let replaced: Vec<&str> = planned
        .iter()
        .filter_map(|app| app.work.as_ref()?.live.as_ref())
        .map(|app| app.id.as_str())
        .collect();
    for number in limit::previews(listed, repository) {
        let mut sum = 0.0;
        for app in limit::apps_of(listed, repository, number) {
            let price = price(ctx, &app.document).await?;
            sum += price;
            if number == pull.number && !replaced.contains(&app.id.as_str()) {
                kept += price;
            }
        }
        match number == pull.number {
            true => now = sum,
            false => others.push((number, sum)),
        }
    }
    let mut own = kept;
    for work in planned.iter().filter_map(|app| app.work.as_ref()) {
        own += price(ctx, &work.plan.document).await?;
    }
    Ok(reason(budget, own, now, &others))
}

/// US dollars a month, awake.
async fn price(ctx: &Ctx, document: &Document) -> anyhow::Result<f64> {
    for platform in ctx.clouds.reachable()? {
        if std::ptr::eq(platform.words(), document.words()) {
            return Ok(platform.list_price(document).await?.awake);
        }
    }
    Ok(0.0)
}

/// `own`: what the pull request's apps are going to cost; `now`: what they cost now; `others`: what other pull requests' do, the
/// oldest first. In US dollars a month.
fn reason(budget: f64, own: f64, now: f64, others: &[(u64, f64)]) -> Option<String> {
    let sum = own + others.iter().map(|(_, cost)| cost).sum::<f64>();
    // Sums of cents are not exact.
    let is_over = |sum: f64| sum > budget + 0.005;
    if !is_over(sum) || own <= now {
        return None;
    }
    let ways_out = match is_over(own) {
        true => format!("this one alone costs ${own:.2}; raise the budget"),
        false => {
            let mut left = sum;
            let closed = others.iter().take_while(|(_, cost)| {
                let goes = is_over(left);
                left -= cost;
                goes
            });
            let closed: Vec<String> = closed.map(|(number, cost)| format!("{number} (${cost:.2})")).collect();
            format!("close pull request {}, or raise the budget", closed.join(", "))
        }
    };
    Some(format!(
        "the repository's previews would cost ${sum:.2} a month awake, and `[preview] budget` is ${budget:.2}; {ways_out}"
    ))
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn the_oldest_that_would_have_to_go_are_named() {
        let others = [(3, 5.0), (7, 12.0), (9, 5.0)];
        for (budget, own, now, says) in [
            (27.0, 5.0, 0.0, None),
            (
                26.0,
                5.0,
                0.0,
                Some(
                    "$27.00 a month awake, and `[preview] budget` is $26.00; close pull request 3 ($5.00), or raise the budget",
                ),
            ),
            (
                20.0,
                5.0,
                0.0,
                Some("close pull request 3 ($5.00), 7 ($12.00), or raise the budget"),
            ),
            (10.0, 12.0, 5.0, Some("this one alone costs $12.00; raise the budget")),
            // A lowered budget takes nothing from previews that become no dearer.
            (10.0, 5.0, 5.0, None),
        ] {
            let found = reason(budget, own, now, &others);
            assert_eq!(found.is_some(), says.is_some(), "{found:?}");
            assert!(
                says.is_none_or(|says| found.is_some_and(|found| found.ends_with(says))),
                "{says:?}"
            );
        }
    }
}
