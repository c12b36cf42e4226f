//! Comments, deployments and pull requests over GitHub's REST API.
//!
//! octocrab's models are used where they take every answer that GitHub documents, and those of older GitHub Enterprise
//! Servers: a branch, a reference, a reaction, the state that a deployment is given. The others are small structs of what
//! is read here, because octocrab's would refuse an answer for a field that is not. Whatever has a user refuses
//! `"gravatar_id": null`; a comment needs the account that wrote it, a workflow run its branch and its commit, which GitHub
//! documents as `null` where they are gone; a state that GitHub adds to a deployment's is refused as well.

mod api;
mod changed_files;
pub(crate) mod collaborators;
pub(crate) mod comments;
pub(crate) mod deployments;
pub(crate) mod pulls;
pub(crate) mod reactions;
pub(crate) mod repository;
pub(crate) mod runs;

use std::time::Duration;

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use serde::de::DeserializeOwned;

use self::api::Api;
use crate::net::client::Client;
use crate::net::error::{ApiError, Service};
use crate::net::redirects::Redirects;
use crate::redact::Secret;
use crate::wait::{Cancelled, Wait};

/// The login under which the runner's own token writes.
pub(crate) const ACTIONS_BOT: &str = "github-actions[bot]";

/// How long a run's reads wait for rate limits, in all. An hour's limit may have been used up by others, and a run that
/// waits for its end holds up those behind it.
/// <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>
const READS: Duration = Duration::from_secs(10 * 60);

/// What may stay as it is in one segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One repository on GitHub. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct GitHub {
    api: Api,
    wait: Wait,
    /// `/repos/OWNER/NAME`.
    root: String,
}

/// As errors say it.
const SERVICE: Service = Service {
    name: "GitHub",
    token: "GITHUB_TOKEN",
};

impl GitHub {
    /// `base` is `GITHUB_API_URL`; `repository` is `OWNER/NAME`.
    pub(crate) fn new(base: Url, token: Option<&Secret>, repository: &str, wait: Wait) -> anyhow::Result<Self> {
        let (owner, name) = repository
            .split_once('/')
            .filter(|(owner, name)| !owner.is_empty() && !name.is_empty() && !name.contains('/'))
            .ok_or_else(|| anyhow::anyhow!("`{repository}` is not a valid repository: write `OWNER/NAME`"))?;
        let client = Client::new(
            SERVICE,
            base,
            "application/vnd.github+json",
            token,
            Redirects::WithinHost,
            wait.clone(),
        )?;
        Ok(Self {
            api: Api::over(client.patient_for(READS)),
            wait,
            root: format!("/repos/{}/{}", segment(owner), segment(name)),
        })
    }

    /// The same repository, deaf to cancellation: for last words after a signal.
    pub(crate) fn uncancellable(&self) -> Self {
        Self {
            api: Api::over(self.api.client.uncancellable()),
            wait: self.wait.uncancellable(),
            root: self.root.clone(),
        }
    }

    /// The same repository, which waits for no rate limit: for words that must not hold up what they are about.
    pub(crate) fn impatient(&self) -> Self {
        Self {
            api: Api::over(self.api.client.patient_for(Duration::ZERO)),
            ..self.clone()
        }
    }

    /// How many more requests this hour's limit allows, where GitHub says so.
    pub(crate) fn allowance(&self) -> Option<u64> {
        self.api.client.allowance()
    }

    /// GitHub's time at its last reply.
    pub(crate) fn now(&self) -> Timestamp {
        self.api.client.now()
    }

    /// GitHub's time at its first reply to this run.
    pub(crate) fn begun(&self) -> Timestamp {
        self.api.client.begun()
    }

    /// Waits at this run's pace.
    pub(crate) async fn pause(&self, duration: Duration) -> Result<(), Cancelled> {
        self.wait.sleep(duration).await
    }

    /// Who the token belongs to. `None` for the runner's token and those of apps, which belong to no user.
    pub(crate) async fn login(&self) -> Result<Option<String>, ApiError> {
        #[derive(serde::Deserialize)]
        struct User {
            login: String,
        }
        match self.api.get::<User>("/user").await {
            Ok(user) => Ok(Some(user.login)),
            Err(error) if error.status() == Some(403) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A path below the repository.
    fn path(&self, rest: &str) -> String {
        format!("{}{rest}", self.root)
    }

    /// The items of a listing, page after page, at most `pages` of them.
    async fn list<T: DeserializeOwned>(&self, rest: &str, pages: usize) -> Result<Vec<T>, ApiError> {
        let mut items = Vec::new();
        let mut listing = self.api.listing();
        let mut next = Some(self.path(rest));
        for _ in 0..pages {
            let Some(path) = next else { break };
            let page = listing.page::<Vec<T>>(&path).await?;
            items.extend(page.body);
            next = page.next;
        }
        Ok(items)
    }
}

/// Whether the token may read but not write here: a fork's pull request, Dependabot, or a missing permission.
pub(crate) fn is_read_only(error: &ApiError) -> bool {
    error.status() == Some(403) && error.message().contains("Resource not accessible by")
}

/// Percent-encoded so that it is one segment of a path, whatever it contains.
fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use octocrab::models::repos::DeploymentStatusState;
    use reqwest::Method;
    use serde_json::json;

    use super::{is_read_only, segment};
    use crate::net::error::{ApiError, Problem};

    /// Where one of these begins to take it, the small struct can go.
    #[test]
    fn octocrab_s_models_refuse_what_github_documents() {
        let author = |gravatar: serde_json::Value| {
            let url = "https://api.github.com/users/ghost";
            let urls = [
                "avatar_url",
                "url",
                "html_url",
                "followers_url",
                "following_url",
                "gists_url",
                "starred_url",
                "subscriptions_url",
                "organizations_url",
                "repos_url",
                "events_url",
                "received_events_url",
            ];
            let mut user =
                json!({"login": "ghost", "id": 10137, "node_id": "MDQ", "type": "User", "site_admin": false});
            urls.iter().for_each(|key| user[*key] = url.into());
            user["gravatar_id"] = gravatar;
            serde_json::from_value::<octocrab::models::Author>(user)
        };
        assert!(author("".into()).is_ok());
        // <https://docs.github.com/rest/users/users#get-a-user>
        assert!(author(json!(null)).is_err());
        // A state that GitHub may add, as it added `queued` and `in_progress`.
        assert!(serde_json::from_value::<DeploymentStatusState>(json!("waiting")).is_err());
    }

    #[test]
    fn a_path_with_slashes_is_one_segment() {
        assert_eq!(segment(".do/app spec.yaml"), ".do%2Fapp%20spec.yaml");
        assert_eq!(segment("feature/#1?x"), "feature%2F%231%3Fx");
    }

    #[test]
    fn a_read_only_token_is_distinguished_from_a_locked_conversation() {
        let error = |message: &str| ApiError {
            service: super::SERVICE,
            method: Method::POST,
            path: "/x".to_owned(),
            problem: Problem::Status {
                status: 403,
                message: message.to_owned(),
                request_id: None,
            },
        };
        assert!(is_read_only(&error("Resource not accessible by integration")));
        assert!(is_read_only(&error("Resource not accessible by personal access token")));
        assert!(!is_read_only(&error(
            "Unable to create comment because issue is locked."
        )));
    }
}
