//! Our one comment in a pull request's conversation: found, written, and merged with what others of us wrote.

use jiff::Timestamp;

use crate::github::comments::Comment;
use crate::github::{ACTIONS_BOT, GitHub};
use crate::model::stamp::Stamp;
use crate::net::error::ApiError;
use crate::render::body::Body;

/// Somebody may delete the comment, or another run create one, between two of our requests; not for ever.
const TRIES: usize = 4;

/// Nobody else's comment is touched, whatever it says.
#[derive(Debug)]
pub(super) struct Conversation {
    github: GitHub,
    pull: u64,
    marker: String,
    /// The login under which our token writes, once it is known.
    own_login: Option<String>,
}

/// What became of a comment.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) comment: Comment,
    pub(super) body: Body,
}

/// Whether a comment is created where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    Create,
    Leave,
}

impl Conversation {
    pub(super) fn new(github: GitHub, pull: u64, marker: String) -> Self {
        Self {
            github,
            pull,
            marker,
            own_login: None,
        }
    }

    /// From now on requests go on when the run is told to stop: `github` does not hear of it.
    pub(super) fn listen_to_nobody(&mut self, github: &GitHub) {
        self.github = github.clone();
    }

    /// Brings our comment to what `change` makes of it and deletes duplicates of ours. `change` may be asked several
    /// times. `None`: there is none, and none was wanted.
    pub(super) async fn write(
        &mut self,
        missing: Missing,
        change: impl Fn(Body) -> Body,
    ) -> Result<Option<Written>, ApiError> {
        let mut created: Option<Comment> = None;
        let mut unclear = None;
        for _ in 0..TRIES {
            let ours = self.ours().await?;
            let wanted = change(fold(&self.marker, &ours));
            let Some((oldest, is_now)) = ours.first() else {
                if let Some(comment) = created {
                    // Listed a moment later only: it is there all the same.
                    return Ok(Some(Written { comment, body: wanted }));
                }
                if missing == Missing::Leave {
                    return Ok(None);
                }
                match self.github.create_comment(self.pull, &wanted.to_string()).await {
                    Ok(comment) => {
                        self.own_login = comment.user.as_ref().map(|user| user.login.clone());
                        created = Some(comment);
                    }
                    // It may be there: look before it is sent again.
                    Err(error) if error.may_have_happened() => unclear = Some(error),
                    Err(error) => return Err(error),
                }
                continue;
            };
            if *is_now != wanted {
                match self.github.update_comment(oldest.id, &wanted.to_string()).await {
                    Ok(_) => {}
                    Err(error) if error.is_not_found() => continue,
                    Err(error) => return Err(error),
                }
            }
            // Only now: what they said has been merged.
            for (duplicate, _) in &ours[1..] {
                self.github.delete_comment(duplicate.id).await?;
            }
            return Ok(Some(Written {
                comment: oldest.clone(),
                body: wanted,
            }));
        }
        match (created, unclear) {
            (None, Some(error)) => Err(error),
            _ => Ok(None),
        }
    }

    /// Deletes what is ours unless a newer run wrote it, so that the next `write` creates the newest comment of the
    /// conversation. Returns what is to be carried over.
    pub(super) async fn clear(&mut self, run: Option<Stamp>) -> Result<Body, ApiError> {
        let ours = self.ours().await?;
        let body = fold(&self.marker, &ours);
        if body.is_open_to(run) {
            for (comment, _) in &ours {
                self.github.delete_comment(comment.id).await?;
            }
        }
        Ok(body)
    }

    /// When GitHub last saw a comment of ours written. `None`: there is none.
    pub(super) async fn last_written(&mut self) -> Result<Option<Timestamp>, ApiError> {
        Ok(self
            .ours()
            .await?
            .iter()
            .filter_map(|(comment, _)| comment.updated_at)
            .max())
    }

