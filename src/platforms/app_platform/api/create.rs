//! Creates an app exactly once, also when the reply is lost.

use reqwest::Method;
use serde_json::{Value, json};

use super::super::document::app::name_of;
use super::super::document::marks::marks;
use super::super::words::WORDS;
use super::apply::Sent;
use super::refusal::refusal;
use super::same_spec::{comes_from, sleep_dropped};
use super::{AppPlatform, PAUSES, complete, incomplete, translate, wire};
use crate::net::client::Client;
use crate::net::error::ApiError;
use crate::net::retry::Repeat;
use crate::platforms::app::App;
use crate::platforms::deployment::Rollout;
use crate::platforms::error::{PlatformError, Result};

impl AppPlatform {
    pub(super) async fn create(
        &self,
        spec: &Value,
        project: Option<&str>,
        still: &impl AsyncFn() -> Result<()>,
    ) -> Result<Sent> {
        let mut body = json!({ "spec": spec });
        if let Some(project) = project.filter(|project| !project.is_empty()) {
            body["project_id"] = self.project_id(project).await?.into();
        }
        let mut pauses = PAUSES.into_iter();
        // Whether an earlier try may have made the app that a later one finds in its way.
        let mut unclear = false;
        loop {
            let error = match self
                .past_limits(async |client| post(client, &body).await, still)
                .await?
                .and_then(|app| about(app, spec))
            {
                Ok(app) => return self.made(app, spec).await,
                Err(error) => error,
            };
            unclear |= error.may_have_happened();
            // A conflict after a lost reply may be our own app, which the lost request created.
            let found = match unclear && (error.may_have_happened() || error.status() == Some(409)) {
                true => self.find(name_of(spec)).await?,
                false => return Err(refusal(error, spec)),
            };
            if let Some(app) = found {
                return self.take_up(&app, spec).await;
            }
            match pauses.next() {
                Some(pause) => self.wait.sleep(pause).await?,
                None => return self.answered(Err(error)),
            }
            still().await?;
        }
    }

    async fn made(&self, made: wire::App, spec: &Value) -> Result<Sent> {
        let app = translate::app(made);
        let deployment = match app.in_progress.as_ref().or(app.active.as_ref()) {
            Some(deployment) => Some(deployment.id.clone()),
            None => self.deployments(&app.id, 1).await?.pop().map(|newest| newest.id),
        };
        Ok(Sent {
            sleep_dropped: sleep_dropped(app.document.value(), spec),
            rollout: Rollout {
                app_id: app.id,
                app_name: app.name,
                deployment,
                previous: None,
                warnings: Vec::new(),
            },
        })
    }

    /// Goes on with the app that our request whose reply was lost made. One of someone else stays untouched.
    async fn take_up(&self, app: &App, spec: &Value) -> Result<Sent> {
        let name = name_of(spec).to_owned();
        let Some(ours) = marks(spec) else {
            return Err(PlatformError::NameTaken { name, words: &WORDS });
        };
        let theirs = app.marks.as_ref();
        if !theirs.is_some_and(|theirs| theirs.same_owner(ours.repository, &ours.environment)) {
            return Err(PlatformError::NameTaken { name, words: &WORDS });
        }
        let newest = match &app.in_progress {
            Some(latest) => Some(latest.id.clone()),
            None => self.deployments(&app.id, 1).await?.pop().map(|newest| newest.id),
        };
        let warning = "DigitalOcean's reply to the creation was lost; the app was found by its name and marks";
        // Another spec means that another run was quicker: it may have what an update would take from it.
        if !comes_from(app.document.value(), spec) {
            return Err(PlatformError::NameTaken { name, words: &WORDS });
        }
        tracing::debug!(
            target: "decision",
            "app `{name}` is taken for this run's because the reply was lost and marks and spec are those that were sent"
        );
        // The platform broke off halfway, which an update settles.
        if newest.is_none() {
            let mut sent = self.update(app, spec, &async || Ok(())).await?;
            sent.rollout.warnings.insert(0, warning.to_owned());
            return Ok(sent);
        }
        Ok(Sent {
            sleep_dropped: sleep_dropped(app.document.value(), spec),
            rollout: Rollout {
                app_id: app.id.clone(),
                app_name: app.name.clone(),
                deployment: newest,
                previous: None,
                warnings: vec![warning.to_owned()],
            },
        })
    }
}

/// A reply about another app, as from a cache, is one that was lost.
fn about(app: wire::App, spec: &Value) -> std::result::Result<wire::App, ApiError> {
    let owner = |spec| marks(spec).map(|marks| (marks.repository, marks.environment));
    match name_of(&app.spec) == name_of(spec) && owner(&app.spec) == owner(spec) {
        true => Ok(app),
        false => Err(incomplete(Method::POST, "/v2/apps", "the app that was asked for")),
    }
}

async fn post(client: &Client, body: &Value) -> std::result::Result<wire::App, ApiError> {
    let reply: wire::Reply = client
        .send(Method::POST, "/v2/apps", Some(body), Repeat::OnlyIfNotDone)
        .await?;
    complete(reply.app, Method::POST, "/v2/apps")
}
