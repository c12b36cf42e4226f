//! A folder on disk as a cloud: an app is a file in it, and a deployment is a commit of the clone beside it, written down.

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
    App, Applied, Capabilities, CauseKind, ComponentHealth, Deployment, Diagnosis, Document, HealthState, Hold,
    LogKind, LogLine, Outcome, Platform, Result, Rollout, StepFailure, Still, Wanted, WayBack, Words,
};
use crate::model::commit::Sha;
use crate::model::report::{Cost, Pages};
use crate::model::rollout::{Built, Phase, Stage};
use crate::redact::Untrusted;
use crate::wait::Deadline;

pub(crate) mod edge;
mod manifests;

pub(crate) use manifests::FOLDER_MANIFESTS;

/// `apps/NAME.json` holds an app: its deployments, oldest first, which of them serves, and which it is held at.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    pub(crate) apps: PathBuf,
    /// The clone whose branches it deploys.
    pub(crate) clone: PathBuf,
    /// Of loopback, where its only app is asked.
    pub(crate) port: u16,
    pub(crate) rules: Rules,
}

/// In what such clouds differ.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// A rollback holds an app.
    pub(crate) pins: bool,
    /// It builds the head of a branch, and not the commit that was planned for.
    pub(crate) builds_heads: bool,
    /// A commit of that text arrives on the branch while a request waits to be sent again.
    pub(crate) arrives: Option<&'static str>,
}

/// The page of a commit that cannot be built begins so.
pub(crate) const UNBUILDABLE: &str = "unbuildable";
/// The page of a commit whose health check answers 500 begins so.
pub(crate) const UNHEALTHY: &str = "unhealthy";

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

    fn git(&self, args: &[&str]) -> String {
        let git = Command::new("git")
            .arg("-C")
            .arg(&self.clone)
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
            .args(args)
            .output()
            .expect("git");
        String::from_utf8(git.stdout).expect("text").trim().to_owned()
    }

    /// What a commit says.
    fn page(&self, commit: &str) -> String {
        self.git(&["show", &format!("{commit}:page.txt")])
    }

    fn apps(&self) -> impl Iterator<Item = App> {
        let files = fs::read_dir(&self.apps).expect("readable").flatten();
        let ids = files.filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned()));
        ids.filter_map(|id| self.app_of(&id))
    }

    /// The page of the only app.
    fn served(&self) -> Option<String> {
        let commit = self.apps().next()?.active?.commit()?;
        Some(self.page(commit.as_str()))
    }

    /// Adds a deployment, which serves at once if it can be built.
    fn deploy(&self, id: &str, document: Value, restores: Option<&str>) -> Rollout {
        let mut app = self
            .read(id)
            .unwrap_or_else(|| json!({"deployments": [], "pinned": null}));
        let earlier = restores.and_then(|restores| deployment_in(&app, restores));
        let commit = match &earlier {
            Some(earlier) => text(earlier, "commit").to_owned(),
            None if self.rules.builds_heads => self.git(&["rev-parse", text(&document, "branch")]),
            None => {
                let marks = FOLDER_MANIFESTS.marks(&document);
                marks.and_then(|marks| marks.commit).expect("the planned commit")
            }
        };
        let is_built = !self.page(&commit).starts_with(UNBUILDABLE);
        let previous = app["active"].as_str().map(str::to_owned);
        let deployments = app["deployments"].as_array_mut().expect("a list");
        let made = format!("{id}-{}", deployments.len() + 1);
        deployments.push(
            json!({"id": made, "commit": commit, "document": document, "restores": restores,
            "previous": previous, "failed": !is_built, "at": Timestamp::now().to_string()}),
        );
        if is_built {
            app["active"] = json!(made);
        }
        app["document"] = document;
        self.write(id, &app);
        Rollout {
            app_id: id.to_owned(),
            app_name: id.to_owned(),
            deployment: Some(made),
            previous,
            warnings: Vec::new(),
        }
    }

    fn pin(&self, id: &str, deployment: Value) {
        let mut stored = self.read(id).expect("the app");
        stored["pinned"] = deployment;
        self.write(id, &stored);
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
            url: Some(format!("http://127.0.0.1:{}", self.port)).filter(|_| document.facts().has_http),
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
        phase: match it["failed"] == json!(true) {
            true => Phase::Failed,
            false if it["id"] == app["active"] => Phase::Active,
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
        failures: match it["failed"] == json!(true) {
            true => vec![build_failure()],
            false => Vec::new(),
        },
        telling_logs: &[LogKind::Build],
        document: Some(document(&it["document"])),
    };
    app["deployments"].as_array().expect("a list").iter().map(one).collect()
}

