//! A plain page of a pull request with its comments, for people who follow a link.

use axum::response::{Html, IntoResponse};

use super::call::{Call, Reply};
use super::following::current;
use super::hub::stamp;
use super::refusal::Refusal;

/// `GET /{owner}/{repo}/pull/{number}`. Comments are shown as they were written, Markdown and all.
pub(crate) async fn pull(call: Call) -> Reply {
    let number = call.id("number")?;
    let pull = current(&call.hub, number).await.ok_or_else(Refusal::not_found)?;
    let mut page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{title} · #{number}</title>\
         <style>body{{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}}\
         pre{{white-space:pre-wrap;background:#f6f8fa;padding:1rem;border-radius:6px}}</style>\
         <h1>{title} <small>#{number}</small></h1>\
         <p>{state} · {head} → {base} · {sha} · by {author}</p>",
        title = escape(&pull.title),
        state = if pull.merged_at.is_some() {
            "merged"
        } else {
            pull.state()
        },
        head = escape(&pull.head_label()),
        base = escape(&pull.base),
        sha = escape(pull.head_sha.get(..7).unwrap_or_default()),
        author = escape(&pull.author.login),
    );
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
