//! What tests of other modules need of platforms: an app to begin with, and a second platform, the smallest that can be.

use super::app::App;
use super::app_platform::APP_SPEC;
use super::dialect::Dialect as _;
use super::manifests::Manifests as _;
use crate::model::words::Words;

#[cfg(feature = "sandbox")]
pub(crate) mod folder;

/// The words of a platform that has them all.
pub(crate) fn usual_words() -> &'static Words {
    APP_SPEC.words()
}

/// An app that was just created: nothing serves yet, and it has no marks.
pub(crate) fn new_app(id: &str, name: &str) -> App {
    let manifest = APP_SPEC.read(
        "name: shop\nworkers: [{name: queue, github: {repo: a/b, branch: main}}]\n",
        "app.yaml",
    );
    App {
        id: id.to_owned(),
        name: name.to_owned(),
        url: None,
        url_is_refused: false,
        ingress: None,
        domain: None,
        marks: None,
        document: manifest.expect("a manifest").document().clone(),
        created_at: None,
        updated_at: None,
        last_deployed_at: None,
        active: None,
        in_progress: None,
        pinned: None,
        known: Vec::new(),
    }
}
