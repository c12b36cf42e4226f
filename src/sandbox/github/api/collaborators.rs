//! Who may do what: permissions by login, set through the sandbox's account rules.

use serde_json::{Value, json};

use super::call::{Call, Reply, ok};
use crate::github::records::hosted::HostedRepository;
use crate::github::records::user::User;
use crate::github::refusal::Refusal;

/// The role of a login: what the account says; else the owner administers and everyone else reads.
fn role(hosted: &HostedRepository, user: &User) -> String {
    let rules = hosted.account.rules();
    let given = rules.permissions.iter().find(|(login, _)| user.is(login));
    match given {
        Some((_, role)) => role.clone(),
        None if user.is(&hosted.repository.owner) => "admin".to_owned(),
        None => "read".to_owned(),
    }
}

/// The four permissions that the older field knows. Any other role is a custom one, made from `read` here.
fn permission(role: &str) -> &str {
    match role {
        "admin" | "write" | "none" => role,
        "maintain" => "write",
        _ => "read",
    }
}

/// Whether this login has appeared anywhere: there is no sign-up here.
async fn exists(hosted: &HostedRepository, user: &User) -> bool {
    let named = {
        let (rules, records) = (hosted.account.rules(), hosted.records());
        let mut people = Vec::new();
        for pull in records.pulls.values() {
            people.extend([&pull.author.login, &pull.head_owner]);
            people.extend(pull.closed_by.as_ref().map(|by| &by.login));
        }
        for comment in records.comments.values() {
            people.push(&comment.author.login);
            people.extend(comment.reactions.iter().map(|reaction| &reaction.user.login));
        }
        people.extend(records.deployments.values().map(|deployment| &deployment.creator.login));
        people.extend(rules.permissions.keys());
        people.into_iter().any(|login| user.is(login))
    };
    if named || user.is(&hosted.repository.owner) || user.is_actions_bot() {
        return true;
    }
    let authors = hosted.repository.git(&["log", "--all", "--format=%an"]).await;
    let authors = authors.unwrap_or_default();
    String::from_utf8_lossy(&authors)
        .lines()
        .any(|name| user.is(&User::from_git_author(name).login))
}

/// `author_association`
pub(crate) fn association(hosted: &HostedRepository, user: &User) -> &'static str {
    if user.is(&hosted.repository.owner) {
        return "OWNER";
    }
    match permission(&role(hosted, user)) {
        "admin" | "write" => "COLLABORATOR",
        _ => "NONE",
    }
}

/// `GET /collaborators/{username}/permission`
pub(crate) async fn get_permission(call: Call) -> Reply {
    let user = User::from_login(call.param("username"));
    if !exists(&call.hosted, &user).await {
        return Err(Refusal::missing(format!("{} is not a user", user.login)));
    }
    let role = role(&call.hosted, &user);
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
