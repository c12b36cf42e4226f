//! Apps: list, create, get, update, delete, propose.

use axum::Json;
use axum::extract::{Extension, Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Cloud;
use super::body::Body;
use super::error::ApiError;
use super::paging::Page;
use super::view::{self, AppView};
use crate::account::Token;
use crate::clouds::app_platform::document::catalogue;
use crate::clouds::app_platform::document::component::Kind;

type Reply = Result<Json<Value>, ApiError>;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    with_projects: Option<String>,
}

impl Cloud {
    fn view<'a>(&'a self, token: &Token, caused: Option<&'a str>) -> AppView<'a> {
        AppView {
            clock: &self.platform.clock,
            owner: &self.platform.account_uuid,
            caused,
            with_project: token.may("project:read"),
        }
    }

    fn app(&self, token: &Token, id: &str, caused: Option<&str>) -> Reply {
        let written = self
            .platform
            .with_app(id, |app| view::app(app, self.view(token, caused)))?;
        Ok(Json(json!({"app": written})))
    }
}

pub(crate) async fn list(
    State(cloud): State<Cloud>,
    Extension(token): Extension<Token>,
    Query(page): Query<Page>,
    Query(query): Query<ListQuery>,
) -> Json<Value> {
    let with = AppView {
        with_project: query.with_projects.as_deref() == Some("true") && token.may("project:read"),
        ..cloud.view(&token, None)
    };
    let (apps, total) = cloud.platform.with_apps(|apps| {
        let page: Vec<_> = page.cut(apps.iter().collect());
        let written: Vec<_> = page.into_iter().map(|app| view::app(app, with)).collect();
        (written, apps.len())
    });
    let links = page.links(&format!("{}/v2/apps", cloud.base_url), total);
    Json(json!({"apps": apps, "links": links, "meta": {"total": total}}))
}

pub(crate) async fn create(State(cloud): State<Cloud>, Extension(token): Extension<Token>, mut body: Body) -> Reply {
    let project = body.text("project_id").map(str::to_owned);
    if project.is_some() && !token.may("project:assign_resource") {
        return Err(ApiError::forbidden());
    }
    let (app, deployment) = cloud.platform.create(body.take_spec()?, project).await?;
    cloud.app(&token, &app, Some(&deployment))
}

pub(crate) async fn get(
    State(cloud): State<Cloud>,
    Extension(token): Extension<Token>,
    Path(id): Path<String>,
) -> Reply {
    cloud.app(&token, &id, None)
}

pub(crate) async fn update(
    State(cloud): State<Cloud>,
    Extension(token): Extension<Token>,
    Path(id): Path<String>,
    mut body: Body,
) -> Reply {
    let all_sources = body.flag("update_all_source_versions");
    let deployment = cloud.platform.update(&id, body.take_spec()?, all_sources).await?;
    cloud.app(&token, &id, Some(&deployment))
}

pub(crate) async fn delete(State(cloud): State<Cloud>, Path(id): Path<String>) -> Reply {
    cloud.platform.delete(&id)?;
    Ok(Json(json!({"id": id})))
}

pub(crate) async fn propose(State(cloud): State<Cloud>, mut body: Body) -> Reply {
    let spec = body.take_spec()?;
    let proposal = cloud.platform.propose(spec, body.text("app_id")).await?;
    let is_static = proposal.view.components().all(|(kind, _)| kind == Kind::StaticSite);
    let existing = cloud.platform.with_apps(|apps| {
        let fixed = apps.iter().filter(|app| {
            let list = |kind: Kind| app.spec.get(kind.list()).is_some();
            list(Kind::StaticSite) && !list(Kind::Service) && !list(Kind::Worker)
        });
        fixed.count()
    });
    Ok(Json(view::omit(json!({
        "app_name_available": proposal.name_available,
        "app_name_suggestion": proposal.name_suggestion,
        "app_is_static": is_static,
        "existing_static_apps": existing.to_string(),
        "max_free_static_apps": "3",
        "spec": proposal.spec,
        "app_cost": catalogue::monthly_cost(&proposal.view),
    }))))
}
