//! Deployments: list, create, get, cancel, restart.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde_json::{Value, json};

use super::Cloud;
use super::body::Body;
use super::error::ApiError;
use super::paging::Page;
use super::view;

type Reply = Result<Json<Value>, ApiError>;

impl Cloud {
    pub(super) fn deployment(&self, app: &str, id: &str) -> Reply {
        let written = self.platform.with_deployment(app, id, view::deployment)?;
        Ok(Json(json!({"deployment": written})))
    }
}

pub(crate) async fn list(State(cloud): State<Cloud>, Path(app): Path<String>, Query(page): Query<Page>) -> Reply {
    let (deployments, total) = cloud.platform.with_app(&app, |app| {
        let page = page.cut(app.deployments.iter().rev().collect());
        let written: Vec<_> = page.into_iter().map(view::deployment).collect();
        (written, app.deployments.len())
    })?;
    let links = page.links(&format!("{}/v2/apps/{app}/deployments", cloud.base_url), total);
    Ok(Json(
        json!({"deployments": deployments, "links": links, "meta": {"total": total}}),
    ))
}

pub(crate) async fn create(State(cloud): State<Cloud>, Path(app): Path<String>, body: Body) -> Reply {
    let id = cloud.platform.deploy(&app, body.flag("force_build")).await?;
    cloud.deployment(&app, &id)
}

pub(crate) async fn get(State(cloud): State<Cloud>, Path((app, id)): Path<(String, String)>) -> Reply {
    cloud.deployment(&app, &id)
}

pub(crate) async fn cancel(State(cloud): State<Cloud>, Path((app, id)): Path<(String, String)>) -> Reply {
    cloud.platform.cancel(&app, &id)?;
    cloud.deployment(&app, &id)
}

pub(crate) async fn restart(State(cloud): State<Cloud>, Path(app): Path<String>, body: Body) -> Reply {
    let names = body.0.get("components").and_then(Value::as_array);
    let components = names
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let id = cloud.platform.restart(&app, components)?;
    cloud.deployment(&app, &id)
}
