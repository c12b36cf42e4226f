//! Reactions to comments.

use reqwest::Method;
use serde_json::json;

use super::GitHub;
use crate::net::error::ApiError;
use crate::net::retry::Repeat;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    Eyes,
    Rocket,
    Confused,
    ThumbsDown,
}

impl Reaction {
    fn content(self) -> &'static str {
        match self {
            Self::Eyes => "eyes",
            Self::Rocket => "rocket",
            Self::Confused => "confused",
            Self::ThumbsDown => "-1",
        }
    }
}

impl GitHub {
    /// Reacting twice shows the same.
    pub(crate) async fn react(&self, comment: u64, reaction: Reaction) -> Result<(), ApiError> {
        let path = self.path(&format!("/issues/comments/{comment}/reactions"));
        let body = json!({ "content": reaction.content() });
        self.client
            .send_only(Method::POST, &path, Some(&body), Repeat::Freely)
            .await
    }
}
