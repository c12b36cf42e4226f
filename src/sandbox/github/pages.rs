//! Plain pages for people who follow a link: a pull request with its comments, a commit, a workflow run.

use axum::http::StatusCode;

use super::api::call::{Call, Reply};
use super::api::commits;
use super::records::following::current;
use super::refusal::Refusal;
use crate::github::stamp::stamp;
use crate::page::{Page, escape, markdown};

/// `GET /{owner}/{repo}/pull/{number}`. Description and comments look as on GitHub.
pub(crate) async fn pull(call: Call) -> Reply {
    let number = call.id("number")?;
    let pull = current(&call.hosted, number).await.ok_or_else(Refusal::not_found)?;
    let mut page = Page::new(&format!("{} · #{number}", pull.title));
    page.push(&format!(
        "<p class=facts>{state} · {head} → {base} · {sha} · by {author}</p>",
        state = pull.shown_state(),
        head = escape(&pull.head_label()),
        base = escape(&pull.base),
        sha = escape(pull.head_sha.get(..7).unwrap_or_default()),
        author = escape(&pull.author.login),
    ));
    if let Some(body) = &pull.body {
        page.push(&format!("<div>{}</div>", markdown::html(body)));
    }
    for comment in call
        .hosted
        .records()
        .comments
        .values()
        .filter(|comment| comment.number == number)
    {
        let (id, author) = (comment.id, escape(&comment.author.login));
        let (time, body) = (stamp(comment.updated_at), markdown::html(&comment.body));
        page.push(&format!(
            "<article class=comment id=issuecomment-{id}><header><b>{author}</b> · {time}</header><div>{body}</div></article>"
        ));
    }
    Ok(page.respond(StatusCode::OK))
}

/// `GET /{owner}/{repo}/commit/{sha}`: what Git says of it.
pub(crate) async fn commit(call: Call) -> Reply {
    let sha = commits::resolve(&call, call.param("sha")).await?;
    let printed = call
        .hosted
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
    let mut page = Page::new(&format!("Commit {}", sha.get(..7).unwrap_or(&sha)));
    page.push(&format!("<pre>{}</pre>", escape(&String::from_utf8_lossy(&printed))));
    Ok(page.respond(StatusCode::OK))
}

/// `GET /{owner}/{repo}/actions/runs/{id}`, of one attempt too: nothing of it is known here.
pub(crate) async fn run(call: Call) -> Reply {
    let mut page = Page::new(&format!("Run {}", call.id("id")?));
    page.push("<p>The sandbox runs no workflows: the log of this run is where it was started");
    Ok(page.respond(StatusCode::OK))
}
