//! Rolling back: which deployments one can go back to, and the pin that holds until commit or revert.

use std::sync::Arc;

use super::app::App;
use super::deployment::{Cause, Deployment};
use super::deployments::Start;
use super::platform::AppPlatform;
use crate::clouds::app_platform::document::component::Kind;
use crate::clouds::app_platform::document::spec::Spec;
use crate::clouds::app_platform::refusal::Refusal;

/// Only so many of the most recent successful deployments can be rolled back to.
/// <https://docs.digitalocean.com/products/app-platform/how-to/manage-deployments/#roll-back>
const REVISIONS: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) components: Vec<String>,
}

impl Condition {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            components: Vec::new(),
        }
    }
}

/// Warnings, or the reason why it cannot be.
pub(crate) type Validation = Result<Vec<Condition>, Condition>;

impl AppPlatform {
    pub(crate) fn validate_rollback(&self, app: &str, target: &str) -> Result<Validation, Refusal> {
        self.with_app(app, |app| Ok(validate(app, app.deployment(target)?)))?
    }

    /// Deploys the spec and the commits of an earlier deployment, and pins the app to it.
    pub(crate) fn roll_back(self: &Arc<Self>, id: &str, target: &str, skip_pin: bool) -> Result<String, Refusal> {
        let start = self.with_app(id, |app| {
            let deployment = app.deployment(target)?;
            if let Err(condition) = validate(app, deployment) {
                return Err(Refusal::Invalid(condition.message));
            }
            Ok(Start {
                pin: !skip_pin,
                ..again(deployment, Cause::Rollback)
            })
        })??;
        self.start(id, start)
    }

    /// The platform's own rollback: what serves is deployed again after `failed` has ended in `ERROR`. Nothing
    /// happens where nothing serves, where the app is pinned, or where someone was faster.
    pub(crate) fn roll_back_automatically(self: &Arc<Self>, id: &str, failed: &str) -> Result<String, Refusal> {
        let start = self.with_app(id, |app| {
            let active = app.active_deployment().ok_or(Refusal::NotFound)?;
            Ok(Start {
                following: Some(failed.to_owned()),
                ..again(active, Cause::AutoRollback)
            })
        })??;
        self.start(id, start)
    }

    /// Releases the pin and stays where it is.
    pub(crate) fn commit_rollback(&self, app: &str) -> Result<(), Refusal> {
        self.change_app(app, |app| match app.pinned.take() {
            Some(_) => Ok(()),
            None => Err(Refusal::Invalid(
                "app is not pinned to a rollback deployment".to_owned(),
            )),
        })?
    }

    /// Releases the pin and goes back to what served before the rollback.
    pub(crate) fn revert_rollback(self: &Arc<Self>, id: &str) -> Result<String, Refusal> {
        let start = self.change_app(id, |app| {
            let Some(pin) = app.pinned.clone() else {
                return Err(Refusal::Invalid(
                    "app is not pinned to a rollback deployment".to_owned(),
                ));
            };
            let before = app.deployment(pin.before.as_deref().unwrap_or_default())?;
            let start = again(before, Cause::RollbackReverted);
            app.pinned = None;
            Ok(start)
        })??;
        self.start(id, start)
    }
}

/// The same again: spec, commits and builds of a deployment.
fn again(deployment: &Deployment, cause: Cause) -> Start {
    Start {
        spec: Some(deployment.spec.clone()),
        builds: deployment.builds.clone(),
        cloned_from: Some(deployment.id.clone()),
        ..Start::of(cause, deployment.commits.clone())
    }
}

fn validate(app: &App, target: &Deployment) -> Validation {
    if app.pinned.is_some() {
        let why = "the app is pinned to a rollback deployment; commit or revert it first";
        return Err(Condition::new("app_pinned", why));
    }
    if !target.phase.is_terminal() {
        let why = format!("the deployment is in phase {}", target.phase.name());
        return Err(Condition::new("incompatible_phase", why));
    }
    if !target.was_active {
        let why = "the deployment has not been successful";
        return Err(Condition::new("incompatible_result", why));
    }
    let successful = app.deployments.iter().rev().filter(|deployment| deployment.was_active);
    if !successful.take(REVISIONS).any(|deployment| deployment.id == target.id) {
        let why = format!("the deployment is not among the {REVISIONS} most recent successful ones");
        return Err(Condition::new("exceeded_revision_limit", why));
    }
    let current = Spec::view(&app.spec).unwrap_or_default();
    let old = Spec::view(&target.spec).unwrap_or_default();
    if current.databases != old.databases {
        let why = "the deployment has other databases than the app";
        return Err(Condition::new("database_config_conflict", why));
    }
    if current.region != old.region {
        let why = "the deployment is of another region than the app";
        return Err(Condition::new("region_conflict", why));
    }
    Ok(warnings(&old))
}

fn warnings(spec: &Spec) -> Vec<Condition> {
    let names =
        |wanted: &dyn Fn(Kind, &crate::clouds::app_platform::document::component::Component) -> bool| -> Vec<String> {
            let found = spec.components().filter(|(kind, component)| wanted(*kind, component));
            found.map(|(_, component)| component.name.clone()).collect()
        };
    let sites = names(&|kind, _| kind == Kind::StaticSite);
    let floating = names(&|_, component| component.image.as_ref().is_some_and(|image| image.digest.is_empty()));
    let mut warnings = Vec::new();
    if !sites.is_empty() {
        let why = "static sites are built again from the original commit";
        warnings.push(Condition {
            components: sites,
            ..Condition::new("static_site_requires_rebuild", why)
        });
    }
    if !floating.is_empty() {
        let why = "image sources without a digest may resolve to another image";
        warnings.push(Condition {
            components: floating,
            ..Condition::new("image_source_missing_digest", why)
        });
    }
    warnings
}
