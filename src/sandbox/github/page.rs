//! Plain pages for people who follow a link: a pull request with its comments, a commit, a workflow run.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, REFERRER_POLICY};
use axum::response::{Html, IntoResponse, Response};

use super::call::{Call, Reply};
use super::commits;
use super::following::current;
use super::hub::stamp;
use super::refusal::Refusal;

/// `GET /{owner}/{repo}/pull/{number}`. Comments are shown as they were written, Markdown and all.
pub(crate) async fn pull(call: Call) -> Reply {
    let number = call.id("number")?;
    let pull = current(&call.hub, number).await.ok_or_else(Refusal::not_found)?;
    let mut page = begin(&format!("{} · #{number}", pull.title));
    page.push_str(&format!(
        "<p>{state} · {head} → {base} · {sha} · by {author}</p>",
        state = if pull.merged_at.is_some() {
            "merged"
        } else {
            pull.state()
        },
        head = escape(&pull.head_label()),
        base = escape(&pull.base),
        sha = escape(pull.head_sha.get(..7).unwrap_or_default()),
        author = escape(&pull.author.login),
    ));
    if let Some(body) = &pull.body {
        page.push_str(&format!("<pre>{}</pre>", escape(body)));
    }
    for comment in call
        .hub
        .records()
        .comments
        .values()
        .filter(|comment| comment.number == number)
    {
        let (id, author) = (comment.id, escape(&comment.author.login));
        let (time, body) = (stamp(comment.updated_at), escape(&comment.body));
        page.push_str(&format!(
            "<h2 id=issuecomment-{id}>{author} · {time}</h2><pre>{body}</pre>"
        ));
    }
    Ok(shown(StatusCode::OK, page))
}

/// `GET /{owner}/{repo}/commit/{sha}`: what Git says of it.
pub(crate) async fn commit(call: Call) -> Reply {
    let sha = commits::resolve(&call, call.param("sha")).await?;
    let printed = call
        .hub
        .repository
        .git(&[
            "show",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--stat",
            "--patch",
            &sha,
            "--",
        ])
        .await;
    let printed = printed.map_err(|_| Refusal::not_found())?;
    let mut page = begin(&format!("Commit {}", sha.get(..7).unwrap_or(&sha)));
    page.push_str(&format!("<pre>{}</pre>", escape(&String::from_utf8_lossy(&printed))));
    Ok(shown(StatusCode::OK, page))
}

/// `GET /{owner}/{repo}/actions/runs/{id}`, of one attempt too: nothing of it is known here.
pub(crate) async fn run(call: Call) -> Reply {
    let mut page = begin(&format!("Run {}", call.id("id")?));
    page.push_str("<p>The sandbox runs no workflows: the log of this run is where it was started");
    Ok(shown(StatusCode::OK, page))
}

/// What a page without the sandbox's token says.
pub(crate) fn needs_token() -> Response {
    let mut page = begin("This page needs the sandbox's token");
    page.push_str("<p>Add <code>?token=</code> and the value of <code>SANDBOX_TOKEN</code> to its address");
    shown(StatusCode::UNAUTHORIZED, page)
}

/// The address has the sandbox's token in it: neither another site nor a cache gets to see it.
fn shown(status: StatusCode, page: String) -> Response {
    let headers = [(REFERRER_POLICY, "no-referrer"), (CACHE_CONTROL, "no-store")];
    (status, headers, Html(page)).into_response()
}

fn begin(title: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>\
         <style>body{{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}}\
         pre{{white-space:pre-wrap;background:#f6f8fa;padding:1rem;border-radius:6px}}</style><h1>{title}</h1>"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_comment_becomes_markup() {
        assert_eq!(super::escape("<b a='\"&'>"), "&lt;b a=&#39;&quot;&amp;&#39;&gt;");
    }
}
