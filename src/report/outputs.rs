//! What the step's outputs say about one or several apps.

use crate::actions::outputs::{AftermathOutput, AppOutput, Outputs, WasLive};
use crate::model::report::{Report, State};
use crate::net::fields::{id, web_url};

/// The first app that was deployed gives URL, ids and commit; the state is the worst of all, and costs add up.
pub(crate) fn outputs_of(reports: &[Report], comment_url: Option<String>) -> Outputs {
    let apps: Vec<AppOutput> = reports.iter().map(app_output).collect();
    // Of several, the first that the run was about.
    let place = reports.iter().position(|report| report.state != State::Skipped);
    let first = apps.get(place.unwrap_or(0));
    let costs: Vec<f64> = reports.iter().filter_map(|report| Some(report.cost?.awake)).collect();
    Outputs {
        status: State::of_all(reports).output(),
        url: first.and_then(|app| app.url.clone()),
        environment: reports
            .first()
            .map(|report| report.environment.to_string())
            .unwrap_or_default(),
        app_id: first.and_then(|app| app.app_id.clone()),
        deployment_id: first.and_then(|app| app.deployment_id.clone()),
        commit: first.and_then(|app| app.commit.clone()),
        comment_url: comment_url.filter(|url| !url.is_empty()),
        monthly_cost: (!costs.is_empty()).then(|| dollars(costs.iter().sum())),
        apps,
    }
}

fn app_output(report: &Report) -> AppOutput {
    // A good deployment may have built a descendant of the commit that was asked for; what serves is named.
    let served = report.serving.as_ref().filter(|_| report.state == State::Ready);
    AppOutput {
        app: report.app.clone(),
        key: report.key.clone(),
        status: report.state.output(),
        url: report.url.as_deref().and_then(web_url),
        app_id: identifier(report.app_id.as_deref()),
        deployment_id: identifier(report.deployment_id.as_deref()),
        // The commit of the run says nothing about an image that was built elsewhere.
        commit: served
            .or(report.commit.as_ref().filter(|_| !report.built_elsewhere))
            .map(ToString::to_string),
        monthly_cost: report.cost.map(|cost| dollars(cost.awake)),
        was_live: report.was_live.map(|live| WasLive {
            from: live.from,
            until: live.until,
            seen: report.failure.as_ref().map(ToString::to_string),
            serving: report.serving.as_ref().map(ToString::to_string),
        }),
        aftermath: report.aftermath.as_ref().map(|aftermath| AftermathOutput {
            lost: aftermath.lost.clone(),
            works: aftermath.works(),
            said: aftermath.to_string(),
            serving: report.serving.as_ref().map(ToString::to_string),
        }),
    }
}

/// Other steps put these into commands of theirs.
fn identifier(text: Option<&str>) -> Option<String> {
    text.and_then(id).map(str::to_owned)
}

fn dollars(amount: f64) -> String {
    format!("{amount:.2}")
}

#[cfg(test)]
mod tests {
    use super::outputs_of;
    use crate::model::commit::Sha;
    use crate::model::environment::Environment;
    use crate::model::report::{Cost, Report, State};

    fn report(app: &str, state: State) -> Report {
        Report::new(app, Environment::Preview(12), state)
    }

    #[test]
    fn the_worst_state_counts_and_costs_add_up() {
        let cost = |awake| Some(Cost { awake, asleep: None });
        let shop = Report {
            cost: cost(5.0),
            ..report("shop", State::Ready)
        };
        let admin = Report {
            cost: cost(7.25),
            ..report("admin", State::Failed)
        };
        let outputs = outputs_of(&[shop, admin], None);
        assert_eq!(
            (outputs.status, outputs.monthly_cost.as_deref()),
            ("failed", Some("12.25"))
        );
        assert_eq!(outputs.environment, "pr-12");
        assert_eq!(outputs.apps.len(), 2);
    }

    #[test]
    fn names_the_commit_that_serves_once_it_is_good() {
        let report = |state| Report {
            commit: Some(Sha::new("aaaaaaa")),
            serving: Some(Sha::new("bbbbbbb")),
            ..report("shop", state)
        };
        let commit = |state| outputs_of(&[report(state)], None).commit;
        assert_eq!(commit(State::Ready).as_deref(), Some("bbbbbbb"));
        assert_eq!(commit(State::Failed).as_deref(), Some("aaaaaaa"));
    }

    #[test]
    fn a_cancelled_run_found_nothing_out() {
        assert_eq!(outputs_of(&[report("shop", State::Cancelled)], None).status, "unknown");
    }
}
