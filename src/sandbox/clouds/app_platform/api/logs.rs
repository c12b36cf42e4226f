//! Logs: where to read what was stored, and where to follow what is still being written.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Cloud;
use super::error::ApiError;
use crate::account::tokens::same;
use crate::clouds::app_platform::domain::deployment::{Deployment, Phase};
use crate::clouds::app_platform::domain::logs::{self, LogKind};
use crate::log::Log;

type Reply = Result<Json<Value>, ApiError>;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LogQuery {
    #[serde(rename = "type")]
    kind: String,
    follow: String,
    /// Negative: all of them.
    tail_lines: Option<i64>,
    /// How godo names a component, on the aggregate path.
    component_name: String,
}

pub(crate) async fn of_active(
    State(cloud): State<Cloud>,
    Path(app): Path<String>,
    Query(query): Query<LogQuery>,
) -> Reply {
    let active = cloud.active(&app)?;
    cloud.logs(&app, &active, None, &query)
}

pub(crate) async fn of_active_component(
    State(cloud): State<Cloud>,
    Path((app, component)): Path<(String, String)>,
    Query(query): Query<LogQuery>,
) -> Reply {
    let active = cloud.active(&app)?;
    cloud.logs(&app, &active, Some(&component), &query)
}

pub(crate) async fn of_deployment(
    State(cloud): State<Cloud>,
    Path((app, deployment)): Path<(String, String)>,
    Query(query): Query<LogQuery>,
) -> Reply {
    cloud.logs(&app, &deployment, None, &query)
}

pub(crate) async fn of_deployment_component(
    State(cloud): State<Cloud>,
    Path((app, deployment, component)): Path<(String, String, String)>,
    Query(query): Query<LogQuery>,
) -> Reply {
    cloud.logs(&app, &deployment, Some(&component), &query)
}

impl Cloud {
    fn active(&self, app: &str) -> Result<String, ApiError> {
        let active = self.platform.with_app(app, |app| app.active.clone())?;
        active.ok_or_else(|| ApiError::bad_request("app has no active deployment"))
    }

    /// A phase that was never reached has no logs, which is an error; one that may still come can be followed.
    fn logs(&self, app: &str, deployment: &str, component: Option<&str>, query: &LogQuery) -> Reply {
        let Some(kind) = LogKind::parse(&query.kind) else {
            return Err(ApiError::bad_request(format!("invalid log type \"{}\"", query.kind)));
        };
        let component = component.or(Some(query.component_name.as_str()).filter(|name| !name.is_empty()));
        let token = self.platform.with_app(app, |app| app.stream_token.clone())?;
        let (logs, over) = self.platform.with_deployment(app, deployment, |deployment| {
            if let Some(name) = component
                && !has_component(deployment, name)
            {
                return Err(ApiError::bad_request(format!("component \"{name}\" does not exist")));
            }
            Ok((deployment.logs.select(kind, component), is_over(deployment, kind)))
        })??;
        let follow = query.follow == "true";
        if is_empty(kind, &logs) && (!follow || over) {
            return Err(ApiError::bad_request(format!(
                "no {} logs exist for this deployment",
                kind.name()
            )));
        }
        let mut parameters = url::form_urlencoded::Serializer::new(String::new());
        if let Some(name) = component {
            parameters.append_pair("component", name);
        }
        if let Some(tail) = query.tail_lines.filter(|&tail| tail >= 0) {
            parameters.append_pair("tail_lines", &tail.to_string());
        }
        parameters.append_pair("token", &token);
        let place = format!("{app}/{deployment}/{}?{}", kind.name(), parameters.finish());
        let base = &self.base_url;
        let mut reply = json!({"historic_urls": [format!("{base}/_sandbox/logs/{place}")]});
        if follow {
            reply["live_url"] = json!(format!("{base}/_sandbox/live/{place}"));
        }
        Ok(Json(reply))
    }
}

fn has_component(deployment: &Deployment, name: &str) -> bool {
    use crate::clouds::app_platform::document::spec::Spec;
    let spec = Spec::view(&deployment.spec).unwrap_or_default();
    spec.components().any(|(_, component)| component.name == name)
}

/// Does nothing more come?
pub(super) fn is_over(deployment: &Deployment, kind: LogKind) -> bool {
    match kind {
        LogKind::Build | LogKind::Deploy => deployment.phase.is_terminal(),
        LogKind::Run | LogKind::RunRestarted => deployment.phase.is_terminal() && deployment.phase != Phase::Active,
    }
}

/// The log of restarts exists only once something was restarted.
fn is_empty(kind: LogKind, logs: &BTreeMap<String, Log>) -> bool {
    logs.is_empty() || (kind == LogKind::RunRestarted && logs.values().all(|log| log.lines_from(0).is_empty()))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StoredQuery {
    pub(super) component: Option<String>,
    pub(super) tail_lines: Option<usize>,
    pub(super) token: String,
}

impl Cloud {
    /// The logs behind a URL that was given out, if its token is the app's.
    pub(super) fn given_out(
        &self,
        (app, deployment, kind): (&str, &str, &str),
        query: &StoredQuery,
    ) -> Result<(BTreeMap<String, Log>, bool), ApiError> {
        let kind = LogKind::parse(kind).ok_or_else(ApiError::not_found)?;
        let token = self.platform.with_app(app, |app| app.stream_token.clone())?;
        if !same(&token, &query.token) {
            return Err(ApiError::forbidden());
        }
        Ok(self.platform.with_deployment(app, deployment, |deployment| {
            let logs = deployment.logs.select(kind, query.component.as_deref());
            (logs, is_over(deployment, kind))
        })?)
    }
}

/// A stored log as plain text.
pub(crate) async fn stored(
    State(cloud): State<Cloud>,
    Path((app, deployment, kind)): Path<(String, String, String)>,
    Query(query): Query<StoredQuery>,
) -> Result<Response, ApiError> {
    let (logs, _) = cloud.given_out((&app, &deployment, &kind), &query)?;
    let logs = logs.values().map(|log| log.lines_from(0));
    let mut text = String::new();
    for line in logs::merged(logs, query.tail_lines) {
        text.push_str(&line);
        text.push('\n');
    }
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}
