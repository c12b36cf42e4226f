//! Pull requests as GitHub gives them.

use serde::Deserialize;

use super::GitHub;
use crate::model::commit::Sha;
use crate::model::pull_request::{Head, PullRequest};
use crate::net::error::ApiError;

/// Pages of a hundred that are looked through for a commit's pull requests.
const PAGES: usize = 5;

#[derive(Deserialize)]
struct Pull {
    number: u64,
    #[serde(default)]
    title: String,
    state: String,
    #[serde(default)]
    draft: bool,
    merged_at: Option<String>,
    merge_commit_sha: Option<String>,
    user: Option<User>,
    #[serde(default)]
    labels: Vec<Label>,
    head: End,
    base: End,
}

#[derive(Deserialize)]
struct User {
    login: String,
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Deserialize)]
struct Label {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct End {
    #[serde(rename = "ref")]
    branch: String,
    sha: String,
    /// `null` when the fork has been deleted.
    repo: Option<Repo>,
}

#[derive(Deserialize)]
struct Repo {
    full_name: String,
}

impl From<Pull> for PullRequest {
    fn from(pull: Pull) -> Self {
        let (author, author_is_bot) = match pull.user {
            Some(user) => {
                let is_bot = user.kind == "Bot" || user.login.ends_with("[bot]");
                (user.login, is_bot)
            }
            // GitHub's name for the author of everything whose author is gone.
            None => ("ghost".to_owned(), false),
        };
        Self {
            number: pull.number,
            title: pull.title,
            open: pull.state == "open",
            draft: pull.draft,
            author,
            author_is_bot,
            labels: pull.labels.into_iter().map(|label| label.name).collect(),
            head: Head {
                sha: Sha::new(pull.head.sha),
                branch: pull.head.branch,
                repository: pull.head.repo.map(|repo| repo.full_name),
            },
            base_branch: pull.base.branch,
        }
    }
}

impl GitHub {
    pub(crate) async fn pull(&self, number: u64) -> Result<PullRequest, ApiError> {
        let pull: Pull = self.client.get(&self.path(&format!("/pulls/{number}"))).await?;
        Ok(pull.into())
    }

    /// The pull request whose merge made this commit. `None` for a direct push, and for one so long ago that five
    /// hundred others have been touched since.
    pub(crate) async fn merged_pull_of(&self, commit: &Sha) -> Result<Option<PullRequest>, ApiError> {
        let mut next = Some(self.path("/pulls?state=closed&sort=updated&direction=desc&per_page=100"));
        for _ in 0..PAGES {
            let Some(path) = next else { break };
            let page = self.client.page::<Vec<Pull>>(&path).await?;
            if let Some(pull) = page.body.into_iter().find(|pull| pull.made(commit)) {
                return Ok(Some(pull.into()));
            }
            next = page.next;
        }
        Ok(None)
    }
}

impl GitHub {
    /// The pull requests, open or closed, whose head is this commit of this repository (`owner/name`; `None`: a fork
    /// that is gone). A pull request that an event is about was touched a moment ago; those that five hundred others
    /// have been touched after are not found. <https://docs.github.com/rest/pulls/pulls#list-pull-requests>
    ///
    /// Not `commits/{sha}/pulls`, which leaves out those that were closed without a merge, and those of forks.
    pub(crate) async fn pulls_headed_by(
        &self,
        commit: &Sha,
        repository: Option<&str>,
    ) -> Result<Vec<PullRequest>, ApiError> {
        let rest = "/pulls?state=all&sort=updated&direction=desc&per_page=100";
        let pulls: Vec<Pull> = self.list(rest, PAGES).await?;
        let is_from = |pull: &PullRequest| match (pull.head.repository.as_deref(), repository) {
            (Some(theirs), Some(asked)) => theirs.eq_ignore_ascii_case(asked),
            (None, None) => true,
            _ => false,
        };
        let pulls = pulls.into_iter().map(PullRequest::from);
        Ok(pulls.filter(|pull| pull.head.sha.is(commit) && is_from(pull)).collect())
    }
}

impl Pull {
    /// A merge, squash or rebase names the commit that it made; a fast-forward push of the head closes the pull
    /// request as merged too.
    fn made(&self, commit: &Sha) -> bool {
        let made = self.merge_commit_sha.as_deref().map(Sha::new);
        self.merged_at.is_some() && (made.is_some_and(|made| made.is(commit)) || Sha::new(&*self.head.sha).is(commit))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Pull;
    use crate::model::commit::Sha;
    use crate::model::pull_request::PullRequest;

    fn pull() -> Pull {
        serde_json::from_value(json!({
            "number": 12, "state": "closed",
            "merged_at": "2026-11-20T10:00:00Z", "merge_commit_sha": "1111111111111111111111111111111111111111",
            "user": {"login": "renovate[bot]", "type": "Bot"}, "labels": [{"name": "preview"}],
            "head": {"ref": "b", "sha": "2222222222222222222222222222222222222222", "repo": null},
            "base": {"ref": "main", "sha": "3333333333333333333333333333333333333333", "repo": {"full_name": "o/r"}},
        }))
        .expect("the shape that GitHub documents")
    }

    #[test]
    fn knows_the_merge_commit_of_a_merged_pull_request() {
        assert!(pull().made(&Sha::new("1111111111111111111111111111111111111111")));
        assert!(!pull().made(&Sha::new("3333333333333333333333333333333333333333")));
    }

    #[test]
    fn a_deleted_fork_is_a_fork() {
        let pull = PullRequest::from(pull());
        assert!(!pull.open && pull.author_is_bot);
        assert!(pull.is_fork_of("o/r"));
    }
}
