//! GitHub deployments: the record that GitHub shows of what went where, and how it ended.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
/// `Error` is neither good nor bad: cancelled, or not found out.
pub(crate) use octocrab::models::repos::DeploymentStatusState as DeploymentState;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::comments::Author;
use super::{GitHub, segment};
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::net::error::ApiError;

/// Longest description of a status that GitHub takes, in characters.
/// <https://docs.github.com/rest/deployments/statuses#create-a-deployment-status>
const LONGEST_DESCRIPTION: usize = 140;

/// Pages of a hundred of an environment's deployments that are looked through: older ones are history.
/// <https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api>
const PAGES: usize = 10;

/// How many deployments of one commit are looked through for a good one.
const LOOKED_THROUGH: usize = 5;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewDeployment<'a> {
    /// The commit; a branch might move.
    pub(crate) git_ref: &'a str,
    pub(crate) environment: &'a str,
    pub(crate) description: &'a str,
    /// Will go away: previews.
    pub(crate) transient: bool,
    pub(crate) production: bool,
    pub(crate) payload: Payload,
    /// The app's name under `[apps]`, noted beside it for those who wait: what identifies the app is its manifest's.
    pub(crate) key: Option<&'a str>,
}

/// What we note in a deployment, to know later which app and pull request it was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payload {
    pub(crate) pr: Option<u64>,
    pub(crate) app: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Deployment {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) description: Option<String>,
    /// The commit.
    #[serde(default)]
    pub(crate) sha: String,
    /// By GitHub's clock, in whole seconds.
    #[serde(default)]
    pub(crate) created_at: Option<Timestamp>,
    /// Who made it: of one that this run made, the login under which its token writes.
    #[serde(default)]
    pub(crate) creator: Option<Author>,
    #[serde(default)]
    payload: Value,
}

/// A deployment as GitHub shows it to anyone with read access: what it was about, and its last status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) app: String,
    /// Its name under `[apps]`, of several.
    pub(crate) key: Option<String>,
    /// `success`, `failure`, `error`, `inactive`, …; empty: it has no status yet.
    pub(crate) state: String,
    pub(crate) description: String,
    pub(crate) url: Option<String>,
    pub(crate) log_url: Option<String>,
}

/// One status of a deployment. <https://docs.github.com/rest/deployments/statuses>
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Past {
    id: u64,
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    environment_url: Option<String>,
    #[serde(default)]
    log_url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status<'a> {
    pub(crate) state: DeploymentState,
    pub(crate) description: &'a str,
    pub(crate) environment_url: Option<&'a str>,
    pub(crate) log_url: Option<&'a str>,
    /// Once it is a success, earlier ones stay as they are: in an environment that stays GitHub makes them inactive, also
    /// those of other apps. <https://docs.github.com/rest/deployments/statuses#create-a-deployment-status>
    pub(crate) leaves_earlier: bool,
}

impl Deployment {
    /// What GitHub gives back as an object or as its JSON text.
    fn noted(&self) -> Cow<'_, Value> {
        let parsed: Option<Value> = self.payload.as_str().and_then(|text| serde_json::from_str(text).ok());
        parsed.map_or(Cow::Borrowed(&self.payload), Cow::Owned)
    }

    /// The app's name under `[apps]`, as far as it was noted.
    fn key(&self) -> Option<String> {
        Some(self.noted().get("key")?.as_str()?.to_owned())
    }

    /// What we noted. `None`: not one of ours.
    pub(crate) fn payload(&self) -> Option<Payload> {
        let payload = self.noted();
        Some(Payload {
            pr: payload.get("pr").and_then(Value::as_u64),
            app: payload.get("app")?.as_str()?.to_owned(),
        })
    }
    /// Whether it is the app's. `None`: whichever it is.
    fn is_about(&self, app: Option<&str>) -> bool {
        app.is_none_or(|app| self.payload().is_some_and(|payload| payload.app == app))
    }
}

impl GitHub {
    /// Not repeated after an unclear error: look first whether it is there.
    pub(crate) async fn create_deployment(&self, new: &NewDeployment<'_>) -> Result<Deployment, ApiError> {
        let mut payload = Map::new();
        if let Some(pr) = new.payload.pr {
            payload.insert("pr".to_owned(), pr.into());
        }
        payload.insert("app".to_owned(), new.payload.app.clone().into());
        if let Some(key) = new.key {
            payload.insert("key".to_owned(), key.into());
        }
        let body = json!({
            "ref": new.git_ref,
            "environment": new.environment,
            "description": shorten(new.description),
            // Our own job is a check that has not ended yet; waiting for all checks would refuse every deployment.
            "required_contexts": [],
            // The default would merge the default branch into the pull request's.
            "auto_merge": false,
            "transient_environment": new.transient,
            "production_environment": new.production,
            "payload": payload,
        });
        self.api.post(&self.path("/deployments"), &body).await
    }

    /// The environment's deployments that carry our note, newest first.
    pub(crate) async fn deployments(&self, environment: &str) -> Result<Vec<Deployment>, ApiError> {
        self.deployments_until(environment, |_| false).await
    }

