//! `GET /`: what there is in this sandbox, with links to all of it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use super::state::Sandbox;
use super::token::queried;
use crate::page::{Page, escape};

pub(crate) async fn get(State(server): State<Arc<Sandbox>>, parts: Parts) -> Response {
    // Links on this page lead to others that need the token, too.
    let token = match queried(&parts) {
        Some(token) => format!("?token={}", escape(&token)),
        None => String::new(),
    };
    let mut page = Page::new("Sandbox");
    page.push("<h2>Repositories</h2>");
    for overview in server.github.overview().await {
        let name = escape(&overview.name);
        page.push(&format!("<p><b>{name}</b></p>"));
        if overview.pulls.is_empty() {
            page.push("<p class=facts>No pull request</p>");
            continue;
        }
        page.push("<table><tr><th>Pull request<th>State<th>Branch</tr>");
        for pull in overview.pulls {
            let (number, title, branch) = (pull.number, escape(&pull.title), escape(&pull.head));
            let link = format!("/{name}/pull/{number}{token}");
            let state = pull.state;
            page.push(&format!(
                "<tr><td><a href=\"{link}\">#{number} {title}</a><td>{state}<td>{branch}</tr>"
            ));
        }
        page.push("</table>");
    }
    page.push("<h2>Apps</h2>");
    let apps = server.app_platform.with_apps(|apps| {
        apps.iter()
            .map(|app| {
                let last = app.deployments.last().map(|it| it.phase.name()).unwrap_or_default();
                let url = app.active.is_some().then(|| app.edge.url());
                (escape(app.name()), last, url)
            })
            .collect::<Vec<_>>()
    });
    if apps.is_empty() {
        page.push("<p class=facts>None</p>");
        return page.respond(StatusCode::OK);
    }
    page.push("<table><tr><th>App<th>Newest deployment<th>URL</tr>");
    for (name, phase, url) in apps {
        let link = url
            .map(|url: String| escape(&url))
            .map(|url| format!("<a href=\"{url}\">{url}</a>"));
        let link = link.unwrap_or_default();
        page.push(&format!("<tr><td>{name}<td>{phase}<td>{link}</tr>"));
    }
    page.push("</table>");
    page.respond(StatusCode::OK)
}
