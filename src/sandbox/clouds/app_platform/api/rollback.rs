//! Rollbacks: validate, roll back, commit, revert.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::Cloud;
use super::body::Body;
use super::error::ApiError;
use super::view;
use crate::clouds::app_platform::domain::rollback::Condition;

type Reply = Result<Json<Value>, ApiError>;

pub(crate) async fn validate(State(cloud): State<Cloud>, Path(app): Path<String>, body: Body) -> Reply {
    let target = target(&body)?;
    Ok(Json(match cloud.platform.validate_rollback(&app, target)? {
        Ok(warnings) => {
            let warnings: Vec<_> = warnings.iter().map(condition).collect();
            view::omit(json!({"valid": true, "warnings": warnings}))
        }
        Err(error) => json!({"error": condition(&error)}),
    }))
}

pub(crate) async fn roll_back(State(cloud): State<Cloud>, Path(app): Path<String>, body: Body) -> Reply {
    let id = cloud.platform.roll_back(&app, target(&body)?, body.flag("skip_pin"))?;
    cloud.deployment(&app, &id)
}

/// Documented as 200 without content.
pub(crate) async fn commit(State(cloud): State<Cloud>, Path(app): Path<String>) -> Result<(), ApiError> {
    Ok(cloud.platform.commit_rollback(&app)?)
}

pub(crate) async fn revert(State(cloud): State<Cloud>, Path(app): Path<String>) -> Reply {
    let id = cloud.platform.revert_rollback(&app)?;
    cloud.deployment(&app, &id)
}

fn target(body: &Body) -> Result<&str, ApiError> {
    body.text("deployment_id")
        .ok_or_else(|| ApiError::bad_request("deployment_id is required"))
}

fn condition(condition: &Condition) -> Value {
    view::omit(json!({
        "code": condition.code,
        "message": condition.message,
        "components": condition.components,
    }))
}