    /// The newest of them, up to the first page that has one which is `old`. GitHub lists the newest first, and gives
    /// those the greatest ids.
    pub(crate) async fn deployments_until(
        &self,
        environment: &str,
        old: impl Fn(&Deployment) -> bool,
    ) -> Result<Vec<Deployment>, ApiError> {
        let rest = format!("/deployments?environment={}&per_page=100", segment(environment));
        let mut next = Some(self.path(&rest));
        let mut listing = self.api.listing();
        let mut deployments: Vec<Deployment> = Vec::new();
        for _ in 0..PAGES {
            let Some(path) = next else { break };
            let page = listing.page::<Vec<Deployment>>(&path).await?;
            let is_enough = page.body.iter().any(&old);
            deployments.extend(page.body);
            next = page.next.filter(|_| !is_enough);
        }
        deployments.retain(|deployment| !old(deployment));
        deployments.retain(|deployment| deployment.payload().is_some());
        deployments.sort_by_key(|deployment| std::cmp::Reverse(deployment.id));
        Ok(deployments)
    }

    /// Adds a status. Doing so twice shows the same.
    pub(crate) async fn set_deployment_status(&self, deployment: u64, status: &Status<'_>) -> Result<(), ApiError> {
        let mut body = json!({ "state": status.state, "description": shorten(status.description) });
        for (key, value) in [("environment_url", status.environment_url), ("log_url", status.log_url)] {
            if let Some(value) = value {
                body[key] = value.into();
            }
        }
        if status.leaves_earlier {
            body["auto_inactive"] = false.into();
        }
        let path = self.path(&format!("/deployments/{deployment}/statuses"));
        self.api.post_freely(&path, &body).await
    }

    /// Whether the newest deployment of an app to an environment that stays ended well. `false`: also where GitHub shows
    /// none. <https://docs.github.com/rest/deployments/deployments#list-deployments>
    pub(crate) async fn last_deployment_succeeded(&self, environment: &str, app: &str) -> Result<bool, ApiError> {
        let newest = self.newest(environment).await?;
        let of_app = newest
            .iter()
            .find(|it| it.payload().is_some_and(|payload| payload.app == app));
        match of_app {
            Some(newest) => Ok(self.last_state(newest.id).await?.as_deref() == Some("success")),
            None => Ok(false),
        }
    }

    /// The newest to an environment that carry our note, the newest first: of one page.
    async fn newest(&self, environment: &str) -> Result<Vec<Deployment>, ApiError> {
        let rest = format!("/deployments?environment={}&per_page=30", segment(environment));
        let mut deployments: Vec<Deployment> = self.list(&rest, 1).await?;
        deployments.retain(|it| it.payload().is_some());
        deployments.sort_by_key(|deployment| std::cmp::Reverse(deployment.id));
        Ok(deployments)
    }

    /// The id of the newest to an environment that carries our note, 0 where there is none. GitHub gives later ones greater
    /// ids.
    pub(crate) async fn newest_deployment(&self, environment: &str) -> Result<u64, ApiError> {
        let newest = self.newest(environment).await?;
        Ok(newest.first().map_or(0, |newest| newest.id))
    }

    /// Of the newest deployments to an environment, the commit of the one that ended well and whose place no other took;
    /// `Some(None)`: none of them did. `None`: there are none. `app`: which of several.
    pub(crate) async fn last_good(
        &self,
        environment: &str,
        app: Option<&str>,
    ) -> Result<Option<Option<Sha>>, ApiError> {
        let mut deployments = self.newest(environment).await?;
        deployments.retain(|it| it.payload().is_some_and(|payload| payload.pr.is_none()));
        deployments.retain(|it| it.is_about(app));
        for deployment in &deployments {
            if self.last_state(deployment.id).await?.as_deref() == Some("success") {
                return Ok(Some(Some(Sha::new(&*deployment.sha))));
            }
        }
        Ok((!deployments.is_empty()).then_some(None))
    }

    /// Whether its last status says that it went wrong, or that it is unknown.
    pub(crate) async fn has_failed(&self, deployment: u64) -> Result<bool, ApiError> {
        let state = self.last_state(deployment).await?;
        Ok(matches!(state.as_deref(), Some("failure" | "error")))
    }

    /// How a commit's last deployments to an environment ended: good if any of them was. `None`: no status says so.
    /// `app`: which of several.
    pub(crate) async fn was_good(
        &self,
        environment: &str,
        app: Option<&str>,
        commit: &Sha,
    ) -> Result<Option<bool>, ApiError> {
        let mut of_commit = self.of_commit(environment, commit).await?;
        of_commit.retain(|it| it.is_about(app));
        // The oldest as well: any branch's workflow can record failures, but none before the first run of the commit did.
        let oldest = of_commit.len().saturating_sub(LOOKED_THROUGH);
        let looked_through = of_commit.iter().enumerate();
        let looked_through = looked_through.filter(|(n, _)| *n < LOOKED_THROUGH || *n >= oldest);
        let mut was_good = None;
        for (_, deployment) in looked_through {
            let statuses = self.statuses(deployment.id).await?;
            if statuses.iter().any(|status| status.state == "success") {
                return Ok(Some(true));
            }
            if statuses.iter().any(|status| status.state == "failure") {
                was_good = Some(false);
            }
        }
        Ok(was_good)
    }

