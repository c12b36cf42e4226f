//! `folder.json`, the manifest of an app in a folder: its name, and what it is built from.

use serde_json::{Value, json};

use crate::model::app_identity::AppIdentity;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::marks::Marks;
use crate::model::names;
use crate::model::report::Sleep;
use crate::model::words::{Edge, Scopes, Words};
use crate::platforms::dialect::Dialect;
use crate::platforms::document::Document;
use crate::platforms::facts::{Component, Facts, Question};
use crate::platforms::inspection::{Around, Inspection};
use crate::platforms::manifest::{Manifest, Places};
use crate::platforms::manifests::Manifests;
use crate::platforms::plan::{DatabaseChoice, PreviewInput, PreviewPlan, ProductionInput, ProductionPlan};
use crate::platforms::scaffold::{First, Portable, Tree};
use crate::platforms::source::{Source, SourceKind};
use crate::policy::replace::Replace;
use crate::redact::Secret;

#[derive(Debug)]
pub(crate) struct FolderManifests;

pub(crate) static FOLDER_MANIFESTS: FolderManifests = FolderManifests;

static WORDS: Words = Words {
    vendor: "Folder",
    token: "FOLDER_TOKEN",
    input: "folder-token",
    token_page: "https://folder.example/tokens",
    team: "shelf",
    access_page: "https://folder.example/access",
    longest_name: 255,
    manifest: "folder file",
    document: "file",
    panel: "shelf's list",
    push_trigger: "watch",
    restore: "put the folder back",
    edge: Edge {
        server: "folder",
        app_origin: "x-folder",
        failure_code: "x-folder-failure",
        no_route: "none",
        error_pages: &[],
        guard: "key",
    },
    other_actions: &[],
    scopes: Scopes {
        production: &["write"],
        previews: &["write"],
        project: &[],
    },
};

pub(super) fn text<'a>(document: &'a Value, key: &str) -> &'a str {
    document.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The manifest's document, changed as an app of the repository has it.
fn planned(manifest: &Manifest, name: &str, branch: &str, marks: &Marks) -> Document {
    let mut document = manifest.value().clone();
    document["name"] = json!(name);
    document["branch"] = json!(branch);
    document["marks"] = json!(marks.envs());
    Document::new(document, &FOLDER_MANIFESTS)
}

fn marks_of(app: &AppIdentity, repository: u64, environment: Environment, commit: &Sha) -> Marks {
    Marks {
        repository,
        app: app.mark().map(str::to_owned),
        environment,
        commit: Some(commit.as_str().to_owned()),
    }
}

impl Manifests for FolderManifests {
    fn usual_files(&self) -> &'static [&'static str] {
        &["folder.json"]
    }

    fn files_one_folder_down(&self) -> &'static [&'static str] {
        &["folder.json"]
    }

    fn folders(&self) -> &'static [&'static str] {
        &[]
    }

    fn words_in_names(&self) -> &'static [&'static str] {
        &[]
    }

    fn endings(&self) -> &'static [&'static str] {
        &["json"]
    }

    fn is_manifest(&self, text: &str) -> bool {
        serde_json::from_str::<Value>(text).is_ok()
    }

    fn read(&self, text: &str, file: &str) -> Result<Manifest, Failure> {
        let value: Value = serde_json::from_str(text).map_err(|error| Failure::input(error.to_string()))?;
        Ok(Manifest {
            document: Document::new(value, &FOLDER_MANIFESTS),
            file: file.to_owned(),
            places: Places::default(),
        })
    }

    fn inspect(&self, _: &str, _: &str, _: Around<'_>) -> Inspection {
        Inspection::default()
    }

    fn wanted_files(&self, _: &Manifest) -> Vec<String> {
        Vec::new()
    }

    fn plan_preview(&self, manifest: &Manifest, input: &PreviewInput<'_>) -> Result<PreviewPlan, Failure> {
        let pull = input.pull_request;
        let name = names::preview_app(manifest.name(), pull.number, input.repository_id, WORDS.longest_name);
        let environment = Environment::Preview(pull.number);
        let marks = marks_of(input.app, input.repository_id, environment, input.commit);
        Ok(PreviewPlan {
            document: planned(manifest, &name, &pull.head.branch, &marks),
            name,
            changes: Vec::new(),
            database: DatabaseChoice {
                mode: None,
                why: String::new(),
            },
            sleep: self.no_sleep(),
            unset: Vec::new(),
            warnings: Vec::new(),
            loss: None,
        })
    }

    fn plan_production(&self, manifest: &Manifest, input: &ProductionInput<'_>) -> Result<ProductionPlan, Failure> {
        let marks = marks_of(input.app, input.repository_id, input.environment.clone(), input.commit);
        Ok(ProductionPlan {
            name: manifest.name().to_owned(),
            document: planned(manifest, manifest.name(), input.branch, &marks),
            changes: Vec::new(),
            warnings: Vec::new(),
            taken: Vec::new(),
        })
    }

    fn locate_refused(&self, _: &Manifest, failure: Failure, _: &str, _: &Document) -> Failure {
        failure
    }

    fn scaffold(&self, _: &Tree<'_>, _: &str, _: &str) -> Result<First, Failure> {
        Err(Failure::input("write `folder.json`"))
    }
}

