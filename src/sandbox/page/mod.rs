//! Pages for people who follow a link of the sandbox: how they look, and what a browser may do with them.

pub(crate) mod markdown;

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use axum::response::{Html, IntoResponse, Response};

const STYLE: &str = include_str!("style.css");

/// Nothing is loaded and nothing is run: what a comment says is untrusted text.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// A page that is being written.
#[derive(Debug)]
pub(crate) struct Page(String);

impl Page {
    pub(crate) fn new(title: &str) -> Self {
        let title = escape(title);
        Self(format!(
            "<!doctype html><html lang=en><meta charset=utf-8>\
             <meta name=viewport content=\"width=device-width, initial-scale=1\"><meta name=color-scheme content=\"light dark\">\
             <title>{title}</title><style>{STYLE}</style><main><h1>{title}</h1>"
        ))
    }

    /// Adds HTML, in which foreign text has been escaped.
    pub(crate) fn push(&mut self, html: &str) {
        self.0.push_str(html);
    }

    /// The address has the sandbox's token in it: neither another site nor a cache gets to see it.
    pub(crate) fn respond(self, status: StatusCode) -> Response {
        let headers = [
            (REFERRER_POLICY, "no-referrer"),
            (CACHE_CONTROL, "no-store"),
            (CONTENT_SECURITY_POLICY, POLICY),
        ];
        (status, headers, Html(self.0)).into_response()
    }
}

/// What a page without the sandbox's token says.
pub(crate) fn needs_token() -> Response {
    let mut page = Page::new("This page needs the sandbox's token");
    page.push("<p>Add <code>?token=</code> and the value of <code>SANDBOX_TOKEN</code> to its address");
    page.respond(StatusCode::UNAUTHORIZED)
}

/// Foreign text for HTML, in elements and in quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_foreign_text_becomes_markup() {
        assert_eq!(super::escape("<b a='\"&'>"), "&lt;b a=&#39;&quot;&amp;&#39;&gt;");
    }
}