fn build_failure() -> StepFailure {
    StepFailure {
        component: Some("files".to_owned()),
        stage: Stage::Build,
        code: "BadPage".to_owned(),
        message: Untrusted::new("bad page"),
        diagnosis: Some(Diagnosis {
            why: "the page is not one that a folder can hold".to_owned(),
            next: "write another page".to_owned(),
        }),
    }
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
            builds_branch_heads: self.rules.builds_heads,
            pins_rollbacks: self.rules.pins,
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
        Ok(self.apps().collect())
    }

    async fn check(&self, document: &Document, _: Option<&str>) -> Result<Document> {
        Ok(document.clone())
    }

    async fn apply(&self, live: Option<&App>, wanted: &Wanted<'_>, still: Still<'_>) -> Result<Applied> {
        let document = wanted.document;
        if let Some(text) = self.rules.arrives {
            self.git(&["commit", "--quiet", "--allow-empty", "--message", text]);
            still().await?;
        }
        let id = live.map_or(document.name(), |app| &app.id);
        Ok(Applied {
            rollout: self.deploy(id, document.value().clone(), None),
            document: document.clone(),
            stays_awake: false,
        })
    }

    async fn redeploy(&self, app: &App, _: bool, _: Still<'_>) -> Result<Rollout> {
        Ok(self.deploy(&app.id, app.document.value().clone(), None))
    }

    async fn follow(
        &self,
        rollout: &Rollout,
        _: Deadline,
        on_change: &mut dyn for<'d> FnMut(&'d Deployment),
    ) -> Result<Outcome> {
        let all = deployments(&self.read(&rollout.app_id).expect("the app"));
        let ended = all.into_iter().find(|it| Some(&it.id) == rollout.deployment.as_ref());
        let ended = ended.expect("the deployment");
        on_change(&ended);
        Ok(match ended.phase {
            Phase::Failed => Outcome::Failed {
                deployment: ended,
                rollback: None,
            },
            _ => Outcome::Active(ended),
        })
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

    async fn logs(
        &self,
        app_id: &str,
        deployment: Option<&str>,
        _: Option<&str>,
        kind: LogKind,
        _: usize,
    ) -> Result<Option<Vec<LogLine>>> {
        let stored = self.read(app_id).expect("the app");
        let built = deployment
            .filter(|_| kind == LogKind::Build)
            .and_then(|id| deployment_in(&stored, id));
        let line = |built: Value| LogLine {
            component: Some("files".to_owned()),
            time: None,
            text: Untrusted::new(format!("page.txt says: {}", self.page(text(&built, "commit")))),
        };
        Ok(built.map(|built| vec![line(built)]))
    }

    async fn follow_log(
        &self,
        _: &str,
        _: Option<&str>,
        _: Option<&str>,
        _: LogKind,
        _: &mut dyn FnMut(LogLine),
    ) -> Result<Option<()>> {
        Ok(None)
    }

    async fn check_way_back(&self, _: &App, _: &Deployment, _: Hold) -> Result<WayBack> {
        Ok(WayBack {
            objection: None,
            warnings: Vec::new(),
        })
    }

    async fn roll_back(&self, app: &App, earlier: &Deployment, hold: Hold) -> Result<Rollout> {
        let document = earlier.document.as_ref().expect("every deployment has one");
        let rollout = self.deploy(&app.id, document.value().clone(), Some(&earlier.id));
        if self.rules.pins && hold == Hold::Pin {
            self.pin(&app.id, json!(rollout.deployment));
        }
        Ok(rollout)
    }

    async fn release(&self, app: &App) -> Result<()> {
        self.pin(&app.id, Value::Null);
        Ok(())
    }

    async fn list_price(&self, document: &Document) -> Result<Cost> {
        self.cost(document, None).await
    }

    async fn cost(&self, _: &Document, _: Option<&str>) -> Result<Cost> {
        Ok(Cost {
            awake: 0.0,
            asleep: None,
        })
    }
}