    /// Our comments, oldest first.
    async fn ours(&mut self) -> Result<Vec<(Comment, Body)>, ApiError> {
        let comments = self.github.comments(self.pull).await?;
        let mut marked: Vec<(Comment, Body)> = comments
            .into_iter()
            .filter_map(|comment| {
                let body = Body::parse(&self.marker, &comment.body)?;
                Some((comment, body))
            })
            .collect();
        marked.sort_by_key(|(comment, _)| comment.id);
        let by_actions = |comment: &Comment| comment.user.as_ref().is_some_and(|user| user.login == ACTIONS_BOT);
        let certain = marked.iter().any(|(comment, _)| by_actions(comment));
        if !certain && !marked.is_empty() && self.own_login.is_none() {
            self.own_login = self.github.login().await?;
        }
        marked.retain(|(comment, _)| is_ours(comment, self.own_login.as_deref(), certain));
        Ok(marked)
    }
}

/// Whether a comment with our marker was written by us: the marker alone could be anybody's. `certain`: one of the
/// comments is by the runner's own bot. A token of an app cannot be asked for its name; then a bot is taken for us,
/// because a person cannot write as one.
fn is_ours(comment: &Comment, own_login: Option<&str>, certain: bool) -> bool {
    let Some(user) = &comment.user else { return false };
    if user.login == ACTIONS_BOT {
        return true;
    }
    match own_login {
        Some(login) => user.login == login,
        None => !certain && user.kind == "Bot",
    }
}

/// One body from all of ours: the preview's text of the newest run, the newest line about production, and the newest
/// answer.
fn fold(marker: &str, ours: &[(Comment, Body)]) -> Body {
    let bodies = || ours.iter().map(|(_, body)| body);
    let Some(newest) = bodies().max_by_key(|body| body.run) else {
        return Body::new(marker);
    };
    let production = bodies()
        .filter_map(|body| body.production.as_ref())
        .max_by_key(|production| production.run);
    let answer = bodies()
        .filter_map(|body| body.answer.as_ref())
        .max_by_key(|answer| answer.run);
    Body {
        production: production.cloned(),
        answer: answer.cloned(),
        ..newest.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{fold, is_ours};
    use crate::github::comments::{Author, Comment};
    use crate::model::stamp::Stamp;
    use crate::render::body::{Body, ProductionLine};

    fn comment(id: u64, login: &str, kind: &str) -> Comment {
        Comment {
            id,
            body: String::new(),
            html_url: String::new(),
            updated_at: None,
            user: Some(Author {
                login: login.to_owned(),
                kind: kind.to_owned(),
            }),
        }
    }

    #[test]
    fn a_marker_alone_makes_no_comment_ours() {
        let person = comment(1, "mallory", "User");
        let bot = comment(2, "github-actions[bot]", "Bot");
        let app = comment(3, "our-app[bot]", "Bot");
        for (comment, login, certain, ours) in [
            (&person, None, false, false),
            (&person, Some("alice"), false, false),
            (&person, Some("mallory"), false, true),
            (&bot, None, true, true),
            (&bot, Some("alice"), true, true),
            (&app, None, false, true),
            (&app, None, true, false),
            (&app, Some("our-app[bot]"), true, true),
        ] {
            assert_eq!(
                is_ours(comment, login, certain),
                ours,
                "{comment:?} {login:?} {certain}"
            );
        }
    }

    #[test]
    fn duplicates_are_folded_into_what_is_newest_in_each() {
        let body = |run: u64, text: &str, production: Option<u64>| Body {
            run: Stamp { id: run, attempt: 1 },
            text: text.to_owned(),
            production: production.map(|run| ProductionLine {
                run: Stamp { id: run, attempt: 1 },
                line: format!("production {run}"),
            }),
            ..Body::new("m")
        };
        let ours = [
            (comment(1, "b", "Bot"), body(5, "newer", None)),
            (comment(2, "b", "Bot"), body(4, "older", Some(9))),
            (comment(3, "b", "Bot"), body(0, "", Some(8))),
        ];
        assert_eq!(fold("m", &ours), body(5, "newer", Some(9)));
        assert_eq!(fold("m", &[]), Body::new("m"));
    }
}
