//! Reactions to comments: one of each kind for every user.

use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Call, Reply, created, no_content, ok};
use super::paging::paged;
use crate::github::records::reaction::Reaction;
use crate::github::records::user::node_id;
use crate::github::refusal::Refusal;
use crate::github::stamp::stamp;

/// <https://docs.github.com/rest/reactions/reactions#about-reactions>
const CONTENTS: [&str; 8] = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"];

impl Reaction {
    fn json(&self, base: &str) -> Value {
        json!({
            "id": self.id,
            "node_id": node_id("REA", self.id),
            "user": self.user.json(base),
            "content": self.content,
            "created_at": stamp(self.created_at),
        })
    }
}

/// `reaction-rollup`
pub(crate) fn rollup(url: &str, reactions: &[Reaction]) -> Value {
    let mut counts = json!({"url": url, "total_count": reactions.len()});
    for content in CONTENTS {
        counts[content] = reactions
            .iter()
            .filter(|reaction| reaction.content == content)
            .count()
            .into();
    }
    counts
}

/// `GET /issues/comments/{comment_id}/reactions`
pub(crate) async fn list(call: Call) -> Reply {
    let wanted = call.asked("content");
    let id = call.id("comment_id")?;
    let reactions = {
        let records = call.hosted.records();
        let comment = records.comments.get(&id).ok_or_else(Refusal::not_found)?;
        comment.reactions.clone()
    };
    let shown = reactions
        .iter()
        .filter(|reaction| wanted.is_none_or(|content| reaction.content == content));
    paged(&call, shown.map(|reaction| reaction.json(&call.urls.base)).collect())
}

#[derive(Deserialize)]
struct NewReaction {
    #[serde(default)]
    content: String,
}

/// `POST /issues/comments/{comment_id}/reactions`: 200 where the same user has reacted so before.
pub(crate) async fn create(call: Call) -> Reply {
    let NewReaction { content } = call.json()?;
    if !CONTENTS.contains(&content.as_str()) {
        return Err(Refusal::field("Reaction", "content", "invalid"));
    }
    let now = call.hosted.clock.now();
    let id = call.hosted.next_id();
    let (reaction, is_new) = on_comment(&call, |reactions| {
        let same = |reaction: &&Reaction| reaction.content == content && reaction.user == call.actor;
        if let Some(earlier) = reactions.iter().find(same) {
            return Ok((earlier.clone(), false));
        }
        let reaction = Reaction {
            id,
            user: call.actor.clone(),
            content: content.clone(),
            created_at: now,
        };
        reactions.push(reaction.clone());
        Ok((reaction, true))
    })?;
    let body = reaction.json(&call.urls.base);
    if is_new { created(&body) } else { ok(&body) }
}

/// `DELETE /issues/comments/{comment_id}/reactions/{reaction_id}`
pub(crate) async fn delete(call: Call) -> Reply {
    let id = call.id("reaction_id")?;
    on_comment(&call, |reactions| {
        let place = reactions.iter().position(|reaction| reaction.id == id);
        reactions.remove(place.ok_or_else(Refusal::not_found)?);
        Ok(())
    })?;
    no_content()
}

fn on_comment<T>(call: &Call, act: impl FnOnce(&mut Vec<Reaction>) -> Result<T, Refusal>) -> Result<T, Refusal> {
    let id = call.id("comment_id")?;
    let mut records = call.hosted.records();
    let comment = records.comments.get_mut(&id).ok_or_else(Refusal::not_found)?;
    act(&mut comment.reactions)
}
