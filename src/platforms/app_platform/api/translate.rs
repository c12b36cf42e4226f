//! From App Platform's JSON to the words that fit any cloud.

use jiff::Timestamp;
use serde_json::Value;

use super::super::document::app::name_of;
use super::super::document::domain::{self, Domain as Listed};
use super::super::document::marks::marks;
use super::super::spec::AppSpec;
use super::telling_logs::telling_logs;
use super::{built, progress, wire};
use crate::model::rollout::Phase;
use crate::net::fields::web_url;
use crate::platforms::app::{App, Domain};
use crate::platforms::deployment::{Cause, CauseKind, Deployment};
use crate::platforms::rollback::WayBack;

pub(super) fn app(app: wire::App) -> App {
    let known = [
        &app.active_deployment,
        &app.in_progress_deployment,
        &app.pending_deployment,
        &app.pinned_deployment,
    ];
    let known = known.into_iter().flatten().map(|it| it.id.clone()).collect();
    let in_progress = [app.pending_deployment, app.in_progress_deployment]
        .into_iter()
        .filter_map(named)
        .find(|deployment| !deployment.phase.is_final());
    App {
        name: name_of(&app.spec).to_owned(),
        domain: domain(&app.spec, &app.domains),
        ingress: web_url(&app.default_ingress),
        url: web_url(&app.live_url),
        url_is_refused: !app.live_url.is_empty() && web_url(&app.live_url).is_none(),
        marks: marks(&app.spec),
        created_at: time(&app.created_at),
        updated_at: time(&app.updated_at),
        last_deployed_at: time(&app.last_deployment_created_at),
        active: named(app.active_deployment),
        in_progress,
        pinned: app.pinned_deployment.map(deployment),
        known,
        id: app.id,
        document: AppSpec::document(app.spec),
    }
}

/// A deployment that can be asked for.
fn named(wire: Option<wire::Deployment>) -> Option<Deployment> {
    wire.map(deployment).filter(|deployment| !deployment.id.is_empty())
}

/// The primary domain, of which there is at most one; without it, another, rather one that is set up.
/// <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>, `domains[].type`
fn domain(spec: &Value, states: &[wire::Domain]) -> Option<Domain> {
    let listed: Vec<Listed<'_>> = domain::domains(spec).collect();
    if let Some(primary) = listed.iter().find(|domain| domain.is("PRIMARY")) {
        return state_of(*primary, states);
    }
    let others = listed.iter().filter(|domain| !domain.is("DEFAULT"));
    others
        .filter_map(|domain| state_of(*domain, states))
        .min_by_key(|domain| domain.is_pending)
}

/// `None` where its name is no host that can be asked.
fn state_of(domain: Listed<'_>, states: &[wire::Domain]) -> Option<Domain> {
    let name = domain.written()?.trim_end_matches('.').to_owned();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    if name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    let state = states
        .iter()
        .find(|state| state.spec.domain.trim_end_matches('.').eq_ignore_ascii_case(&name));
    Some(Domain {
        is_pending: state.is_some_and(|state| !matches!(state.phase.as_str(), "ACTIVE" | "" | "UNKNOWN")),
        name,
    })
}

pub(super) fn deployment(wire: wire::Deployment) -> Deployment {
    let phase = phase(&wire.phase);
    let failures = progress::failures(&wire.progress);
    Deployment {
        telling_logs: match phase {
            Phase::Failed => telling_logs(failures.first(), wire.spec.as_ref()),
            _ => &[],
        },
        phase,
        cause: cause(&wire),
        created_at: time(&wire.created_at),
        phase_since: time(&wire.phase_last_updated_at),
        built: built::built(&wire),
        steps: progress::steps(&wire.progress),
        failures,
        previous: text(wire.previous_deployment_id),
        restores: text(wire.cloned_from),
        id: wire.id,
        document: wire.spec.map(AppSpec::document),
    }
}

pub(super) fn way_back(wire: wire::Validation) -> WayBack {
    let objection = wire.error.map(|error| error.message);
    WayBack {
        objection: match wire.valid {
            true => None,
            false => Some(objection.unwrap_or_else(|| "the platform gives no reason".to_owned())),
        },
        warnings: wire.warnings.into_iter().map(|it| it.message).collect(),
    }
}

