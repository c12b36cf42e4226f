//! App specs as manifests: where they are, how they are read, and what is planned from them.

use super::dialect::AppSpec;
use super::{check, parse, preview, production, refused, scaffold, start};
use crate::model::failure::Failure;
use crate::platforms::document::Document;
use crate::platforms::inspection::{Around, Inspection};
use crate::platforms::manifest::Manifest;
use crate::platforms::manifests::Manifests;
use crate::platforms::plan::{PreviewInput, PreviewPlan, ProductionInput, ProductionPlan};
use crate::platforms::scaffold::{First, Tree};

/// The usual places, best first.
const USUAL: [&str; 7] = [
    ".do/app.yaml",
    ".do/app.yml",
    "app.yaml",
    "app-spec.yaml",
    "app-spec.yml",
    ".digitalocean/app.yaml",
    ".digitalocean/app.yml",
];
const ONE_FOLDER_DOWN: [&str; 3] = [".do/app.yaml", ".do/app.yml", "app.yaml"];
const FOLDERS: [&str; 2] = [".do", ".digitalocean"];
const WORDS_IN_NAMES: [&str; 2] = ["digitalocean", "spec"];

impl Manifests for AppSpec {
    fn usual_files(&self) -> &'static [&'static str] {
        &USUAL
    }

    fn files_one_folder_down(&self) -> &'static [&'static str] {
        &ONE_FOLDER_DOWN
    }

    fn folders(&self) -> &'static [&'static str] {
        &FOLDERS
    }

    fn words_in_names(&self) -> &'static [&'static str] {
        &WORDS_IN_NAMES
    }

    fn endings(&self) -> &'static [&'static str] {
        &["yaml", "yml", "json"]
    }

    fn is_manifest(&self, text: &str) -> bool {
        parse::is_spec(text)
    }

    fn read(&self, text: &str, file: &str) -> Result<Manifest, Failure> {
        parse::parse(text, file)
    }

    fn inspect(&self, text: &str, file: &str, around: Around<'_>) -> Inspection {
        match parse::read(text, file) {
            Ok(spec) => check::inspect(&spec, around),
            Err(failure) => check::unreadable(failure, text),
        }
    }

    fn wanted_files(&self, manifest: &Manifest) -> Vec<String> {
        start::wanted_files(manifest)
    }

    fn plan_preview(&self, manifest: &Manifest, input: &PreviewInput<'_>) -> Result<PreviewPlan, Failure> {
        preview::plan(manifest, input)
    }

    fn plan_production(&self, manifest: &Manifest, input: &ProductionInput<'_>) -> Result<ProductionPlan, Failure> {
        production::plan(manifest, input)
    }

    fn locate_refused(&self, manifest: &Manifest, failure: Failure, message: &str, sent: &Document) -> Failure {
        refused::locate(manifest, failure, message, sent.value())
    }

    fn scaffold(&self, tree: &Tree<'_>, repository: &str, branch: &str) -> Result<First, Failure> {
        scaffold::first(tree, repository, branch)
    }
}
