//! Pull requests as GitHub gives them.

use reqwest::Method;
use serde::Deserialize;

use super::GitHub;
use crate::model::commit::Sha;
use crate::model::pull_request::{Head, PullRequest};
use crate::net::error::{ApiError, Problem};

/// Pages of a hundred that are looked through for a commit's pull requests.
/// <https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api>
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
        let path = self.path(&format!("/pulls/{number}"));
        let pull: Pull = self.api.get(&path).await?;
        match pull.number == number {
            true => Ok(pull.into()),
            // As from a cache, or a proxy that mixes answers up.
            false => Err(ApiError {
                service: super::SERVICE,
                method: Method::GET,
                path,
                problem: Problem::NotJson {
                    status: 200,
                    looks_like: "JSON about another pull request".to_owned(),
                },
            }),
        }
    }

    /// The pull request whose merge made this commit of `branch`. `None` for a direct push, and for one so long ago that
    /// five hundred others have been touched since.
    ///
    /// Anybody may open pull requests whose head is a commit that is about to be merged, and GitHub calls them merged as
    /// well: a merge's own commit counts before a head, this repository's branch before a fork's, and the oldest of them.
    pub(crate) async fn merged_pull_of(&self, commit: &Sha, branch: &str) -> Result<Option<PullRequest>, ApiError> {
        let mut listing = self.api.listing();
        let mut next = Some(self.path("/pulls?state=closed&sort=updated&direction=desc&per_page=100"));
        let mut found: Option<(Claim, Pull)> = None;
        for _ in 0..PAGES {
            let Some(path) = next else { break };
            let page = listing.page::<Vec<Pull>>(&path).await?;
            let claims = page
                .body
                .into_iter()
                .filter_map(|pull| Some((pull.claim(commit, branch)?, pull)));
            found = found.into_iter().chain(claims).min_by_key(|(claim, _)| *claim);
            if found.as_ref().is_some_and(|(claim, _)| claim.by_merge && claim.own) {
                break;
            }
            next = page.next;
        }
        Ok(found.map(|(_, pull)| pull.into()))
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

/// How good a merged pull request's claim to a commit is; the best is the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Claim {
    /// GitHub names the commit as what its merge made.
    by_merge: bool,
    /// Its branch is this repository's.
    own: bool,
    number: u64,
}

impl Ord for Claim {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |claim: &Self| (!claim.by_merge, !claim.own, claim.number);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Claim {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Pull {
    /// A merge, squash or rebase names the commit that it made; a fast-forward push of the head closes the pull
    /// request as merged too.
    fn claim(&self, commit: &Sha, branch: &str) -> Option<Claim> {
        let is = |sha: &str| Sha::new(sha).is(commit);
        let by_merge = self.merge_commit_sha.as_deref().is_some_and(is);
        let is_claimed = self.merged_at.is_some() && self.base.branch == branch && (by_merge || is(&self.head.sha));
        let home = |end: &End| end.repo.as_ref().map(|repo| repo.full_name.to_ascii_lowercase());
        is_claimed.then(|| Claim {
            by_merge,
            own: home(&self.head).is_some() && home(&self.head) == home(&self.base),
            number: self.number,
        })
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
    fn the_pull_request_that_was_merged_is_distinguished_from_others_at_its_commit() {
        let (made, head) = (Sha::new("1".repeat(40)), Sha::new("2".repeat(40)));
        assert!(pull().claim(&made, "main").is_some_and(|claim| claim.by_merge));
        assert!(pull().claim(&head, "main").is_some_and(|claim| !claim.by_merge));
        assert_eq!(pull().claim(&made, "staging"), None, "merged into another branch");
        assert_eq!(pull().claim(&Sha::new("3".repeat(40)), "main"), None);
        let mut open = pull();
        open.merged_at = None;
        assert_eq!(open.claim(&made, "main"), None);
        let own = |number: u64| {
            let mut own = pull();
            own.number = number;
            own.head.repo = serde_json::from_value(json!({"full_name": "O/r"})).expect("a repository");
            own
        };
        let claims = [
            own(12).claim(&made, "main"),
            own(13).claim(&made, "main"),
            pull().claim(&made, "main"),
            own(3).claim(&head, "main"),
            pull().claim(&head, "main"),
        ];
        assert!(claims.is_sorted() && claims.iter().all(Option::is_some), "{claims:?}");
    }

    #[test]
    fn a_deleted_fork_is_a_fork() {
        let pull = PullRequest::from(pull());
        assert!(!pull.open && pull.author_is_bot);
        assert!(pull.is_fork_of("o/r"));
    }
}
