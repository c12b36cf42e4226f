//! Branches: real ones, none of them protected.

use serde_json::json;

use super::call::{Call, Reply, ok};
use super::paging::paged;
use crate::github::records::commit::read;
use crate::github::refusal::Refusal;

/// `GET /branches`
pub(crate) async fn list(call: Call) -> Reply {
    let mut items = Vec::new();
    for name in call.hosted.repository.branches().await? {
        let sha = call.hosted.repository.head(&name).await.unwrap_or_default();
        let url = call.urls.api(&format!("/commits/{sha}"));
        items.push(json!({"name": name, "commit": {"sha": sha, "url": url}, "protected": false}));
    }
    paged(&call, items)
}

/// `GET /branches/{branch}`; the name may contain slashes, encoded or not.
pub(crate) async fn get(call: Call) -> Reply {
    let name = call.param("branch");
    let missing = || Refusal::missing("Branch not found");
    let sha = call.hosted.repository.head(name).await.ok_or_else(missing)?;
    let commit = read(&call.hosted.repository, &sha).await?.ok_or_else(missing)?;
    let url = call.urls.api(&format!("/branches/{name}"));
    let protection = json!({
        "enabled": false,
        "required_status_checks": {"enforcement_level": "off", "contexts": [], "checks": []},
    });
    ok(&json!({
        "name": name,
        "commit": commit.json(&call.urls),
        "_links": {"self": url, "html": call.urls.html(&format!("/tree/{name}"))},
        "protected": false,
        "protection": protection,
        "protection_url": format!("{url}/protection"),
    }))
}

/// `GET /git/ref/{ref}`: `heads/main`, `tags/v1`.
pub(crate) async fn git_ref(call: Call) -> Reply {
    let name = call.param("ref");
    let is_full = name.starts_with("heads/") || name.starts_with("tags/");
    let object = match is_full {
        true => call.hosted.repository.reference(name).await,
        false => None,
    };
    let (kind, sha) = object.ok_or_else(Refusal::not_found)?;
    // A tag with a message of its own is an object that points at the commit.
    let object = json!({"type": kind, "sha": sha, "url": call.urls.api(&format!("/git/{kind}s/{sha}"))});
    ok(&json!({
        "ref": format!("refs/{name}"),
        "node_id": super::commits::sha_node("REF", &sha),
        "url": call.urls.api(&format!("/git/refs/{name}")),
        "object": object,
    }))
}
