//! Apps and deployments as DigitalOcean writes them: proto3's JSON, which leaves out false, zero and empty.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::account::{OWNER_EMAIL, OWNER_NAME};
use crate::clock::Clock;
use crate::clouds::app_platform::document::catalogue::{self, Region};
use crate::clouds::app_platform::document::component::Kind;
use crate::clouds::app_platform::document::spec::Spec;
use crate::clouds::app_platform::domain::app::App;
use crate::clouds::app_platform::domain::deployment::{Deployment, Phase};
use crate::clouds::app_platform::domain::progress::{Leaf, Progress, Reason, Status, combined};

/// What a reply to create and update guarantees beside the app itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AppView<'a> {
    pub(crate) clock: &'a Clock,
    pub(crate) owner: &'a str,
    /// The deployment that this request caused, shown as pending whatever has become of it.
    pub(crate) caused: Option<&'a str>,
    pub(crate) with_project: bool,
}

pub(crate) fn app(app: &App, with: AppView<'_>) -> Value {
    let spec = Spec::view(&app.spec).unwrap_or_default();
    let region = catalogue::region(&spec.region).or_else(|| catalogue::region(catalogue::DEFAULT_REGION));
    let caused = with.caused.and_then(|id| app.deployment(id).ok());
    let url = app.edge.url();
    let live = app.shows_live_url(with.clock).then_some(url.as_str());
    let ever_active = app.went_active.is_some();
    let last_active = app.deployments.iter().rev().find(|deployment| deployment.was_active);
    let pinned = app.pinned.as_ref().and_then(|pin| app.deployment(&pin.deployment).ok());
    omit(json!({
        "id": app.id,
        "owner_uuid": with.owner,
        "spec": app.spec,
        "default_ingress": ever_active.then_some(url.as_str()),
        "created_at": time(app.created),
        "updated_at": time(app.updated),
        "active_deployment": app.active_deployment().map(deployment),
        "in_progress_deployment": app.in_progress().filter(|_| caused.is_none()).map(deployment),
        "pending_deployment": caused.or_else(|| app.pending()).map(deployment),
        "pinned_deployment": pinned.map(deployment),
        "last_deployment_created_at": app.deployments.last().map(|last| time(last.created)),
        "last_deployment_active_at": last_active.and_then(|last| last.timing.deployed).map(time),
        "live_url": live,
        "live_url_base": live,
        "live_domain": live.map(|url| url.trim_start_matches("http://")),
        "region": region.map(self::region),
        "tier_slug": catalogue::tier(&spec),
        "project_id": with.with_project.then_some(&app.project_id),
    }))
}

pub(crate) fn region(region: &Region) -> Value {
    omit(json!({
        "slug": region.slug,
        "label": region.label,
        "flag": region.flag,
        "continent": region.continent,
        "data_centers": region.data_centers,
        "default": region.slug == catalogue::DEFAULT_REGION,
    }))
}

pub(crate) fn deployment(deployment: &Deployment) -> Value {
    let spec = Spec::view(&deployment.spec).unwrap_or_default();
    let mut written = json!({
        "id": deployment.id,
        "spec": deployment.spec,
        "phase_last_updated_at": time(deployment.phase_updated),
        "created_at": time(deployment.created),
        "updated_at": time(deployment.updated),
        "cause": deployment.cause.sentence(),
        "cause_details": omit(json!({
            "type": deployment.cause.kind(),
            "digitalocean_user_action": deployment.cause.action().map(user_action),
        })),
        "cloned_from": deployment.cloned_from,
        "previous_deployment_id": deployment.previous,
        "progress": progress(&deployment.progress),
        "phase": deployment.phase.name(),
        "tier_slug": catalogue::tier(&spec),
        "timing": timing(deployment),
    });
    for kind in [Kind::Service, Kind::StaticSite, Kind::Worker, Kind::Job, Kind::Function] {
        let components: Vec<_> = spec
            .components()
            .filter(|(candidate, _)| *candidate == kind)
            .map(|(_, component)| {
                let commit = deployment.commits.get(&component.name);
                omit(json!({"name": component.name, "source_commit_hash": commit}))
            })
            .collect();
        written[kind.list()] = Value::Array(components);
    }
    omit(written)
}

/// Every token of the account is its owner's.
fn user_action(name: &str) -> Value {
    json!({"user": {"email": OWNER_EMAIL, "full_name": OWNER_NAME}, "name": name})
}

