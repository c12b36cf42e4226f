//! Goes back to an earlier deployment, and takes off the pin that this leaves.

use reqwest::Method;
use serde_json::{Value, json};

use super::super::spec::production::going_back::same_places;
use super::update::Request;
use super::{AppPlatform, app_path, translate};
use crate::model::rollout::Phase;
use crate::net::retry::Repeat;
use crate::platforms::app::App;
use crate::platforms::deployment::{CauseKind, Deployment, Rollout};
use crate::platforms::document::Document;
use crate::platforms::error::Result;
use crate::platforms::rollback::{Hold, WayBack};

/// Of how many successful deployments, the newest first, each can be brought back.
/// <https://docs.digitalocean.com/products/app-platform/how-to/manage-deployments/#roll-back>
pub(in crate::platforms::app_platform) const KEEPS: usize = 10;

/// How far back is looked for them: failed ones lie between.
const LOOK_BACK: usize = 50;

impl AppPlatform {
    pub(in crate::platforms::app_platform) async fn roll_back(
        &self,
        app: &App,
        deployment_id: &str,
        hold: Hold,
    ) -> Result<Rollout> {
        let request = Request {
            method: Method::POST,
            path: format!("{}/rollback", app_path(&app.id)),
            body: Some(body(deployment_id, hold)),
            is_ours: &|deployment| {
                deployment.cause.kind == CauseKind::Rollback
                    && deployment.restores.as_deref().is_none_or(|id| id == deployment_id)
            },
        };
        self.deploy_by(app, &request, async || Ok(())).await
    }

    /// While an app is pinned its validation only says that it is, so that what it would object to otherwise is looked
    /// up here, before the pin is taken off.
    /// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Apps/operation/apps_validate_rollback>
    pub(in crate::platforms::app_platform) async fn check_way_back(
        &self,
        app: &App,
        earlier: &Deployment,
        hold: Hold,
    ) -> Result<WayBack> {
        if app.pinned.is_some() {
            return Ok(WayBack {
                objection: self.objection_but_the_pin(app, earlier).await?,
                warnings: Vec::new(),
            });
        }
        let path = format!("{}/rollback/validate", app_path(&app.id));
        let body = body(&earlier.id, hold);
        let reply = self.client.send(Method::POST, &path, Some(&body), Repeat::Freely).await;
        Ok(translate::way_back(self.answered(reply)?))
    }

    async fn objection_but_the_pin(&self, app: &App, earlier: &Deployment) -> Result<Option<String>> {
        let mut successful = self.deployments(&app.id, LOOK_BACK).await?;
        successful.retain(|it| matches!(it.phase, Phase::Active | Phase::Superseded));
        if successful.iter().take(KEEPS).all(|it| it.id != earlier.id) {
            return Ok(Some(format!(
                "the deployment is not among the {KEEPS} most recent successful ones"
            )));
        }
        let moves = |then: &Document| !same_places(app.document.value(), then.value());
        let is_elsewhere = earlier.document.as_ref().is_some_and(moves);
        Ok(is_elsewhere.then(|| "the app had other databases or another region then".to_owned()))
    }

    pub(in crate::platforms::app_platform) async fn release(&self, app_id: &str) -> Result<()> {
        self.wait.check()?;
        let path = format!("{}/rollback/commit", app_path(app_id));
        let sent = self
            .client
            .send_only(Method::POST, &path, None, Repeat::OnlyIfNotDone)
            .await;
        match sent {
            // A second commit would be refused although the first worked, so the app is asked instead.
            Err(error) if error.may_have_happened() && self.existing(app_id).await?.pinned.is_none() => Ok(()),
            sent => self.answered(sent),
        }
    }
}

fn body(deployment_id: &str, hold: Hold) -> Value {
    json!({"deployment_id": deployment_id, "skip_pin": hold == Hold::Nothing})
}