    /// How the last deployment of a commit that came to an end did: `success`, `failure` or `error`. `None`: none has. What
    /// GitHub or a later deployment made inactive since was one of these before. `app`: which of several.
    pub(crate) async fn last_end(
        &self,
        environment: &str,
        app: Option<&str>,
        commit: &Sha,
    ) -> Result<Option<String>, ApiError> {
        let mut of_commit = self.of_commit(environment, commit).await?;
        of_commit.retain(|it| it.is_about(app));
        for deployment in of_commit.iter().take(LOOKED_THROUGH) {
            let mut statuses = self.statuses(deployment.id).await?;
            statuses.retain(|status| matches!(status.state.as_str(), "success" | "failure" | "error"));
            if let Some(last) = statuses.into_iter().max_by_key(|status| status.id) {
                return Ok(Some(last.state));
            }
        }
        Ok(None)
    }

    /// Those of a commit that carry our note, the newest first. <https://docs.github.com/rest/deployments/deployments#list-deployments>
    async fn of_commit(&self, environment: &str, commit: &Sha) -> Result<Vec<Deployment>, ApiError> {
        let rest = format!("/deployments?environment={}&per_page=100", segment(environment));
        // GitHub compares the whole name of a commit.
        let rest = match commit.is_full() {
            true => format!("{rest}&sha={}", segment(commit.as_str())),
            false => rest,
        };
        let mut deployments: Vec<Deployment> = self.list(&rest, PAGES).await?;
        deployments.retain(|it| it.payload().is_some() && Sha::new(&*it.sha).is(commit));
        deployments.sort_by_key(|deployment| std::cmp::Reverse(deployment.id));
        Ok(deployments)
    }

    /// `None`: it has no status yet.
    async fn last_state(&self, deployment: u64) -> Result<Option<String>, ApiError> {
        Ok(self.last_status(deployment).await?.map(|status| status.state))
    }

    /// `None`: it has none yet.
    pub(crate) async fn last_status(&self, deployment: u64) -> Result<Option<Past>, ApiError> {
        let statuses = self.statuses(deployment).await?;
        Ok(statuses.into_iter().max_by_key(|status| status.id))
    }

    /// The deployments of a commit to an environment, of each app the newest. Takes `deployments: read`
    /// and nothing else. <https://docs.github.com/rest/deployments/deployments#list-deployments>
    pub(crate) async fn recorded(&self, environment: &Environment, commit: &Sha) -> Result<Vec<Recorded>, ApiError> {
        let mut newest: BTreeMap<String, (u64, Option<String>)> = BTreeMap::new();
        for deployment in self.of_commit(environment.on_github(), commit).await? {
            let Some(payload) = deployment.payload() else { continue };
            if payload.pr == environment.pull_request() {
                let known = newest.entry(payload.app).or_default();
                if deployment.id > known.0 {
                    *known = (deployment.id, deployment.key());
                }
            }
        }
        let mut recorded = Vec::new();
        for (app, (id, key)) in newest {
            let status = self.last_status(id).await?.unwrap_or_default();
            recorded.push(Recorded {
                app,
                key,
                state: status.state,
                description: status.description.unwrap_or_default(),
                url: status.environment_url,
                log_url: status.log_url,
            });
        }
        Ok(recorded)
    }

    async fn statuses(&self, deployment: u64) -> Result<Vec<Past>, ApiError> {
        self.list(&format!("/deployments/{deployment}/statuses?per_page=100"), 1)
            .await
    }
}

/// One line of at most 140 characters.
fn shorten(description: &str) -> String {
    let line = description.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST_DESCRIPTION) {
        Some(_) => line.chars().take(LONGEST_DESCRIPTION - 1).chain(['…']).collect(),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Deployment, Payload, shorten};

    #[test]
    fn reads_its_note_as_object_and_as_text() {
        let ours = Some(Payload {
            pr: Some(12),
            app: "shop".to_owned(),
        });
        for payload in [
            json!({"pr": 12, "app": "shop"}),
            json!("{\"pr\": 12, \"app\": \"shop\"}"),
        ] {
            let deployment: Deployment =
                serde_json::from_value(json!({"id": 1, "payload": payload})).expect("a deployment");
            assert_eq!(deployment.payload(), ours);
        }
        let foreign: Deployment = serde_json::from_value(json!({"id": 1, "payload": ""})).expect("a deployment");
        assert_eq!(foreign.payload(), None);
    }

    #[test]
    fn a_description_fits_what_github_takes() {
        assert_eq!(shorten("two\nlines"), "two lines");
        let long = shorten(&"ä".repeat(200));
        assert_eq!(long.chars().count(), 140);
        assert!(long.ends_with('…'));
    }
}
