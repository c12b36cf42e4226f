//! The account, its one project, instance sizes and regions.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde_json::{Value, json};

use super::Cloud;
use super::error::ApiError;
use super::paging::Page;
use super::view;
use crate::account::{OWNER_EMAIL, OWNER_NAME};
use crate::clouds::app_platform::document::catalogue::{self, Size};

pub(crate) async fn account(State(cloud): State<Cloud>) -> Json<Value> {
    let team = json!({"uuid": cloud.platform.account_uuid, "name": "Sandbox"});
    Json(json!({"account": {
        "droplet_limit": 10,
        "floating_ip_limit": 3,
        "email": OWNER_EMAIL,
        "name": OWNER_NAME,
        "uuid": cloud.platform.account_uuid,
        "email_verified": true,
        "status": "active",
        "status_message": "",
        "team": team,
    }}))
}

/// The account has its default project only.
pub(crate) async fn projects(State(cloud): State<Cloud>, Query(page): Query<Page>) -> Json<Value> {
    let began = view::time(cloud.platform.began);
    let projects = page.cut(vec![json!({
        "id": cloud.platform.default_project,
        "owner_uuid": cloud.platform.account_uuid,
        "owner_id": 1,
        "name": "sandbox",
        "description": "",
        "purpose": "Web Application",
        "environment": "Development",
        "is_default": true,
        "created_at": began,
        "updated_at": began,
    })]);
    let links = page.links(&format!("{}/v2/projects", cloud.base_url), 1);
    Json(json!({"projects": projects, "links": links, "meta": {"total": 1}}))
}

pub(crate) async fn sizes() -> Json<Value> {
    let sizes: Vec<_> = catalogue::SIZES
        .iter()
        .filter(|size| !size.deprecated)
        .map(written)
        .collect();
    Json(json!({"instance_sizes": sizes}))
}

pub(crate) async fn size(Path(slug): Path<String>) -> Result<Json<Value>, ApiError> {
    let size = catalogue::size(&slug).ok_or_else(ApiError::not_found)?;
    Ok(Json(json!({"instance_size": written(size)})))
}

pub(crate) async fn regions() -> Json<Value> {
    let regions: Vec<_> = catalogue::REGIONS.iter().map(view::region).collect();
    Json(json!({"regions": regions}))
}

/// Numbers of the catalogue are strings.
fn written(size: &Size) -> Value {
    view::omit(json!({
        "name": size.name,
        "slug": size.slug,
        "cpu_type": if size.dedicated { "DEDICATED" } else { "SHARED" },
        "cpus": size.cpus.to_string(),
        "memory_bytes": size.memory_bytes().to_string(),
        "usd_per_month": format!("{}.00", size.usd_per_month),
        "usd_per_second": size.usd_per_second(),
        "tier_slug": size.tier,
        "scalable": size.scalable,
        "single_instance_only": size.single_instance_only,
        "bandwidth_allowance_gib": size.bandwidth_gib.to_string(),
        "deprecation_intent": size.deprecated,
    }))
}
