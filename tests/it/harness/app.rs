//! The app under test: the notes service that ships with the binary, and the changes that a test commits to it.

use serde_json::{Value, json};

use super::controls::Api;
use super::gate::Gate;
use super::tester::Tester;

/// The notes service's app spec, as a team would write it: a migration as PRE_DEPLOY job and a health check.
///
/// A job's disk is not the service's, so production starts without its notes' table and a preview has it: that is
/// how a test sees where the migration ran.
pub(crate) const SPEC: &str = "\
name: shop
region: fra
services:
  - name: web
    github:
      repo: org/shop
      branch: main
    run_command: do-deploy demo-app serve
    http_port: 8080
    instance_count: 1
    instance_size_slug: apps-s-1vcpu-0.5gb
    health_check:
      http_path: /health
    envs:
      - key: DATABASE_URL
        scope: RUN_TIME
        value: sqlite:////tmp/notes.db
jobs:
  - name: migrate
    kind: PRE_DEPLOY
    github:
      repo: org/shop
      branch: main
    run_command: do-deploy demo-app migrate
    instance_size_slug: apps-s-1vcpu-0.5gb
    envs:
      - key: DATABASE_URL
        scope: RUN_TIME
        value: sqlite:////tmp/notes.db
";

/// Where the spec stands in the repository.
pub(crate) const SPEC_FILE: &str = ".do/app.yaml";

pub(crate) const FIRST_MIGRATION: &str = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);\n";

/// The spec with something replaced; the test fails where `from` is not in it.
#[track_caller]
pub(crate) fn spec(from: &str, to: &str) -> String {
    assert!(SPEC.contains(from), "the spec has no {from:?}");
    SPEC.replace(from, to)
}

/// The spec of an app whose build waits at a gate.
pub(crate) fn built_at(gate: &Gate) -> String {
    let start = "    run_command: do-deploy demo-app serve";
    spec(start, &format!("    build_command: {}\n{start}", gate.wait()))
}

/// The spec without its migration job.
pub(crate) fn without_job() -> String {
    let at = SPEC.find("jobs:").expect("the spec has a job");
    SPEC[..at].to_owned()
}

impl Tester {
    /// The notes service as someone deployed it by hand, so without our marks; `change` is made to its spec.
    pub(crate) async fn app_by_hand(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let mut spec = json!({
            "name": name, "region": "fra",
            "services": [{
                "name": "web", "run_command": "do-deploy demo-app serve", "http_port": 8080,
                "instance_count": 1, "instance_size_slug": "apps-s-1vcpu-0.5gb",
                "github": { "repo": "org/shop", "branch": "main" },
                "envs": [{ "key": "DATABASE_URL", "scope": "RUN_TIME", "value": "sqlite:////tmp/notes.db" }],
            }],
        });
        change(&mut spec);
        self.call(Api::DigitalOcean, "POST", "/v2/apps", Some(&json!({ "spec": spec })))
            .await
            .expect(200);
        self.settled().await;
    }

    /// Someone changes the spec of a living app in the control panel; its deployment has ended.
    pub(crate) async fn change_in_panel(&self, name: &str, change: impl FnOnce(&mut Value)) {
        self.begin_change_in_panel(name, change).await;
        self.settled().await;
    }

    /// The same while its deployment is under way. Gives the API's answer.
    pub(crate) async fn begin_change_in_panel(&self, name: &str, change: impl FnOnce(&mut Value)) -> Value {
        let app = self.app(name).await;
        let mut spec = app["spec"].clone();
        change(&mut spec);
        let path = format!("/v2/apps/{}", app["id"].as_str().expect("an id"));
        let sent = self
            .call(Api::DigitalOcean, "PUT", &path, Some(&json!({ "spec": spec })))
            .await;
        sent.expect(200)
    }
}

/// A health check that no version of the notes service passes.
pub(crate) const FAILING_CHECK: &str = "[health]\ntimeout = \"5s\"\nchecks = [{ path = \"/nowhere\", status = 200 }]\n";

/// An app-level env of an app as DigitalOcean gives it.
#[track_caller]
pub(crate) fn app_env<'a>(app: &'a Value, key: &str) -> &'a Value {
    let envs = app["spec"]["envs"].as_array().map(Vec::as_slice).unwrap_or_default();
    let found = envs.iter().find(|env| env["key"] == key);
    found.unwrap_or_else(|| panic!("there is no app-level env `{key}`: {envs:#?}"))
}

/// What one commit changes. Its label is the version that the service says it has, the commit's message, and what
/// the commit is called in snapshots.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) label: String,
    pub(crate) author: String,
    /// Path and new text; `None` removes the file.
    pub(crate) files: Vec<(String, Option<String>)>,
}

impl Change {
    pub(crate) fn version(label: &str) -> Self {
        Self {
            label: label.to_owned(),
            author: "contributor".to_owned(),
            files: vec![("VERSION".to_owned(), Some(format!("{label}\n")))],
        }
    }

    /// A version that prints `last_words` and ends with 1 when it is started.
    pub(crate) fn broken(label: &str, last_words: &str) -> Self {
        Self::version(label).file("CRASH", last_words)
    }

    /// Everything that the notes service consists of.
    pub(crate) fn whole_app(label: &str) -> Self {
        Self::version(label)
            .file(SPEC_FILE, SPEC)
            .file("migrations/001_notes.sql", FIRST_MIGRATION)
    }

    #[must_use]
    pub(crate) fn file(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.to_owned(), Some(text.to_owned())));
        self
    }

    #[must_use]
    pub(crate) fn spec(self, text: &str) -> Self {
        self.file(SPEC_FILE, text)
    }

    #[must_use]
    pub(crate) fn config(self, text: &str) -> Self {
        self.file("do-deploy.toml", text)
    }

    #[must_use]
    pub(crate) fn without(mut self, path: &str) -> Self {
        self.files.push((path.to_owned(), None));
        self
    }

    /// The author's name, which is the login that GitHub sees; ending in `[bot]` it is a bot's.
    #[must_use]
    pub(crate) fn by(mut self, author: &str) -> Self {
        author.clone_into(&mut self.author);
        self
    }
}

impl From<&str> for Change {
    fn from(label: &str) -> Self {
        Self::version(label)
    }
}