fn phase(phase: &str) -> Phase {
    match phase {
        "PENDING_BUILD" => Phase::Queued,
        "BUILDING" => Phase::Building,
        "PENDING_DEPLOY" | "DEPLOYING" => Phase::Deploying,
        "ACTIVE" => Phase::Active,
        "ERROR" => Phase::Failed,
        "CANCELED" => Phase::Cancelled,
        "SUPERSEDED" => Phase::Superseded,
        "" => Phase::Other("UNKNOWN".to_owned()),
        other => Phase::Other(other.to_owned()),
    }
}

/// From the details; where they are missing, from the sentence.
fn cause(deployment: &wire::Deployment) -> Cause {
    let details = &deployment.cause_details;
    let action = &details.digitalocean_user_action;
    let kind = match (details.kind.as_str(), action.name.as_str()) {
        ("AUTO_ROLLBACK", _) => CauseKind::AutoRollback,
        ("MANUAL_ROLLBACK", "REVERT_APP_ROLLBACK") | ("MANUAL", "REVERT_APP_ROLLBACK") => CauseKind::RollbackReverted,
        ("MANUAL_ROLLBACK", _) | ("MANUAL", "ROLLBACK_APP") => CauseKind::Rollback,
        ("MANUAL", "RESTART") => CauseKind::Restart,
        ("MANUAL", _) => CauseKind::Manual,
        ("DEPLOY_ON_PUSH", _) => CauseKind::Push,
        ("MAINTENANCE" | "UPDATE_DATABASE_TRUSTED_SOURCES" | "AUTOSCALED", _) => CauseKind::Platform,
        ("" | "UNKNOWN", _) => cause_from_words(&deployment.cause),
        (other, _) => CauseKind::Other(other.to_owned()),
    };
    // Of an address only the name: comments are public.
    let user = text(action.user.full_name.clone())
        .or_else(|| text(action.user.email.split('@').next().unwrap_or_default().to_owned()));
    Cause {
        kind,
        text: deployment.cause.clone(),
        user,
    }
}

fn cause_from_words(cause: &str) -> CauseKind {
    let words = cause.to_ascii_lowercase();
    let says = |word: &str| words.contains(word);
    if says("rollback") && says("revert") {
        CauseKind::RollbackReverted
    } else if (says("rollback") || says("rolled back")) && says("auto") {
        CauseKind::AutoRollback
    } else if says("rollback") || says("rolled back") {
        CauseKind::Rollback
    } else if says("restart") {
        CauseKind::Restart
    } else if says("pushed") {
        CauseKind::Push
    } else if says("manual") || says("spec") || says("initial") {
        CauseKind::Manual
    } else {
        CauseKind::Other(cause.to_owned())
    }
}

/// The zero time `0001-01-01T00:00:00Z` means never.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok().filter(|time| *time > Timestamp::UNIX_EPOCH)
}

