//! Plain pages for people who follow a link: a pull request with its comments, a commit, a workflow run.

use axum::response::{Html, IntoResponse};

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
    Ok(Html(page).into_response())
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
    Ok(Html(page).into_response())
}

/// `GET /{owner}/{repo}/actions/runs/{id}`, of one attempt too: nothing of it is known here.
pub(crate) async fn run(call: Call) -> Reply {
    let mut page = begin(&format!("Run {}", call.id("id")?));
    page.push_str("<p>The sandbox runs no workflows: the log of this run is where it was started");
    Ok(Html(page).into_response())
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
