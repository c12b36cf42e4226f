//! Which rule answers a path, and what becomes of the path.

use std::path::PathBuf;
use std::sync::Arc;

use hyper::Uri;

use crate::processes::service::Service;
use crate::processes::traffic::Origin;

/// One rule. One for the request's host comes before one for all of them, an exact path before a prefix, and the longest
/// prefix wins.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// The host that it is for; `None`: all.
    pub(crate) host: Option<String>,
    /// `/`, `/api`: matches whole path segments.
    pub(crate) prefix: String,
    /// Only the path itself.
    pub(crate) exact: bool,
    pub(crate) target: Target,
}

#[derive(Clone, Debug)]
pub(crate) enum Target {
    Service {
        service: Arc<Service>,
        /// The prefix is trimmed from the forwarded path unless this is set.
        preserve_path_prefix: bool,
        /// Replaces the prefix.
        rewrite: Option<String>,
        /// Who asks here: visitors, or other components of the app.
        origin: Origin,
        /// Answer a sleeping service's HTML requests with 503 and a loading page instead of holding them.
        loading_page: bool,
    },
    Static {
        directory: PathBuf,
        index_document: String,
        error_document: Option<String>,
        catchall_document: Option<String>,
    },
    Redirect {
        location: Redirect,
    },
    /// Maintenance or archive: every request gets the offline page, 503.
    Offline,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Redirect {
    pub(crate) uri: Option<String>,
    pub(crate) authority: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) scheme: Option<String>,
    pub(crate) code: u16,
}

/// The rule that answers `path` on `host`.
pub(super) fn choose<'a>(routes: &'a [Route], host: &str, path: &str) -> Option<&'a Route> {
    let is_for = |route: &Route| route.host.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(host));
    let matching = routes.iter().filter(|route| is_for(route) && matches(route, path));
    // The first of two equal ones, as they are written.
    matching.rev().max_by_key(|route| {
        (
            route.host.is_some(),
            route.exact,
            route.prefix.trim_end_matches('/').len(),
        )
    })
}

fn matches(route: &Route, path: &str) -> bool {
    if route.exact {
        path == route.prefix
    } else {
        rest(path, &route.prefix).is_some()
    }
}

/// What follows the prefix: empty, or beginning with a slash.
fn rest<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(prefix.trim_end_matches('/'))?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// The path with the prefix replaced.
pub(super) fn rewritten(path: &str, prefix: &str, replacement: &str) -> String {
    let rest = rest(path, prefix).unwrap_or(path);
    let joined = format!("{}{rest}", replacement.trim_end_matches('/'));
    if joined.starts_with('/') {
        joined
    } else {
        format!("/{joined}")
    }
}

/// Where a redirect leads: what the rule leaves out stays as it was asked for.
pub(super) fn location(to: &Redirect, host: &str, asked: &Uri) -> String {
    let path = match &to.uri {
        Some(uri) => uri.clone(),
        None => asked.path_and_query().map_or("/", |it| it.as_str()).to_owned(),
    };
    if to.authority.is_none() && to.port.is_none() && to.scheme.is_none() {
        return path;
    }
    let scheme = to.scheme.as_deref().unwrap_or("http");
    let (name, old_port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (host, None),
    };
    let port = match (&to.authority, to.port, old_port) {
        (_, Some(port), _) => format!(":{port}"),
        (None, None, Some(port)) => format!(":{port}"),
        _ => String::new(),
    };
    format!("{scheme}://{}{port}{path}", to.authority.as_deref().unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::Target;

    #[test]
    fn longest_prefix_of_whole_segments_wins() {
        let routes = ["/", "/api", "/api/v2/"].map(|prefix| Route {
            host: None,
            prefix: prefix.to_owned(),
            exact: false,
            target: Target::Offline,
        });
        let cases = [
            ("/", "/"),
            ("/api", "/api"),
            ("/api/users", "/api"),
            ("/apiary", "/"),
            ("/api/v2", "/api/v2/"),
            ("/api/v2/x", "/api/v2/"),
            ("/api/v20", "/api"),
        ];
        for (path, prefix) in cases {
            assert_eq!(
                choose(&routes, "127.0.0.1", path).map(|route| route.prefix.as_str()),
                Some(prefix),
                "{path}"
            );
        }
        assert!(choose(&routes[1..], "127.0.0.1", "/other").is_none());
    }

    #[test]
    fn a_host_and_an_exact_path_come_first() {
        let route = |host: Option<&str>, prefix: &str, exact| Route {
            host: host.map(str::to_owned),
            prefix: prefix.to_owned(),
            exact,
            target: Target::Offline,
        };
        let routes = [
            route(None, "/", false),
            route(None, "/up", true),
            route(Some("admin.example"), "/", false),
        ];
        let chosen = |host, path| {
            let chosen = choose(&routes, host, path).expect("a rule");
            (chosen.host.is_some(), chosen.exact)
        };
        assert_eq!(chosen("127.0.0.1", "/up"), (false, true));
        assert_eq!(chosen("127.0.0.1", "/up/there"), (false, false));
        assert_eq!(chosen("Admin.example", "/up"), (true, false));
        assert!(choose(&routes[2..], "127.0.0.1", "/").is_none());
    }

    #[test]
    fn prefix_is_trimmed_or_replaced() {
        let cases = [
            ("/api/users", "/api", "/", "/users"),
            ("/api", "/api", "/", "/"),
            ("/api/", "/api/", "/", "/"),
            ("/api/users", "/api", "/v1/", "/v1/users"),
            ("/users", "/", "/", "/users"),
            ("/users", "/", "/v1", "/v1/users"),
        ];
        for (path, prefix, replacement, expected) in cases {
            assert_eq!(rewritten(path, prefix, replacement), expected);
        }
    }

    #[test]
    fn redirect_keeps_what_the_rule_leaves_out() {
        let asked: Uri = "/old?x=1".parse().unwrap();
        let uri = Redirect {
            uri: Some("/new".to_owned()),
            ..Redirect::default()
        };
        assert_eq!(location(&uri, "127.0.0.1:8000", &asked), "/new");
        let authority = Redirect {
            authority: Some("example.com".to_owned()),
            scheme: Some("https".to_owned()),
            ..Redirect::default()
        };
        assert_eq!(
            location(&authority, "127.0.0.1:8000", &asked),
            "https://example.com/old?x=1"
        );
        let port = Redirect {
            port: Some(81),
            ..Redirect::default()
        };
        assert_eq!(location(&port, "127.0.0.1:8000", &asked), "http://127.0.0.1:81/old?x=1");
    }
}
