//! Updates and redeploys an app: determines what happened when the reply is lost, and looks again before it repeats.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::super::document::app::name_of;
use super::apply::Sent;
use super::refusal::refusal;
use super::same_spec::{comes_from, sends_secrets, sleep_dropped};
use super::{AppPlatform, PAUSES, app_path, complete, incomplete, wire};
use crate::net::error::ApiError;
use crate::net::retry::Repeat;
use crate::platforms::app::App;
use crate::platforms::deployment::{CauseKind, Deployment, Rollout};
use crate::platforms::document::Document;
use crate::platforms::error::{PlatformError, Result};

/// How many deployments are looked through for the one that a request whose reply was lost caused.
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
    pub(super) async fn update(&self, app: &App, spec: &Value, still: &impl AsyncFn() -> Result<()>) -> Result<Sent> {
        refuse_pinned(app)?;
        let path = app_path(&app.id);
        let request = Request {
            method: Method::PUT,
            path: path.clone(),
            body: Some(json!({"spec": spec, "update_all_source_versions": true})),
            is_ours: &|deployment| {
                deployment
                    .document
                    .as_ref()
                    .is_some_and(|given| comes_from(given.value(), spec))
            },
        };
        let reply = match self.start(app, &request, spec, still).await? {
            Outcome::Found(deployment) => {
                let given = deployment.document.as_ref().map_or(&Value::Null, Document::value);
                return Ok(Sent {
                    sleep_dropped: sleep_dropped(given, spec),
                    rollout: found(app, *deployment),
                });
            }
            Outcome::Reply(reply) => complete(reply.app, Method::PUT, &path)?,
        };
        let pending = reply.pending_deployment.as_ref();
        let mut rollout = rollout(app, pending.map(|pending| pending.id.clone()));
        let name = name_of(&reply.spec);
        if !name.is_empty() {
            rollout.app_name = name.to_owned();
        }
        Ok(Sent {
            sleep_dropped: sleep_dropped(&reply.spec, spec),
            rollout,
        })
    }

    /// The app's newest deployment, where it is of this very spec and under way. `None` also where a secret's value is to
    /// be sent: it cannot be compared with the ciphertext that the platform keeps.
    pub(super) async fn under_way(&self, app: &App, spec: &Value) -> Result<Option<Sent>> {
        let newest = self.newest(app).await?.into_iter().next();
        let Some(deployment) = newest.filter(|it| !it.phase.is_final() && !sends_secrets(spec)) else {
            return Ok(None);
        };
        let given = deployment.document.as_ref().map_or(&Value::Null, Document::value);
        if !comes_from(given, spec) {
            return Ok(None);
        }
        adopted(&deployment, "an earlier attempt of the run made it");
        Ok(Some(Sent {
            sleep_dropped: sleep_dropped(given, spec),
            rollout: rollout(app, Some(deployment.id)),
        }))
    }

    pub(in crate::platforms::app_platform) async fn redeploy(
        &self,
        app: &App,
        force_build: bool,
        still: impl AsyncFn() -> Result<()>,
    ) -> Result<Rollout> {
        refuse_pinned(app)?;
        let request = Request {
            method: Method::POST,
            path: format!("{}/deployments", app_path(&app.id)),
            body: Some(json!({ "force_build": force_build })),
            is_ours: &|deployment| deployment.cause.kind == CauseKind::Manual,
        };
        self.deploy_by(app, &request, still).await
    }

    /// Sends a request whose reply names the deployment.
    pub(super) async fn deploy_by(
        &self,
        app: &App,
        request: &Request<'_>,
        still: impl AsyncFn() -> Result<()>,
    ) -> Result<Rollout> {
        let deployment = match self.start(app, request, app.document.value(), &still).await? {
            Outcome::Found(deployment) => return Ok(found(app, *deployment)),
            Outcome::Reply(reply) => reply.deployment.filter(|deployment| !deployment.id.is_empty()),
        };
        match deployment {
            Some(deployment) => Ok(rollout(app, Some(deployment.id))),
            None => Err(incomplete(request.method.clone(), &request.path, "a deployment").into()),
        }
    }

    /// Sends until the outcome is known. `spec` gives refusals their names. Before every further try the app is
    /// looked at again, and `still` is asked: a rate limit may hold a request up for minutes, and what is repeated
    /// blindly takes away what someone else has done meanwhile.
    async fn start(
        &self,
        app: &App,
        request: &Request<'_>,
        spec: &Value,
        still: &impl AsyncFn() -> Result<()>,
    ) -> Result<Outcome> {
        // Asked beforehand, because times do not decide it: those of deployments are in whole seconds.
        let before = self.newest(app).await?;
        let is_new = |id: &str| !is_known(app, id) && before.iter().all(|earlier| earlier.id != id);
        let is_ours = |it: &Deployment| is_new(&it.id) && (request.is_ours)(it);
        // Without patience for limits: they are waited out below, so that the app is read again after each wait.
        let client = self.client.patient_for(Duration::ZERO);
        let mut pauses = PAUSES.into_iter();
        let mut refused = 0;
        let mut may_have_happened = false;
        loop {
            self.wait.check()?;
            let Request { method, path, body, .. } = request;
            let sent = client
                .send(method.clone(), path, body.as_ref(), Repeat::OnlyIfNotDone)
                .await;
            // A reply about another app, as from a cache, is one that was lost.
            let is_other = |reply: &wire::Reply| reply.app.as_ref().is_some_and(|it| it.id != app.id);
            let error: ApiError = match sent {
                Ok(reply) if is_other(&reply) => incomplete(method.clone(), path, "the app that was asked for"),
                Ok(mut reply) => {
                    // A reply that names a deployment from before names none that it caused.
                    forget_unless(&is_new, &mut reply);
                    return Ok(Outcome::Reply(Box::new(reply)));
                }
                Err(error) => error,
            };
            if error.is_limit() {
                self.answered(self.client.outwait(error, refused).await)?;
                refused += 1;
            } else if error.may_have_happened() {
                may_have_happened = true;
                // Only the reply may be lost: a second request would make a second deployment.
                if let Some(ours) = self.newest(app).await?.into_iter().find(is_ours) {
                    adopted(&ours, "the reply was lost");
                    return Ok(Outcome::Found(Box::new(ours)));
                }
                match pauses.next() {
                    Some(pause) => self.wait.sleep(pause).await?,
                    None => return self.answered(Err(error)),
                }
            } else {
                return Err(self.refused(app, error, spec).await);
            }
            // The request is about to be sent again, which would undo what another run or person did during the pause.
            let new: Vec<Deployment> = self
                .newest(app)
                .await?
                .into_iter()
                .filter(|it| is_new(&it.id))
                .collect();
            if let Some(other) = new.iter().find(|it| !(may_have_happened && is_ours(it))) {
                let by = format!("deployment {} of `{}` was made", other.id, app.name);
                return Err(PlatformError::Overtaken { by });
            }
            if let Some(ours) = new.into_iter().next() {
                adopted(&ours, "an earlier try, whose reply was lost, made it");
                return Ok(Outcome::Found(Box::new(ours)));
            }
            self.unchanged(app).await?;
            still().await?;
        }
    }

    async fn newest(&self, app: &App) -> Result<Vec<Deployment>> {
        self.deployments(&app.id, LOOKED_THROUGH).await
    }

    /// Passes an app whose spec is what it was.
    async fn unchanged(&self, app: &App) -> Result<()> {
        let now = self.existing(&app.id).await?;
        refuse_pinned(&now)?;
        let (before, after) = (app.document.value(), now.document.value());
        if comes_from(after, before) && comes_from(before, after) {
            return Ok(());
        }
        let by = format!("the spec of `{}` was changed", app.name);
        Err(PlatformError::Overtaken { by })
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

fn adopted(ours: &Deployment, why: &str) {
    let id = &ours.id;
    tracing::debug!(target: "decision", "deployment {id} is taken for this run's because {why} and its spec is the one that was sent");
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
        warnings: Vec::new(),
    }
}

fn found(app: &App, deployment: Deployment) -> Rollout {
    Rollout {
        warnings: vec!["DigitalOcean's reply was lost; the deployment was found among the newest".to_owned()],
        ..rollout(app, Some(deployment.id))
    }
}
