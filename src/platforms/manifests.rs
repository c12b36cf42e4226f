//! How a platform's manifests are found, read and planned. Pure: no network, no clock, no token.

use super::dialect::Dialect;
use super::document::Document;
use super::inspection::{Around, Inspection};
use super::manifest::Manifest;
use super::plan::{PreviewInput, PreviewPlan, ProductionInput, ProductionPlan};
use super::scaffold::{First, Tree};
use crate::model::failure::Failure;

pub(crate) trait Manifests: Dialect {
    /// Where a manifest is, unless it is named, best first.
    fn usual_files(&self) -> &'static [&'static str];

    /// Where it is in a folder of the top, best first, unless it is in one of those.
    fn files_one_folder_down(&self) -> &'static [&'static str];

    /// Folders of the top each of whose files may be one, whatever it is called.
    fn folders(&self) -> &'static [&'static str];

    /// Words in the names of those files at the top that may be one.
    fn words_in_names(&self) -> &'static [&'static str];

    /// Whether a file of that name, without its folder, is a manifest of this platform, as its own tools name them.
    fn is_called(&self, name: &str) -> bool {
        let usual = self.usual_files().iter();
        usual
            .filter_map(|path| path.rsplit('/').next())
            .any(|usual| usual == name)
    }

    /// The endings of manifests that are named, whatever else they are called: `yaml`.
    fn endings(&self) -> &'static [&'static str];

    /// Whether a text is such a manifest, be it right or wrong.
    fn is_manifest(&self, text: &str) -> bool;

    /// Reads a manifest. `file` is what errors call it.
    ///
    /// # Errors
    /// What is wrong with it, with line and column.
    fn read(&self, text: &str, file: &str) -> Result<Manifest, Failure>;

    /// Everything that is wrong or doubtful in a text, which need not be a manifest. `file` is what it is called.
    fn inspect(&self, text: &str, file: &str, around: Around<'_>) -> Inspection;

    /// The paths of the repository's files whose texts the plan of a preview asks for.
    fn wanted_files(&self, manifest: &Manifest) -> Vec<String>;
    /// What a preview is sent.
    ///
    /// # Errors
    /// Where it would touch production or cannot work.
    fn plan_preview(&self, manifest: &Manifest, input: &PreviewInput<'_>) -> Result<PreviewPlan, Failure>;
    /// What production, or another named environment, is sent.
    ///
    /// # Errors
    /// A foreign app, settings that would be lost, missing secrets.
    fn plan_production(&self, manifest: &Manifest, input: &ProductionInput<'_>) -> Result<ProductionPlan, Failure>;
    /// Puts the place of what a refusal's `message` names on a failure, where the file has it as it was sent.
    fn locate_refused(&self, manifest: &Manifest, failure: Failure, message: &str, sent: &Document) -> Failure;

    /// The first manifest of a repository, made from its files.
    ///
    /// # Errors
    /// When there is no project that is known, or more than one folder has one.
    fn scaffold(&self, tree: &Tree<'_>, repository: &str, branch: &str) -> Result<First, Failure>;
}
