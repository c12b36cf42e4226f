//! Our one comment in a pull request's conversation: found, written, and merged with what others of us wrote.

use jiff::Timestamp;

use crate::github::comments::Comment;
use crate::github::{ACTIONS_BOT, GitHub};
use crate::net::error::ApiError;
use crate::render::body::Body;

/// Someone may delete the comment, or another run create one, between two of our requests; not for ever.
const TRIES: usize = 4;

/// No one else's comment is touched, whatever it says.
#[derive(Debug)]
pub(super) struct Conversation {
    github: GitHub,
    pull: u64,
    marker: String,
    /// The login under which our token writes, once it is known.
    own_login: Option<String>,
    /// The greatest id of a comment that was there when the conversation was looked through. `None`: not yet.
    searched: Option<u64>,
    /// Our comments, as far as they are known.
    known: Vec<u64>,
}

/// What became of a comment.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) comment: Comment,
    pub(super) body: Body,
    /// What stood there before.
    pub(super) before: Body,
}

/// What our comments say together.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) body: Body,
    /// When GitHub last saw one of them written. `None`: there is none.
    pub(super) written: Option<Timestamp>,
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
            searched: None,
            known: Vec::new(),
        }
    }

    /// The login under which our token writes: no other bot is taken for us then.
    pub(super) fn is_written_by(&mut self, login: &str) {
        self.own_login = Some(login.to_owned());
    }

    /// From now on requests go on when the run is cancelled: `github` ignores the signal.
    pub(super) fn ignore_signals(&mut self, github: &GitHub) {
        self.github = github.clone();
    }

    /// Brings our comment to what `change` makes of it and deletes duplicates of ours. `change` may be asked several
    /// times. `None`: there is none, and none was wanted.
    pub(super) async fn write(
        &mut self,
        missing: Missing,
        change: impl Fn(Found) -> Body,
    ) -> Result<Option<Written>, ApiError> {
        let mut created: Option<Comment> = None;
        let mut unclear = None;
        for _ in 0..TRIES {
            // After a creation others are looked for: two runs may have created one each, and the oldest stays.
            let ours = self.ours(created.is_some() || unclear.is_some()).await?;
            let found = fold(&self.marker, &ours);
            let before = found.body.clone();
            let wanted = change(found);
            let Some((oldest, is_now)) = ours.first() else {
                if let Some(comment) = created {
                    // Listed a moment later only: it is there all the same.
                    return Ok(Some(Written {
                        comment,
                        body: wanted,
                        before,
                    }));
                }
                if missing == Missing::Leave {
                    return Ok(None);
                }
                match self.github.create_comment(self.pull, &wanted.to_string()).await {
                    Ok(comment) => {
                        // The token of an app cannot be asked for its login, but what it has written names it.
                        self.own_login = comment.user.as_ref().map(|user| user.login.clone());
                        self.known.push(comment.id);
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
                    Err(error) if error.is_not_found() => {
                        self.known.retain(|id| *id != oldest.id);
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            }
            // Only now: what they said has been merged.
            for (duplicate, _) in &ours[1..] {
                self.github.delete_comment(duplicate.id).await?;
                self.known.retain(|id| *id != duplicate.id);
            }
            return Ok(Some(Written {
                comment: oldest.clone(),
                body: wanted,
                before,
            }));
        }
        match (created, unclear) {
            (None, Some(error)) => Err(error),
            _ => Ok(None),
        }
    }

    /// Deletes what is ours where `may` says so, so that the next `write` creates the newest comment of the
    /// conversation. Returns what is to be carried over.
    pub(super) async fn clear(&mut self, may: impl Fn(&Found) -> bool) -> Result<Body, ApiError> {
        let ours = self.ours(false).await?;
        let found = fold(&self.marker, &ours);
        if may(&found) {
            for (comment, _) in &ours {
                self.github.delete_comment(comment.id).await?;
            }
            self.known.clear();
        }
        Ok(found.body)
    }

    /// When GitHub last saw a comment of ours written. `None`: there is none.
    pub(super) async fn last_written(&mut self) -> Result<Option<Timestamp>, ApiError> {
        let ours = self.ours(false).await?;
        Ok(fold(&self.marker, &ours).written)
    }

    /// Our comments, oldest first. The conversation is looked through once; after that what is known is read again by
    /// its id, and where that is gone, or others may have written at the same moment, what is new.
    async fn ours(&mut self, again: bool) -> Result<Vec<(Comment, Body)>, ApiError> {
        let mut found = match self.searched {
            None => self.search().await?,
            Some(seen) => {
                let mut found = Vec::new();
                for id in self.known.iter().filter(|_| !again) {
                    found.extend(self.github.comment(*id).await?);
                }
                if found.is_empty() {
                    let new = self.new_since(seen).await?;
                    let (certain, doubtful) = self.own(new).await?;
                    found = if certain.is_empty() { doubtful } else { certain };
                }
                found
            }
        };
        found.sort_by_key(|comment| comment.id);
        self.known = found.iter().map(|comment| comment.id).collect();
        let parsed = |comment: Comment| {
            let body = Body::parse(&self.marker, &comment.body)?;
            Some((comment, body))
        };
        Ok(found.into_iter().filter_map(parsed).collect())
    }

    /// Up to the first page that has one of ours. Runs that looked at the same time find the same.
    async fn search(&mut self) -> Result<Vec<Comment>, ApiError> {
        let mut pages = self.github.comments(self.pull);
        let (mut doubtful, mut seen) = (Vec::new(), 0);
        while let Some(page) = pages.next().await? {
            seen = page.iter().map(|comment| comment.id).fold(seen, u64::max);
            let (certain, perhaps) = self.own(page).await?;
            if !certain.is_empty() {
                self.searched = Some(seen);
                return Ok(certain);
            }
            doubtful.extend(perhaps);
        }
        self.searched = Some(seen);
        Ok(doubtful)
    }

    /// What others or we have written since: from the end, up to a page that has a comment of before. The first page,
    /// which names the last, always has.
    async fn new_since(&self, seen: u64) -> Result<Vec<Comment>, ApiError> {
        let mut pages = self.github.comments(self.pull);
        let (mut new, mut is_first) = (Vec::new(), true);
        while let Some(page) = pages.next().await? {
            let (later, before): (Vec<_>, Vec<_>) = page.into_iter().partition(|comment| comment.id > seen);
            new.extend(later);
            if !before.is_empty() && !is_first {
                break;
            }
            is_first = false;
        }
        Ok(new)
    }

    /// Those that have our mark and were written by us, and those by some bot that may be us.
    async fn own(&mut self, comments: Vec<Comment>) -> Result<(Vec<Comment>, Vec<Comment>), ApiError> {
        let is_marked = |comment: &Comment| Body::parse(&self.marker, &comment.body).is_some();
        let marked: Vec<Comment> = comments.into_iter().filter(is_marked).collect();
        let by_actions = |comment: &Comment| comment.user.as_ref().is_some_and(|user| user.login == ACTIONS_BOT);
        if !marked.iter().all(by_actions) && self.own_login.is_none() {
            self.own_login = self.github.login().await?;
        }
        let own_login = self.own_login.as_deref();
        let mut sorted = (Vec::new(), Vec::new());
        for comment in marked {
            match author(&comment, own_login) {
                Author::Us => sorted.0.push(comment),
                Author::Perhaps => sorted.1.push(comment),
                Author::Other => {}
            }
        }
        Ok(sorted)
    }
}

/// Who wrote a comment that has our mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Author {
    Us,
    /// A bot, where our own login is not known: a token of an app cannot be asked for its name.
    Perhaps,
    Other,
}

/// Anyone can write the mark. What the runner's own bot wrote is ours also where another token writes now.
fn author(comment: &Comment, own_login: Option<&str>) -> Author {
    match (&comment.user, own_login) {
        (Some(user), _) if user.login == ACTIONS_BOT => Author::Us,
        (Some(user), Some(login)) if user.login == login => Author::Us,
        (Some(user), None) if user.kind == "Bot" => Author::Perhaps,
        _ => Author::Other,
    }
}

/// One body from all of ours: the preview's text and the answer of the newest run, and the newest line about
/// production.
fn fold(marker: &str, ours: &[(Comment, Body)]) -> Found {
    let bodies = || ours.iter().map(|(_, body)| body);
    let written = ours.iter().filter_map(|(comment, _)| comment.updated_at).max();
    let Some(newest) = bodies().max_by_key(|body| body.run) else {
        let body = Body::new(marker);
        return Found { body, written };
    };
    let production = bodies()
        .filter_map(|body| body.production.as_ref())
        .max_by_key(|production| production.run);
    let answer = bodies()
        .filter_map(|body| body.answer.as_ref())
        .max_by_key(|answer| answer.run);
    let body = Body {
        production: production.cloned(),
        answer: answer.cloned(),
        ..newest.clone()
    };
    Found { body, written }
}

#[cfg(test)]
mod tests {
    use super::{Author, author, fold};
    use crate::github::comments::{self, Comment};
    use crate::model::stamp::Stamp;
    use crate::render::body::{Body, ProductionLine};

    fn comment(id: u64, login: &str, kind: &str) -> Comment {
        Comment {
            id,
            body: String::new(),
            html_url: String::new(),
            updated_at: None,
            user: Some(comments::Author {
                login: login.to_owned(),
                kind: kind.to_owned(),
            }),
        }
    }

    #[test]
    fn a_mark_alone_makes_no_comment_ours() {
        let person = comment(1, "mallory", "User");
        let bot = comment(2, "github-actions[bot]", "Bot");
        let app = comment(3, "our-app[bot]", "Bot");
        for (comment, login, by) in [
            (&person, None, Author::Other),
            (&person, Some("alice"), Author::Other),
            (&person, Some("mallory"), Author::Us),
            (&bot, None, Author::Us),
            (&bot, Some("alice"), Author::Us),
            (&bot, Some("our-app[bot]"), Author::Us),
            (&app, None, Author::Perhaps),
            (&app, Some("our-app[bot]"), Author::Us),
            (&app, Some("github-actions[bot]"), Author::Other),
            (&app, Some("alice"), Author::Other),
        ] {
            assert_eq!(author(comment, login), by, "{comment:?} {login:?}");
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
        assert_eq!(fold("m", &ours).body, body(5, "newer", Some(9)));
        assert_eq!(fold("m", &[]).body, Body::new("m"));
    }
}
