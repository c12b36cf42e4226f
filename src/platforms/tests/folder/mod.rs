//! A folder on disk as a cloud: an app is a folder in it, and a deployment is the head of a branch, written down.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Value, json};

use self::manifests::text;
use super::super::deployment::Cause;
use super::super::dialect::Dialect as _;
use super::super::{
    App, Capabilities, CauseKind, ComponentHealth, Deployment, Diagnosis, Document, HealthState, LogKind, LogLine,
    Platform, Result, Rollout, Still, Validation, Words,
};
use crate::model::commit::Sha;
use crate::model::report::{Cost, Pages};
use crate::model::rollout::{Built, Phase};
use crate::redact::Clean;
use crate::wait::Deadline;

mod manifests;

pub(crate) use manifests::FOLDER_MANIFESTS;

/// `apps/NAME.json` holds an app: its deployments, oldest first, which of them serves, and which it is held at.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    pub(crate) apps: PathBuf,
    /// The clone whose branches it deploys.
    pub(crate) clone: PathBuf,
    /// Whether a rollback holds an app.
    pub(crate) pins: bool,
}

impl Folder {
    fn file(&self, id: &str) -> PathBuf {
        self.apps.join(format!("{id}.json"))
    }

    fn read(&self, id: &str) -> Option<Value> {
        let text = fs::read_to_string(self.file(id)).ok()?;
        Some(serde_json::from_str(&text).expect("what was written"))
    }

    fn write(&self, id: &str, app: &Value) {
        fs::write(self.file(id), app.to_string()).expect("writable");
    }

    fn head(&self, branch: &str) -> String {
        let git = Command::new("git")
            .arg("-C")
            .arg(&self.clone)
            .args(["rev-parse", branch])
            .output()
            .expect("git");
        String::from_utf8(git.stdout).expect("text").trim().to_owned()
    }

    /// Adds a deployment, which serves at once.
    fn deploy(&self, id: &str, document: Value, restores: Option<&str>) -> Rollout {
        let mut app = self
            .read(id)
            .unwrap_or_else(|| json!({"deployments": [], "pinned": null}));
        let earlier = restores.and_then(|restores| deployment_in(&app, restores));
        let commit = match &earlier {
            Some(earlier) => text(earlier, "commit").to_owned(),
            None => self.head(text(&document, "branch")),
        };
        let previous = app["active"].as_str().map(str::to_owned);
        let deployments = app["deployments"].as_array_mut().expect("a list");
        let made = format!("{id}-{}", deployments.len() + 1);
        deployments.push(
            json!({"id": made, "commit": commit, "document": document, "restores": restores,
            "previous": previous, "at": Timestamp::now().to_string()}),
        );
        app["active"] = json!(made);
        app["document"] = document;
        self.write(id, &app);
        Rollout {
            app_id: id.to_owned(),
            app_name: id.to_owned(),
            deployment: Some(made),
            previous,
            sleep_dropped: false,
            warnings: Vec::new(),
        }
    }

    fn app_of(&self, id: &str) -> Option<App> {
        let stored = self.read(id)?;
        let document = document(&stored["document"]);
        let all = deployments(&stored);
        let named = |key: &str| all.iter().find(|it| it.id == text(&stored, key)).cloned();
        let last = all.last().and_then(|it| it.created_at);
        Some(App {
            id: id.to_owned(),
            name: id.to_owned(),
            url: None,
            url_is_refused: false,
            ingress: None,
            domain: None,
            marks: document.marks(),
            document,
            created_at: all.first().and_then(|it| it.created_at),
            updated_at: last,
            last_deployed_at: last,
            active: named("active"),
            in_progress: None,
            pinned: named("pinned"),
            known: all.iter().map(|it| it.id.clone()).collect(),
        })
    }
}

fn document(value: &Value) -> Document {
    Document::new(value.clone(), &FOLDER_MANIFESTS)
}

fn deployment_in(app: &Value, id: &str) -> Option<Value> {
    let all = app["deployments"].as_array()?;
    all.iter().find(|it| text(it, "id") == id).cloned()
}

/// Oldest first.
fn deployments(app: &Value) -> Vec<Deployment> {
    let one = |it: &Value| Deployment {
        id: text(it, "id").to_owned(),
        phase: match it["id"] == app["active"] {
            true => Phase::Active,
            false => Phase::Superseded,
        },
        cause: Cause {
            kind: match it["restores"].is_null() {
                true => CauseKind::Manual,
                false => CauseKind::Rollback,
            },
            text: "asked for".to_owned(),
            user: None,
        },
        created_at: text(it, "at").parse().ok(),
        phase_since: text(it, "at").parse().ok(),
        previous: it["previous"].as_str().map(str::to_owned),
        restores: it["restores"].as_str().map(str::to_owned),
        built: vec![("files".to_owned(), Built::Commit(Sha::new(text(it, "commit"))))],
        steps: Vec::new(),
        failures: Vec::new(),
        document: Some(document(&it["document"])),
    };
    app["deployments"].as_array().expect("a list").iter().map(one).collect()
}

