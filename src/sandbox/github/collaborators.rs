//! Who may do what: permissions by login, set through the sandbox's account rules.

use serde_json::{Value, json};

use super::call::{Call, Reply, ok};
use super::hub::Hub;
use super::users::User;

/// The role of a login: what the account says; else the owner administers and everybody else reads.
fn role(hub: &Hub, user: &User) -> String {
    let rules = hub.account.rules();
    let given = rules.permissions.iter().find(|(login, _)| user.is(login));
    match given {
        Some((_, role)) => role.clone(),
        None if user.is(&hub.repository.owner) => "admin".to_owned(),
        None => "read".to_owned(),
    }
}

/// The four permissions that the older field knows.
fn permission(role: &str) -> &str {
    match role {
        "maintain" => "write",
        "triage" => "read",
        other => other,
    }
}

/// `author_association`
pub(crate) fn association(hub: &Hub, user: &User) -> &'static str {
    if user.is(&hub.repository.owner) {
        return "OWNER";
    }
    match permission(&role(hub, user)) {
        "admin" | "write" => "COLLABORATOR",
        _ => "NONE",
    }
}

/// `GET /collaborators/{username}/permission`
pub(crate) async fn get_permission(call: Call) -> Reply {
    let user = User::from_login(call.param("username"));
    let role = role(&call.hub, &user);
    let may = |roles: &[&str]| roles.contains(&role.as_str());
    let permissions = json!({
        "admin": may(&["admin"]),
        "maintain": may(&["admin", "maintain"]),
        "push": may(&["admin", "maintain", "write"]),
        "triage": may(&["admin", "maintain", "write", "triage"]),
        "pull": role != "none",
    });
    let mut person = user.json(&call.urls.base);
    person["role_name"] = Value::from(role.as_str());
    person["permissions"] = permissions;
    ok(&json!({"permission": permission(&role), "role_name": role, "user": person}))
}
