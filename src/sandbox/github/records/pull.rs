//! Pull requests: what is kept about one, and when it may be opened, changed, closed and opened again.

use jiff::Timestamp;

use super::user::User;
use crate::github::refusal::Refusal;

#[derive(Clone, Debug)]
pub(crate) struct Pull {
    pub(crate) number: u64,
    pub(crate) id: u64,
    pub(crate) title: String,
    pub(crate) body: Option<String>,
    pub(crate) author: User,
    /// Owner of the head's repository: another one than the base's for a fork.
    pub(crate) head_owner: String,
    pub(crate) head: String,
    /// The head's commit, as last seen; frozen when the pull request is closed or its branch deleted.
    pub(crate) head_sha: String,
    /// What the head was before its branch last moved.
    pub(crate) previous_sha: Option<String>,
    pub(crate) base: String,
    /// The base's commit when the head was last seen to move.
    pub(crate) base_sha: String,
    pub(crate) draft: bool,
    pub(crate) locked: bool,
    /// Names, in the order they were added.
    pub(crate) labels: Vec<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) closed_at: Option<Timestamp>,
    pub(crate) closed_by: Option<User>,
    pub(crate) merged_at: Option<Timestamp>,
    pub(crate) merge_commit_sha: Option<String>,
}

const RESOURCE: &str = "PullRequest";

impl Pull {
    pub(crate) fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }

    pub(crate) fn state(&self) -> &'static str {
        if self.is_open() { "open" } else { "closed" }
    }

    /// As a page shows it.
    pub(crate) fn shown_state(&self) -> &'static str {
        if self.merged_at.is_some() {
            "merged"
        } else {
            self.state()
        }
    }

    /// `owner:branch`
    pub(crate) fn head_label(&self) -> String {
        format!("{}:{}", self.head_owner, self.head)
    }

    pub(crate) fn is_from(&self, head_label: &str) -> bool {
        match head_label.split_once(':') {
            Some((owner, branch)) => self.head_owner.eq_ignore_ascii_case(owner) && self.head == branch,
            None => self.head == head_label,
        }
    }

    pub(crate) fn is_fork_of(&self, owner: &str) -> bool {
        !self.head_owner.eq_ignore_ascii_case(owner)
    }

    /// The head's branch has moved.
    pub(crate) fn move_head(&mut self, head_sha: String, base_sha: Option<String>, now: Timestamp) {
        self.previous_sha = Some(std::mem::replace(&mut self.head_sha, head_sha));
        if let Some(base_sha) = base_sha {
            self.base_sha = base_sha;
        }
        self.updated_at = now;
    }

    /// `merge_commit` is given where the base branch contains the head already: then this was a merge.
    pub(crate) fn close(&mut self, merge_commit: Option<String>, by: User, now: Timestamp) {
        self.closed_at = Some(now);
        self.closed_by = Some(by);
        self.updated_at = now;
        if merge_commit.is_some() {
            self.merged_at = Some(now);
            self.merge_commit_sha = merge_commit;
        }
    }

    /// `branch_exists`: whether the head's branch is still there.
    pub(crate) fn reopen(&mut self, branch_exists: bool, now: Timestamp) -> Result<(), Refusal> {
        let refuse = |why: &str| Refusal::field_says(RESOURCE, "state", &format!("state cannot be changed. {why}"));
        if self.merged_at.is_some() {
            return Err(refuse("The pull request cannot be reopened."));
        }
        if !branch_exists {
            return Err(refuse(&format!("The {} branch has been deleted.", self.head)));
        }
        self.closed_at = None;
        self.closed_by = None;
        self.updated_at = now;
        Ok(())
    }
}

/// `head` of a request: `branch` or `owner:branch`.
pub(crate) fn split_head(head: &str, owner: &str) -> (String, String) {
    match head.split_once(':') {
        Some((user, branch)) if user.eq_ignore_ascii_case(owner) => (owner.to_owned(), branch.to_owned()),
        Some((user, branch)) => (user.to_owned(), branch.to_owned()),
        None => (owner.to_owned(), head.to_owned()),
    }
}

/// Both names as GitHub gives them in "No commits between": with owners once a fork is involved.
pub(crate) fn no_commits_between(base: &str, head: &str, head_owner: &str, owner: &str) -> Refusal {
    let message = if head_owner.eq_ignore_ascii_case(owner) {
        format!("No commits between {base} and {head}")
    } else {
        format!("No commits between {owner}:{base} and {head_owner}:{head}")
    };
    Refusal::custom(RESOURCE, &message)
}

pub(crate) fn already_exists(head_label: &str) -> Refusal {
    Refusal::custom(RESOURCE, &format!("A pull request already exists for {head_label}."))
}

#[cfg(test)]
mod tests {
    use super::split_head;

    #[test]
    fn a_head_with_another_owner_is_a_fork_s() {
        let split = |head| split_head(head, "Org");
        assert_eq!(split("topic"), ("Org".to_owned(), "topic".to_owned()));
        assert_eq!(split("org:topic"), ("Org".to_owned(), "topic".to_owned()));
        assert_eq!(split("stranger:a/b"), ("stranger".to_owned(), "a/b".to_owned()));
    }
}
