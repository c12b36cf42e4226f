//! Comments in the conversation of a pull request.

use jiff::Timestamp;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::GitHub;
use crate::net::error::ApiError;
use crate::net::fields::web_url_or_empty;
use crate::net::retry::Repeat;

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

impl GitHub {
    /// All comments of a pull request, oldest first.
    pub(crate) async fn comments(&self, pull: u64) -> Result<Vec<Comment>, ApiError> {
        self.list(&format!("/issues/{pull}/comments?per_page=100"), usize::MAX)
            .await
    }

    /// Everybody in the conversation gets a mail. Not repeated after an unclear error: look first whether it is there.
    pub(crate) async fn create_comment(&self, pull: u64, body: &str) -> Result<Comment, ApiError> {
        let path = self.path(&format!("/issues/{pull}/comments"));
        let body = json!({ "body": body });
        self.client
            .send(Method::POST, &path, Some(&body), Repeat::OnlyIfNotDone)
            .await
    }

    /// Nobody gets a mail.
    pub(crate) async fn update_comment(&self, id: u64, body: &str) -> Result<Comment, ApiError> {
        let path = self.path(&format!("/issues/comments/{id}"));
        let body = json!({ "body": body });
        self.client
            .send(Method::PATCH, &path, Some(&body), Repeat::Freely)
            .await
    }

    /// One that is gone already is as good.
    pub(crate) async fn delete_comment(&self, id: u64) -> Result<(), ApiError> {
        let path = self.path(&format!("/issues/comments/{id}"));
        match self.client.send_only(Method::DELETE, &path, None, Repeat::Freely).await {
            Err(error) if error.is_not_found() => Ok(()),
            other => other,
        }
    }
}
