//! The parts of App Platform's JSON that we read. Zero values are omitted there, so every field has a default.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::net::fields::id_or_empty;

/// `null` is as good as absent.
fn null_ok<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A number, or a string that holds one, as 64-bit integers are written.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    Ok(match Option::<Value>::deserialize(from)? {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Page {
    /// Left out where there are none.
    pub(super) apps: Option<Vec<App>>,
    #[serde(deserialize_with = "null_ok")]
    pub(super) links: Links,
    pub(super) meta: Option<Meta>,
}

/// <https://docs.digitalocean.com/reference/api/intro/#meta>
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Meta {
    /// Of all pages.
    #[serde(deserialize_with = "number")]
    pub(super) total: Option<f64>,
}

/// A page of the list of apps, of which only names matter.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NamesPage {
    #[serde(deserialize_with = "null_ok")]
    pub(super) apps: Vec<Listed>,
    #[serde(deserialize_with = "null_ok")]
    pub(super) links: Links,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Listed {
    #[serde(deserialize_with = "id_or_empty")]
    pub(super) id: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) spec: Named,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    #[serde(deserialize_with = "id_or_empty")]
    pub(super) id: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Links {
    #[serde(deserialize_with = "null_ok")]
    pub(super) pages: Pages,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pages {
    pub(super) next: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Projects {
    #[serde(deserialize_with = "null_ok")]
    pub(super) projects: Vec<Named>,
    #[serde(deserialize_with = "null_ok")]
    pub(super) links: Links,
}

/// A reply to whatever sets a deployment in motion: some name the app, some the deployment.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reply {
    pub(super) app: Option<App>,
    pub(super) deployment: Option<Deployment>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct App {
    #[serde(deserialize_with = "id_or_empty")]
    pub(super) id: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) spec: Value,
    #[serde(deserialize_with = "null_ok")]
    pub(super) live_url: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) default_ingress: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) domains: Vec<Domain>,
    #[serde(deserialize_with = "null_ok")]
    pub(super) created_at: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) updated_at: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) last_deployment_created_at: String,
    pub(super) active_deployment: Option<Deployment>,
    pub(super) in_progress_deployment: Option<Deployment>,
    pub(super) pending_deployment: Option<Deployment>,
    pub(super) pinned_deployment: Option<Deployment>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Domain {
    #[serde(deserialize_with = "null_ok")]
    pub(super) phase: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) spec: DomainSpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DomainSpec {
    #[serde(deserialize_with = "null_ok")]
    pub(super) domain: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Deployments {
    #[serde(deserialize_with = "null_ok")]
    pub(super) deployments: Vec<Deployment>,
    #[serde(deserialize_with = "null_ok")]
    pub(super) links: Links,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Deployment {
    #[serde(deserialize_with = "id_or_empty")]
    pub(super) id: String,
    pub(super) spec: Option<Value>,
    #[serde(deserialize_with = "null_ok")]
    pub(super) phase: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) cause: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) cause_details: CauseDetails,
    #[serde(deserialize_with = "null_ok")]
    pub(super) created_at: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) phase_last_updated_at: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) updated_at: String,
    #[serde(deserialize_with = "id_or_empty")]
    pub(super) previous_deployment_id: String,
    #[serde(deserialize_with = "id_or_empty")]
    pub(super) cloned_from: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) progress: Progress,
    #[serde(deserialize_with = "null_ok")]
    pub(super) services: Vec<Component>,
    #[serde(deserialize_with = "null_ok")]
    pub(super) static_sites: Vec<Component>,
    #[serde(deserialize_with = "null_ok")]
    pub(super) workers: Vec<Component>,
    #[serde(deserialize_with = "null_ok")]
    pub(super) jobs: Vec<Component>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Component {
    #[serde(deserialize_with = "null_ok")]
    pub(super) name: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) source_commit_hash: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CauseDetails {
    #[serde(rename = "type", deserialize_with = "null_ok")]
    pub(super) kind: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) digitalocean_user_action: UserAction,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct UserAction {
    #[serde(deserialize_with = "null_ok")]
    pub(super) name: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) user: User,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct User {
    #[serde(deserialize_with = "null_ok")]
    pub(super) full_name: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) email: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Progress {
    #[serde(deserialize_with = "null_ok")]
    pub(super) steps: Vec<Step>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Step {
    #[serde(deserialize_with = "null_ok")]
    pub(super) name: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) status: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) component_name: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) message_base: String,
    pub(super) reason: Option<Reason>,
    #[serde(deserialize_with = "null_ok")]
    pub(super) steps: Vec<Step>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Reason {
    #[serde(deserialize_with = "null_ok")]
    pub(super) code: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Logs {
    #[serde(deserialize_with = "null_ok")]
    pub(super) live_url: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) historic_urls: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HealthReply {
    #[serde(deserialize_with = "null_ok")]
    pub(super) app_health: Health,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Health {
    #[serde(deserialize_with = "null_ok")]
    pub(super) components: Vec<ComponentHealth>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ComponentHealth {
    #[serde(deserialize_with = "null_ok")]
    pub(super) name: String,
    #[serde(deserialize_with = "number")]
    pub(super) replicas_desired: Option<f64>,
    #[serde(deserialize_with = "number")]
    pub(super) replicas_ready: Option<f64>,
    #[serde(deserialize_with = "null_ok")]
    pub(super) state: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Events {
    #[serde(deserialize_with = "null_ok")]
    pub(super) events: Vec<Event>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Event {
    #[serde(deserialize_with = "null_ok")]
    pub(super) created_at: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) autoscaling: Autoscaling,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Autoscaling {
    #[serde(deserialize_with = "null_ok")]
    pub(super) phase: String,
    #[serde(deserialize_with = "null_ok")]
    pub(super) components: std::collections::BTreeMap<String, Scaled>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Scaled {
    #[serde(deserialize_with = "null_ok")]
    pub(super) triggering_metric: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Validation {
    #[serde(deserialize_with = "null_ok")]
    pub(super) valid: bool,
    pub(super) error: Option<Condition>,
    #[serde(deserialize_with = "null_ok")]
    pub(super) warnings: Vec<Condition>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Condition {
    #[serde(deserialize_with = "null_ok")]
    pub(super) message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Proposal {
    #[serde(deserialize_with = "number")]
    pub(super) app_cost: Option<f64>,
    pub(super) spec: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sizes {
    #[serde(deserialize_with = "null_ok")]
    pub(super) instance_sizes: Vec<Size>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Size {
    #[serde(deserialize_with = "null_ok")]
    pub(super) slug: String,
    #[serde(deserialize_with = "number")]
    pub(super) usd_per_month: Option<f64>,
}