#[async_trait(?Send)]
impl Platform for Folder {
    fn uncancellable(&self) -> Arc<dyn Platform> {
        Arc::new(self.clone())
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn pages(&self) -> Option<Pages> {
        None
    }

    fn words(&self) -> &'static Words {
        FOLDER_MANIFESTS.words()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            builds_branch_heads: true,
            pins_rollbacks: self.pins,
            keeps: usize::MAX,
        }
    }

    fn has_met_a_limit(&self) -> bool {
        false
    }

    async fn find(&self, name: &str) -> Result<Option<App>> {
        Ok(self.app_of(name))
    }

    async fn app(&self, id: &str) -> Result<Option<App>> {
        Ok(self.app_of(id))
    }

    async fn list(&self) -> Result<Vec<App>> {
        let files = fs::read_dir(&self.apps).expect("readable").flatten();
        let ids = files.filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned()));
        Ok(ids.filter_map(|id| self.app_of(&id)).collect())
    }

    async fn create(&self, document: &Document, _: Option<&str>, _: Still<'_>) -> Result<Rollout> {
        let name = text(document.value(), "name").to_owned();
        Ok(self.deploy(&name, document.value().clone(), None))
    }

    async fn update(&self, app: &App, document: &Document, _: Still<'_>) -> Result<Rollout> {
        Ok(self.deploy(&app.id, document.value().clone(), None))
    }

    async fn redeploy(&self, app: &App, _: bool, _: Still<'_>) -> Result<Rollout> {
        Ok(self.deploy(&app.id, app.document.value().clone(), None))
    }

    async fn wait(
        &self,
        rollout: &Rollout,
        _: Deadline,
        on_change: &mut dyn for<'d> FnMut(&'d Deployment),
    ) -> Result<Deployment> {
        let all = deployments(&self.read(&rollout.app_id).expect("the app"));
        let ended = all.into_iter().find(|it| Some(&it.id) == rollout.deployment.as_ref());
        let ended = ended.expect("the deployment");
        on_change(&ended);
        Ok(ended)
    }

    async fn current_deployment(&self, app_id: &str) -> Result<Option<Deployment>> {
        Ok(self.app_of(app_id).and_then(|app| app.active))
    }

    async fn serving(&self, app_id: &str, _: &str, _: Deadline) -> Result<Option<App>> {
        Ok(self.app_of(app_id))
    }

    async fn deployments(&self, app_id: &str, limit: usize) -> Result<Vec<Deployment>> {
        let mut all = self.read(app_id).map(|app| deployments(&app)).unwrap_or_default();
        all.reverse();
        all.truncate(limit);
        Ok(all)
    }

    async fn cancel(&self, _: &str, _: &str) -> Result<()> {
        Ok(())
    }

    async fn destroy(&self, app_id: &str, _: Deadline, still: Still<'_>) -> Result<()> {
        still().await?;
        fs::remove_file(self.file(app_id)).expect("there");
        Ok(())
    }

    async fn health(&self, _: &str) -> Result<Vec<ComponentHealth>> {
        Ok(vec![ComponentHealth {
            name: "files".to_owned(),
            state: HealthState::Healthy,
            ready: 1,
            desired: 1,
        }])
    }

    async fn sleeping(&self, _: &str) -> Result<Option<bool>> {
        Ok(Some(false))
    }

    async fn logs(
        &self,
        _: &str,
        _: Option<&str>,
        _: Option<&str>,
        _: LogKind,
        _: usize,
    ) -> Result<Option<Vec<LogLine>>> {
        Ok(None)
    }

    async fn follow(
        &self,
        _: &str,
        _: Option<&str>,
        _: Option<&str>,
        _: LogKind,
        _: &mut dyn FnMut(LogLine),
    ) -> Result<Option<()>> {
        Ok(None)
    }

    async fn rollback(&self, app: &App, deployment_id: &str, skip_pin: bool) -> Result<Rollout> {
        let earlier = deployment_in(&self.read(&app.id).expect("the app"), deployment_id).expect("the deployment");
        let rollout = self.deploy(&app.id, earlier["document"].clone(), Some(deployment_id));
        if self.pins && !skip_pin {
            let mut stored = self.read(&app.id).expect("the app");
            stored["pinned"] = json!(rollout.deployment);
            self.write(&app.id, &stored);
        }
        Ok(rollout)
    }

    async fn validate_rollback(&self, _: &str, _: &str, _: bool) -> Result<Validation> {
        Ok(Validation {
            valid: true,
            error: None,
            warnings: Vec::new(),
        })
    }

    async fn commit_rollback(&self, app_id: &str) -> Result<()> {
        let mut stored = self.read(app_id).expect("the app");
        stored["pinned"] = Value::Null;
        self.write(app_id, &stored);
        Ok(())
    }

    async fn normalized(&self, document: &Document, _: Option<&str>) -> Result<Document> {
        Ok(document.clone())
    }

    async fn cost(&self, _: &Document, _: Option<&str>) -> Result<Cost> {
        Ok(Cost {
            awake: 0.0,
            asleep: None,
        })
    }

    fn explain(&self, _: &str, _: &Clean) -> Option<Diagnosis> {
        None
    }
}
