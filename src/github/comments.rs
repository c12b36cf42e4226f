//! Comments in the conversation of a pull request.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::GitHub;
use super::api::Listing;
use crate::net::error::ApiError;
use crate::net::fields::web_url_or_empty;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) body: String,
    #[serde(default, deserialize_with = "web_url_or_empty")]
    pub(crate) html_url: String,
    #[serde(default)]
    pub(crate) updated_at: Option<Timestamp>,
    pub(crate) user: Option<Author>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Author {
    pub(crate) login: String,
    /// `User` or `Bot`.
    #[serde(rename = "type", default)]
    pub(crate) kind: String,
}

/// Pages of a hundred comments that a conversation may have: four times as many as GitHub lets people write
/// (<https://github.com/orgs/community/discussions/9225>).
const MOST: usize = 100;

/// The comments of a pull request, page by page: the first, which names the last, then from the last backwards.
#[derive(Debug)]
pub(crate) struct Pages {
    /// Up to the number of a page.
    path: String,
    listing: Listing,
    next: Turn,
}

#[derive(Debug)]
enum Turn {
    First,
    /// This one, and those before it down to the second.
    Back(usize),
    /// A server that names no last page.
    Forward(String),
    Over,
}

impl Pages {
    /// `None`: that was all.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Comment>>, ApiError> {
        let path = |number: usize| format!("{}{number}", self.path);
        let path = match &self.next {
            Turn::First => path(1),
            Turn::Back(number) => path(*number),
            Turn::Forward(path) => path.clone(),
            Turn::Over => return Ok(None),
        };
        let page = self.listing.page::<Vec<Comment>>(&path).await?;
        self.next = match (&self.next, page.last, page.next) {
            (Turn::First, Some(last @ 2..), _) => Turn::Back(last.min(MOST)),
            (Turn::Back(number @ 3..), _, _) => Turn::Back(number - 1),
            (Turn::First, None, Some(next)) | (Turn::Forward(_), _, Some(next)) => Turn::Forward(next),
            _ => Turn::Over,
        };
        Ok(Some(page.body))
    }
}

impl GitHub {
    pub(crate) fn comments(&self, pull: u64) -> Pages {
        Pages {
            path: self.path(&format!("/issues/{pull}/comments?per_page=100&page=")),
            listing: self.api.listing(),
            next: Turn::First,
        }
    }

    /// `None`: it is gone.
    pub(crate) async fn comment(&self, id: u64) -> Result<Option<Comment>, ApiError> {
        match self.api.get(&self.path(&format!("/issues/comments/{id}"))).await {
            Ok(comment) => Ok(Some(comment)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Every participant of the conversation gets a mail. Not repeated after an unclear error: look first whether it is
    /// there.
    pub(crate) async fn create_comment(&self, pull: u64, body: &str) -> Result<Comment, ApiError> {
        let path = self.path(&format!("/issues/{pull}/comments"));
        self.api.post(&path, &json!({ "body": body })).await
    }

    /// It sends no mail.
    pub(crate) async fn update_comment(&self, id: u64, body: &str) -> Result<Comment, ApiError> {
        let path = self.path(&format!("/issues/comments/{id}"));
        self.api.patch(&path, &json!({ "body": body })).await
    }

    /// One that is gone already is as good.
    pub(crate) async fn delete_comment(&self, id: u64) -> Result<(), ApiError> {
        let path = self.path(&format!("/issues/comments/{id}"));
        match self.api.delete(&path).await {
            Err(error) if error.is_not_found() => Ok(()),
            other => other,
        }
    }
}