fn text(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{app, cause, deployment};
    use crate::model::rollout::Phase;
    use crate::platforms::CauseKind;

    fn app_of(wire: Value) -> super::App {
        app(serde_json::from_value(wire).expect("an app"))
    }

    fn kind(details: Value, words: &str) -> CauseKind {
        let wire = serde_json::from_value(json!({"cause": words, "cause_details": details})).expect("a deployment");
        cause(&wire).kind
    }

    #[test]
    fn says_who_or_what_started_a_deployment() {
        let by = |action: &str| json!({"type": "MANUAL", "digitalocean_user_action": {"name": action}});
        assert_eq!(kind(by("UPDATE_SPEC"), ""), CauseKind::Manual);
        assert_eq!(kind(by("RESTART"), ""), CauseKind::Restart);
        assert_eq!(kind(json!({"type": "AUTO_ROLLBACK"}), ""), CauseKind::AutoRollback);
        assert_eq!(kind(json!({"type": "MANUAL_ROLLBACK"}), ""), CauseKind::Rollback);
        assert_eq!(
            kind(json!({"type": "COSMIC_RAY"}), ""),
            CauseKind::Other("COSMIC_RAY".to_owned())
        );
        assert_eq!(
            kind(Value::Null, "commit 9a4df0b pushed to github/acme/shop"),
            CauseKind::Push
        );
        assert_eq!(kind(Value::Null, "app spec updated"), CauseKind::Manual);
    }

    #[test]
    fn an_address_is_not_shown() {
        let wire = serde_json::from_value(json!({"cause_details": {"type": "MANUAL",
            "digitalocean_user_action": {"user": {"email": "ada@example.com"}}}}))
        .expect("a deployment");
        assert_eq!(cause(&wire).user.as_deref(), Some("ada"));
    }

    #[test]
    fn an_omitted_field_is_its_zero_value() {
        let deployment = deployment(
            serde_json::from_value(
                json!({"id": "d1", "phase": "HIBERNATING", "created_at": "0001-01-01T00:00:00Z",
                "services": null, "progress": null}),
            )
            .expect("a deployment"),
        );
        assert_eq!(deployment.phase, Phase::Other("HIBERNATING".to_owned()));
        assert_eq!(deployment.created_at, None);
        assert_eq!(deployment.previous, None);
    }

    #[test]
    fn an_app_shows_marks_and_what_is_in_progress() {
        let app = app(serde_json::from_value(
            json!({"id": "a1", "spec": {"name": "shop-pr-12", "x-unknown": 1, "envs": [
                    {"key": "DO_DEPLOY_REPOSITORY", "value": "77", "scope": "RUN_TIME"},
                    {"key": "DO_DEPLOY_ENVIRONMENT", "value": "pr-12"}]},
                "active_deployment": {"id": "d1", "phase": "ACTIVE"},
                "in_progress_deployment": {"id": "d2", "phase": "BUILDING"},
                "pending_deployment": {"id": "d1", "phase": "ACTIVE"}}),
        )
        .expect("an app"));
        assert_eq!(app.name, "shop-pr-12");
        assert_eq!(app.marks.expect("marked").repository, 77);
        assert_eq!(app.in_progress.expect("in progress").id, "d2");
        assert_eq!(app.url, None);
        assert_eq!(app.domain, None);
        assert_eq!(app.document.value()["x-unknown"], 1, "what we do not know survives");
    }

    #[test]
    fn the_primary_domain_is_the_one_that_people_visit() {
        let read = |phase: &str| {
            let app = json!({"id": "a1", "live_url": "https://shop.example",
                "default_ingress": "https://shop-x.ondigitalocean.app",
                "spec": {"domains": [{"domain": "www.shop.example", "type": "ALIAS"},
                    {"domain": "shop.example", "type": "PRIMARY"}]},
                "domains": [{"spec": {"domain": "shop.example"}, "phase": phase}]});
            app_of(app)
        };
        let app = read("ACTIVE");
        assert_eq!(app.ingress.as_deref(), Some("https://shop-x.ondigitalocean.app"));
        let domain = app.domain.expect("a domain");
        assert_eq!((domain.name.as_str(), domain.is_pending), ("shop.example", false));
        for phase in ["PENDING", "CONFIGURING", "ERROR"] {
            assert!(read(phase).domain.expect("a domain").is_pending, "{phase}");
        }
    }

    #[test]
    fn without_a_primary_domain_people_visit_another() {
        let read = |domains: serde_json::Value, states: serde_json::Value| {
            let app = json!({"id": "a1", "spec": {"domains": domains}, "domains": states});
            app_of(app).domain.map(|domain| (domain.name, domain.is_pending))
        };
        let alias = |name: &str| json!({"domain": name, "type": "ALIAS"});
        let state = |name: &str, phase: &str| json!({"spec": {"domain": name}, "phase": phase});
        let known = |name: &str, is_pending| Some((name.to_owned(), is_pending));
        for (domains, states, domain) in [
            (json!([alias("shop.example")]), json!([]), known("shop.example", false)),
            (
                json!([{"domain": "shop.example"}]),
                json!([]),
                known("shop.example", false),
            ),
            (
                json!([alias("a.example"), alias("b.example")]),
                json!([state("a.example", "CONFIGURING"), state("b.example", "ACTIVE")]),
                known("b.example", false),
            ),
            (
                json!([alias("a.example")]),
                json!([state("a.example", "PENDING")]),
                known("a.example", true),
            ),
            (
                json!([alias("a.example"), {"domain": "shop.example", "type": "PRIMARY"}]),
                json!([state("shop.example", "CONFIGURING")]),
                known("shop.example", true),
            ),
            (
                json!([alias("*.shop.example"), alias("a.example")]),
                json!([]),
                known("a.example", false),
            ),
            (
                json!([{"domain": "shop-x.ondigitalocean.app", "type": "DEFAULT"}]),
                json!([]),
                None,
            ),
        ] {
            assert_eq!(read(domains.clone(), states.clone()), domain, "{domains} {states}");
        }
    }
}
