//! Goes back to an earlier deployment, and settles or undoes that.

use reqwest::Method;
use serde_json::json;

use super::update::Request;
use super::{AppPlatform, app_path, translate, wire};
use crate::net::retry::Repeat;
use crate::platforms::app::App;
use crate::platforms::deployment::{CauseKind, Rollout, Validation};
use crate::platforms::error::Result;

impl AppPlatform {
    pub(in crate::platforms::app_platform) async fn rollback(
        &self,
        app: &App,
        deployment_id: &str,
        skip_pin: bool,
    ) -> Result<Rollout> {
        let request = Request {
            method: Method::POST,
            path: format!("{}/rollback", app_path(&app.id)),
            body: Some(json!({"deployment_id": deployment_id, "skip_pin": skip_pin})),
            is_ours: &|deployment| {
                deployment.cause.kind == CauseKind::Rollback
                    && deployment.restores.as_deref().is_none_or(|id| id == deployment_id)
            },
        };
        self.deploy_by(app, &request, async || Ok(())).await
    }

    pub(in crate::platforms::app_platform) async fn validate_rollback(
        &self,
        app_id: &str,
        deployment_id: &str,
        skip_pin: bool,
    ) -> Result<Validation> {
        let path = format!("{}/rollback/validate", app_path(app_id));
        let body = json!({"deployment_id": deployment_id, "skip_pin": skip_pin});
        let reply = self.client.send(Method::POST, &path, Some(&body), Repeat::Freely).await;
        let reply: wire::Validation = self.answered(reply)?;
        Ok(translate::validation(reply))
    }

    pub(in crate::platforms::app_platform) async fn commit_rollback(&self, app_id: &str) -> Result<()> {
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
