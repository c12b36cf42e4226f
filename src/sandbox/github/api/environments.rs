//! Environments: made by the first deployment that names them, and never removed by a workflow's token.

use serde_json::{Value, json};

use super::call::{Call, Reply, ok};
use super::paging::Page;
use super::urls::Urls;
use crate::github::api::urls::escape_path;
use crate::github::records::environment::Environment;
use crate::github::records::user::node_id;
use crate::github::refusal::Refusal;
use crate::github::stamp::stamp;

impl Environment {
    /// `environment`
    fn json(&self, urls: &Urls) -> Value {
        let path = escape_path(&self.name).replace('/', "%2F");
        json!({
            "id": self.id,
            "node_id": node_id("EN", self.id),
            "name": self.name,
            "url": urls.api(&format!("/environments/{path}")),
            "html_url": urls.html(&format!("/deployments/activity_log?environments_filter={path}")),
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.created_at),
            "protection_rules": [],
            "deployment_branch_policy": null,
        })
    }
}

/// `GET /environments`
pub(crate) async fn list(call: Call) -> Reply {
    let records = call.hosted.records();
    let all: Vec<Value> = records
        .environments
        .values()
        .map(|environment| environment.json(&call.urls))
        .collect();
    ok(&json!({"total_count": all.len(), "environments": Page::of(&call).cut(all)}))
}

/// `GET /environments/{environment_name}`
pub(crate) async fn get(call: Call) -> Reply {
    let records = call.hosted.records();
    let found = records.environments.get(call.param("environment_name"));
    ok(&found.ok_or_else(Refusal::not_found)?.json(&call.urls))
}

/// `DELETE /environments/{environment_name}` needs administration rights, which `GITHUB_TOKEN` cannot have.
pub(crate) async fn delete(_call: Call) -> Reply {
    Err(Refusal::not_accessible())
}