impl Dialect for FolderManifests {
    fn words(&self) -> &'static Words {
        &WORDS
    }

    fn name<'a>(&self, document: &'a Value) -> &'a str {
        text(document, "name")
    }

    fn facts(&self, document: &Value) -> Facts {
        let source = Source {
            component: "files".to_owned(),
            kind: SourceKind::GitHub,
            repo: text(document, "repository").to_owned(),
            branch: Some(text(document, "branch").to_owned()).filter(|branch| !branch.is_empty()),
            place: text(document, "repository").to_owned(),
        };
        Facts {
            components: vec![Component {
                name: "files".to_owned(),
                is_job: false,
                sleeps: false,
                sources: vec![source],
                digest: None,
                announcement: None,
            }],
            has_http: !text(document, "health").is_empty(),
            ..Facts::default()
        }
    }

    fn marks(&self, document: &Value) -> Option<Marks> {
        let pairs: Vec<(String, String)> = serde_json::from_value(document.get("marks")?.clone()).ok()?;
        Marks::read(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())))
    }

    fn questions(&self, document: &Value, _: &str, _: &[String]) -> Vec<Question> {
        let path = Some(text(document, "health")).filter(|path| !path.is_empty());
        path.map(|path| Question::Health(path.to_owned())).into_iter().collect()
    }

    fn roots_of_checked(&self, _: &Value, _: &str, _: &[String]) -> Vec<String> {
        Vec::new()
    }

    fn front(&self, _: &Value, _: &str, _: &[String]) -> Option<String> {
        None
    }

    fn runs_at(&self, _: &Value, _: &str, _: &str, _: &[String]) -> bool {
        true
    }

    fn public_components(&self, _: &Value, _: &str) -> Vec<(String, String)> {
        Vec::new()
    }

    fn shown_by(&self, document: &Value, _: &Value) -> Value {
        document.clone()
    }

    fn secret_names(&self, _: &Value) -> Vec<String> {
        Vec::new()
    }

    fn secret_values(&self, _: &Value) -> Vec<Secret> {
        Vec::new()
    }

    fn secrets_given(&self, _: &Value, _: &Value) -> Vec<String> {
        Vec::new()
    }

    fn difference(&self, old: &Value, new: &Value) -> String {
        if old == new {
            String::new()
        } else {
            format!("-{old}\n+{new}\n")
        }
    }

    fn without_commit(&self, document: &Value) -> Value {
        let mut document = document.clone();
        document["marks"] = Value::Null;
        document
    }

    fn show(&self, document: &Value, clean: &dyn Fn(&str) -> String) -> String {
        clean(&document.to_string())
    }

    fn taken_by_going_back(&self, _: &Value, _: &Value, _: &Replace) -> Result<Vec<(String, String)>, Failure> {
        Ok(Vec::new())
    }

    fn export(&self, live: &Value) -> Portable {
        Portable {
            text: live.to_string(),
            secrets: Vec::new(),
            passwords: Vec::new(),
            credentials: Vec::new(),
        }
    }

    fn no_sleep(&self) -> Sleep {
        Sleep::Never("a folder is always awake".to_owned())
    }
}