fn timing(deployment: &Deployment) -> Value {
    let timing = &deployment.timing;
    let between = |from: Option<Timestamp>, to: Option<Timestamp>| {
        let seconds = to?.duration_since(from?).as_secs_f64();
        Some(format!("{seconds:.3}s"))
    };
    let pending_until = timing.build.or(timing.deploy).or(timing.deployed);
    let build = between(timing.build, timing.built);
    omit(json!({
        "pending": between(Some(deployment.created), pending_until),
        "build_total": build,
        "build_billable": build,
        "database_provision": timing.database_seconds.map(|seconds| format!("{seconds:.3}s")),
        "deploying": between(timing.deploy, timing.deployed).filter(|_| deployment.phase != Phase::Canceled),
    }))
}

fn progress(progress: &Progress) -> Value {
    let leaves: Vec<_> = progress.leaves.iter().collect();
    let summary: Vec<_> = ["build", "deploy"]
        .iter()
        .filter_map(|name| {
            let below: Vec<_> = leaves.iter().copied().filter(|leaf| leaf.path[0] == *name).collect();
            (!below.is_empty()).then(|| branch(name, &below, None))
        })
        .collect();
    omit(json!({
        "pending_steps": progress.count(Status::Pending),
        "running_steps": progress.count(Status::Running),
        "success_steps": progress.count(Status::Success),
        "error_steps": progress.count(Status::Error),
        "total_steps": leaves.len(),
        "steps": steps(&leaves, 0),
        "summary_steps": summary,
    }))
}

/// The steps at one depth, in the order of their first leaf.
fn steps(leaves: &[&Leaf], depth: usize) -> Vec<Value> {
    let mut names: Vec<&str> = Vec::new();
    for leaf in leaves {
        let name = leaf.path[depth].as_str();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
        .into_iter()
        .map(|name| {
            let below: Vec<_> = leaves.iter().copied().filter(|leaf| leaf.path[depth] == name).collect();
            match below.as_slice() {
                [only] if only.path.len() == depth + 1 => leaf(only),
                _ => branch(name, &below, Some(steps(&below, depth + 1))),
            }
        })
        .collect()
}

fn branch(name: &str, leaves: &[&Leaf], steps: Option<Vec<Value>>) -> Value {
    let status = combined(leaves);
    let ended = matches!(status, Status::Success | Status::Error);
    // A branch for one component carries its name: `deploy/components/web`.
    let component = leaves[0].component.as_deref().filter(|component| *component == name);
    omit(json!({
        "name": name,
        "status": status.name(),
        "steps": steps,
        "started_at": leaves.iter().filter_map(|leaf| leaf.started).min().map(precise),
        "ended_at": leaves.iter().filter_map(|leaf| leaf.ended).max().filter(|_| ended).map(precise),
        "component_name": component,
    }))
}

fn leaf(leaf: &Leaf) -> Value {
    omit(json!({
        "name": leaf.path.last(),
        "status": leaf.status.name(),
        "started_at": leaf.started.map(precise),
        "ended_at": leaf.ended.map(precise),
        "reason": leaf.reason.as_ref().map(reason),
        "component_name": leaf.component,
        "message_base": leaf.message_base,
    }))
}

fn reason(reason: &Reason) -> Value {
    omit(json!({"code": reason.code, "message": reason.message}))
}

/// To the second, as most of the API has it.
pub(crate) fn time(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

/// Steps have the fraction too.
fn precise(at: Timestamp) -> String {
    at.to_string()
}

/// Leaves out what proto3's JSON leaves out, of this object only.
pub(crate) fn omit(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, field| match field {
            Value::Null | Value::Bool(false) => false,
            Value::Number(number) => number.as_f64() != Some(0.0),
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::Object(fields) => !Map::is_empty(fields),
            Value::Bool(true) => true,
        });
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pending_tree_reads_as_the_vendor_shows_it() {
        let spec = Spec::view(&json!({"name": "shop", "services": [{"name": "web"}]})).unwrap();
        assert_eq!(
            progress(&Progress::of(&spec, None)),
            json!({
                "pending_steps": 6,
                "total_steps": 6,
                "steps": [
                    {"name": "build", "status": "PENDING", "steps": [
                        {"name": "initialize", "status": "PENDING"},
                        {"name": "components", "status": "PENDING", "steps": [
                            {"name": "web", "status": "PENDING", "component_name": "web",
                             "message_base": "Building service"}]}]},
                    {"name": "deploy", "status": "PENDING", "steps": [
                        {"name": "initialize", "status": "PENDING"},
                        {"name": "components", "status": "PENDING", "steps": [
                            {"name": "web", "status": "PENDING", "component_name": "web", "steps": [
                                {"name": "deploy", "status": "PENDING", "component_name": "web",
                                 "message_base": "Deploying service"},
                                {"name": "wait", "status": "PENDING", "component_name": "web",
                                 "message_base": "Waiting for service"}]}]},
                        {"name": "finalize", "status": "PENDING"}]},
                ],
                "summary_steps": [{"name": "build", "status": "PENDING"}, {"name": "deploy", "status": "PENDING"}],
            })
        );
    }
}
