//! DigitalOcean App Platform: finding and listing apps, and everything else in a file per verb.

mod apply;
mod built;
mod cost;
mod create;
mod destroy;
mod health;
mod live_logs;
mod logs;
mod outcome;
mod pages;
mod progress;
mod project;
mod reasons;
mod refusal;
mod rollback;
mod same_spec;
mod telling_logs;
mod translate;
mod update;
mod watch;
mod wire;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, Url};
use serde_json::Value;
use tokio::sync::OnceCell;

pub(super) use rollback::KEEPS;

use super::words::WORDS;
use crate::net::client::Client;
use crate::net::error::{ApiError, Problem, Service};
use crate::net::redirects::Redirects;
use crate::net::retry::Repeat;
use crate::platforms::app::App;
use crate::platforms::deployment::Deployment;
use crate::platforms::error::{PlatformError, Result};
use crate::redact::Secret;
use crate::wait::Wait;

/// Most that one page may hold. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Apps>
const PER_PAGE: usize = 200;

/// Most pages that are read of anything: a server that never stops offering pages is broken.
const MOST_PAGES: usize = 100;

/// Pauses before a request whose fate is unclear is sent again.
const PAUSES: [Duration; 2] = [Duration::from_secs(3), Duration::from_secs(10)];

/// Characters that are safe in one segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A client of the apps API. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct AppPlatform {
    client: Client,
    wait: Wait,
    sizes: Arc<OnceCell<cost::Prices>>,
    /// The spec that was proposed last, and the platform's sum for it.
    proposed: Arc<Mutex<Option<(Value, f64)>>>,
}

impl AppPlatform {
    pub(crate) fn new(base: Url, token: &Secret, wait: Wait) -> anyhow::Result<Self> {
        Ok(Self {
            client: Client::new(
                service(),
                base,
                "application/json",
                Some(token),
                Redirects::Refused,
                wait.clone(),
            )?,
            wait,
            sizes: Arc::default(),
            proposed: Arc::default(),
        })
    }

