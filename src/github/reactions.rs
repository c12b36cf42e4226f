//! Reactions to comments.

use octocrab::models::reactions::ReactionContent;
use serde_json::json;

use super::GitHub;
use crate::net::error::ApiError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    Eyes,
    Rocket,
    Confused,
    ThumbsDown,
}

impl Reaction {
    fn content(self) -> ReactionContent {
        match self {
            Self::Eyes => ReactionContent::Eyes,
            Self::Rocket => ReactionContent::Rocket,
            Self::Confused => ReactionContent::Confused,
            Self::ThumbsDown => ReactionContent::MinusOne,
        }
    }
}

impl GitHub {
    /// Reacting twice shows the same.
    pub(crate) async fn react(&self, comment: u64, reaction: Reaction) -> Result<(), ApiError> {
        let path = self.path(&format!("/issues/comments/{comment}/reactions"));
        self.api
            .post_freely(&path, &json!({ "content": reaction.content() }))
            .await
    }
}
