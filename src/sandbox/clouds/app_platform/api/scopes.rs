//! Which scope of a token a request needs.

use axum::http::Method;

/// `None`: any token will do. The path is one under `/v2`.
pub(crate) fn needed(method: &Method, path: &str) -> Option<&'static str> {
    if path.starts_with("/v2/account") {
        return Some("account:read");
    }
    if path.starts_with("/v2/projects") {
        return Some("project:read");
    }
    let rest = path.strip_prefix("/v2/apps")?;
    Some(match (method.as_str(), rest) {
        ("GET" | "HEAD", _) | ("POST", "/propose") => "app:read",
        ("POST", "" | "/") => "app:create",
        ("DELETE", _) => "app:delete",
        _ => "app:update",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_need_their_scope() {
        for (method, path, scope) in [
            (Method::GET, "/v2/account", Some("account:read")),
            (Method::GET, "/v2/apps/x/logs", Some("app:read")),
            (Method::POST, "/v2/apps", Some("app:create")),
            (Method::POST, "/v2/apps/propose", Some("app:read")),
            (Method::PUT, "/v2/apps/x", Some("app:update")),
            (Method::POST, "/v2/apps/x/deployments", Some("app:update")),
            (Method::DELETE, "/v2/apps/x", Some("app:delete")),
        ] {
            assert_eq!(needed(&method, path), scope, "{method} {path}");
        }
    }
}
