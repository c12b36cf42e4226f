//! Updates and redeploys an app, and finds out what happened when the reply is lost.

use reqwest::Method;
use serde_json::{Value, json};

use super::refusal::refusal;
use super::same_spec::{comes_from, sleep_dropped};
use super::{AppPlatform, PAUSES, app_path, complete, incomplete, translate, wire};
use crate::net::error::ApiError;
use crate::net::retry::Repeat;
use crate::platform::app::App;
use crate::platform::deployment::{CauseKind, Deployment, Rollout};
use crate::platform::error::{PlatformError, Result};

/// How many deployments are looked through for the one that an unheard request caused.
const LOOKED_THROUGH: usize = 10;

/// A request that sets a deployment in motion.
pub(super) struct Request<'a> {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Value>,
    /// Recognises the deployment that it causes, should the reply be lost.
    pub(super) is_ours: &'a dyn Fn(&Deployment) -> bool,
}

/// What a request set in motion: the reply, or the deployment that was found in its stead.
pub(super) enum Outcome {
    Reply(Box<wire::Reply>),
    Found(Box<Deployment>),
}

impl AppPlatform {
    pub(in crate::platform) async fn update(&self, app: &App, spec: &Value) -> Result<Rollout> {
        refuse_pinned(app)?;
        let path = app_path(&app.id);
        let request = Request {
            method: Method::PUT,
            path: path.clone(),
            body: Some(json!({"spec": spec, "update_all_source_versions": true})),
            is_ours: &|deployment| deployment.spec.as_ref().is_some_and(|given| comes_from(given, spec)),
        };
        let reply = match self.set_in_motion(app, &request, spec).await? {
            Outcome::Found(deployment) => return Ok(found(app, *deployment, spec)),
            Outcome::Reply(reply) => complete(reply.app, Method::PUT, &path)?,
        };
        let pending = reply.pending_deployment.as_ref();
        let mut rollout = rollout(app, pending.map(|pending| pending.id.clone()));
        rollout.sleep_dropped = sleep_dropped(&reply.spec, spec);
        let name = translate::name_of(&reply.spec);
        if !name.is_empty() {
            rollout.app_name = name.to_owned();
        }
        Ok(rollout)
    }

    pub(in crate::platform) async fn redeploy(&self, app: &App, force_build: bool) -> Result<Rollout> {
        refuse_pinned(app)?;
        let request = Request {
            method: Method::POST,
            path: format!("{}/deployments", app_path(&app.id)),
            body: Some(json!({ "force_build": force_build })),
            is_ours: &|deployment| deployment.cause.kind == CauseKind::Manual,
        };
        self.deploy_by(app, &request).await
    }

    /// Sends a request whose reply names the deployment.
    pub(super) async fn deploy_by(&self, app: &App, request: &Request<'_>) -> Result<Rollout> {
        let deployment = match self.set_in_motion(app, request, &app.spec).await? {
            Outcome::Found(deployment) => return Ok(found(app, *deployment, &app.spec)),
            Outcome::Reply(reply) => reply.deployment.filter(|deployment| !deployment.id.is_empty()),
        };
        match deployment {
            Some(deployment) => Ok(rollout(app, Some(deployment.id))),
            None => Err(incomplete(request.method.clone(), &request.path, "a deployment").into()),
        }
    }

    /// Sends until it is known what became of it. `spec` gives refusals their names.
    async fn set_in_motion(&self, app: &App, request: &Request<'_>, spec: &Value) -> Result<Outcome> {
        // Asked beforehand, because times do not tell: those of deployments are in whole seconds.
        let before = self.deployments(&app.id, LOOKED_THROUGH).await?;
        let is_new = |id: &str| !is_known(app, id) && before.iter().all(|earlier| earlier.id != id);
        let mut pauses = PAUSES.into_iter();
        loop {
            self.wait.check()?;
            let Request { method, path, body, .. } = request;
            let sent = self
                .client
                .send(method.clone(), path, body.as_ref(), Repeat::OnlyIfNotDone)
                .await;
            let error: ApiError = match sent {
                Ok(mut reply) => {
                    // A reply that names a deployment from before names none that it caused.
                    forget_unless(&is_new, &mut reply);
                    return Ok(Outcome::Reply(Box::new(reply)));
                }
                Err(error) => error,
            };
            if !error.may_have_happened() {
                return Err(self.refused(app, error, spec).await);
            }
            let newest = self.deployments(&app.id, LOOKED_THROUGH).await?;
            if let Some(ours) = newest.into_iter().find(|it| is_new(&it.id) && (request.is_ours)(it)) {
                return Ok(Outcome::Found(Box::new(ours)));
            }
            match pauses.next() {
                Some(pause) => self.wait.sleep(pause).await?,
                None => return self.heard(Err(error)),
            }
        }
    }

    /// What a refusal means; that of a pinned app has no reliable words, so the app is asked.
    async fn refused(&self, app: &App, error: ApiError, spec: &Value) -> PlatformError {
        if matches!(error.status(), Some(400 | 403 | 409 | 412 | 422))
            && let Ok(Some(now)) = self.app(&app.id).await
            && let Err(pinned) = refuse_pinned(&now)
        {
            return pinned;
        }
        refusal(error, spec)
    }
}

fn refuse_pinned(app: &App) -> Result<()> {
    match &app.pinned {
        None => Ok(()),
        Some(pinned) => Err(PlatformError::Pinned {
            deployment: pinned.id.clone(),
            by: pinned.cause.user.clone(),
            since: pinned.created_at,
        }),
    }
}

fn is_known(app: &App, id: &str) -> bool {
    id.is_empty() || app.known.iter().any(|known| known == id)
}

fn forget_unless(is_new: &dyn Fn(&str) -> bool, reply: &mut wire::Reply) {
    if let Some(app) = &mut reply.app {
        app.pending_deployment = app.pending_deployment.take().filter(|pending| is_new(&pending.id));
    }
}

fn rollout(app: &App, deployment: Option<String>) -> Rollout {
    Rollout {
        app_id: app.id.clone(),
        app_name: app.name.clone(),
        deployment,
        previous: app.active.as_ref().map(|active| active.id.clone()),
        sleep_dropped: false,
        warnings: Vec::new(),
    }
}

fn found(app: &App, deployment: Deployment, spec: &Value) -> Rollout {
    let given = deployment.spec.unwrap_or_default();
    Rollout {
        sleep_dropped: sleep_dropped(&given, spec),
        warnings: vec!["DigitalOcean's reply was lost; the deployment was found among the newest".to_owned()],
        ..rollout(app, Some(deployment.id))
    }
}