    pub(super) fn uncancellable(&self) -> Self {
        Self {
            client: self.client.uncancellable(),
            wait: self.wait.uncancellable(),
            ..self.clone()
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.client.now()
    }

    pub(super) fn has_met_a_limit(&self) -> bool {
        self.client.has_met_a_limit()
    }

    pub(super) async fn find(&self, name: &str) -> Result<Option<App>> {
        let mut listing = self.client.listing();
        for page in 1..=MOST_PAGES {
            let path = format!("/v2/apps?page={page}&per_page={PER_PAGE}");
            let listed: wire::NamesPage = self.answered(listing.get(&path).await)?;
            if let Some(app) = listed.apps.iter().find(|app| app.spec.name == name) {
                return self.app(&app.id).await;
            }
            if listed.apps.is_empty() || listed.links.pages.next.is_none() {
                break;
            }
        }
        Ok(None)
    }

    pub(super) async fn app(&self, id: &str) -> Result<Option<App>> {
        match self.existing(id).await {
            Ok(app) => Ok(Some(app)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The app, or the API's own 404.
    async fn existing(&self, id: &str) -> Result<App> {
        let path = app_path(id);
        let reply: wire::Reply = self.answered(self.client.get(&path).await)?;
        let app = complete(reply.app.filter(|app| app.id == id), Method::GET, &path)?;
        Ok(translate::app(app))
    }

    pub(super) async fn list(&self) -> Result<Vec<App>> {
        let mut apps: Vec<App> = Vec::new();
        let mut listing = self.client.listing();
        for page in 1..=MOST_PAGES {
            let path = format!("/v2/apps?page={page}&per_page={PER_PAGE}");
            let listed: wire::Page = self.answered(listing.get(&path).await)?;
            if listed.apps.is_none() && listed.meta.is_none() {
                return Err(incomplete(Method::GET, &path, "a list of apps").into());
            }
            let listed_apps = listed.apps.unwrap_or_default();
            let is_last = listed_apps.is_empty() || listed.links.pages.next.is_none();
            let total = listed.meta.and_then(|meta| meta.total);
            for app in listed_apps {
                let app = complete(Some(app), Method::GET, &path)?;
                // An app that is created meanwhile pushes others to the next page, where they appear again.
                if apps.iter().all(|seen| seen.id != app.id) {
                    apps.push(translate::app(app));
                }
            }
            // What is not seen would be taken for gone.
            if is_last && total.is_some_and(|total| total > apps.len() as f64) {
                return Err(incomplete(Method::GET, &path, "all of the apps that it counts").into());
            }
            if is_last {
                break;
            }
        }
        Ok(apps)
    }

    pub(super) async fn deployments(&self, app_id: &str, limit: usize) -> Result<Vec<Deployment>> {
        // Small pages: on an app with a long history a large one can take longer than the edge waits.
        let per_page = limit.clamp(1, 50);
        let mut found = Vec::new();
        let mut listing = self.client.listing();
        for page in 1..=MOST_PAGES {
            let path = format!("{}/deployments?page={page}&per_page={per_page}", app_path(app_id));
            let listed: wire::Deployments = self.answered(listing.get(&path).await)?;
            let is_last = listed.deployments.is_empty() || listed.links.pages.next.is_none();
            if listed.deployments.iter().any(|deployment| deployment.id.is_empty()) {
                return Err(incomplete(Method::GET, &path, "a deployment").into());
            }
            found.extend(listed.deployments.into_iter().map(translate::deployment));
            if is_last || found.len() >= limit {
                break;
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    pub(super) async fn deployment(&self, app_id: &str, id: &str) -> Result<Deployment> {
        let path = format!("{}/deployments/{}", app_path(app_id), segment(id));
        let reply: wire::Reply = self.answered(self.client.get(&path).await)?;
        match reply.deployment {
            Some(deployment) if deployment.id == id && !id.is_empty() => Ok(translate::deployment(deployment)),
            _ => Err(incomplete(Method::GET, &path, "a deployment").into()),
        }
    }

    pub(super) async fn cancel(&self, app_id: &str, deployment_id: &str) -> Result<()> {
        self.wait.check()?;
        let path = format!("{}/deployments/{}/cancel", app_path(app_id), segment(deployment_id));
        self.answered(self.client.send_only(Method::POST, &path, None, Repeat::Freely).await)
    }

    /// Sends until no rate limit refuses. A limit may hold a request up for minutes, so that `still` is asked before every
    /// further try.
    async fn past_limits<T>(
        &self,
        send: impl AsyncFn(&Client) -> std::result::Result<T, ApiError>,
        still: &impl AsyncFn() -> Result<()>,
    ) -> Result<std::result::Result<T, ApiError>> {
        let client = self.client.patient_for(Duration::ZERO);
        let mut refused = 0;
        loop {
            self.wait.check()?;
            let error = match send(&client).await {
                Err(error) if error.is_limit() => error,
                sent => return Ok(sent),
            };
            self.answered(self.client.outwait(error, refused).await)?;
            refused += 1;
            still().await?;
        }
    }

    /// An error that a cancellation caused is that cancellation.
    fn answered<T>(&self, answer: std::result::Result<T, ApiError>) -> Result<T> {
        match answer {
            Ok(answer) => Ok(answer),
            Err(error) => {
                if may_be_cut_short(&error) {
                    self.wait.check()?;
                }
                Err(PlatformError::from(error))
            }
        }
    }
}

/// Whether the request may have ended early because the run was cancelled.
fn may_be_cut_short(error: &ApiError) -> bool {
    !matches!(error.problem, Problem::Status { status: 400..=499, .. })
}

fn app_path(id: &str) -> String {
    format!("/v2/apps/{}", segment(id))
}

fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// As errors say it.
fn service() -> Service {
    Service {
        name: WORDS.vendor,
        token: WORDS.token,
    }
}

/// An app without an id is an answer of something else than this API.
fn complete(app: Option<wire::App>, method: Method, path: &str) -> std::result::Result<wire::App, ApiError> {
    app.filter(|app| !app.id.is_empty())
        .ok_or_else(|| incomplete(method, path, "an app"))
}

fn incomplete(method: Method, path: &str, missing: &str) -> ApiError {
    ApiError {
        service: service(),
        method,
        path: path.split('?').next().unwrap_or(path).to_owned(),
        problem: Problem::NotJson {
            status: 200,
            looks_like: format!("JSON without {missing}"),
        },
    }
}

#[cfg(test)]
mod tests;
