//! Several apps of one repository, each with a manifest of its own.

mod changed_entries;
mod commands;
mod comment;
mod concurrent;
mod each_app;
mod killed;
mod previews;
mod production;
mod refused;
mod removal;

use serde_json::Value;

use crate::harness::{Change, FIRST_MIGRATION, Tester, spec};

/// A front end that is told where the API is, and the API.
pub(super) const CONFIG: &str = "\
[apps.front]
spec = \"front/app.yaml\"
paths = [\"front/**\"]
preview.env = { API_URL = \"${apps.api.url}\" }

[apps.api]
spec = \"api/app.yaml\"
paths = [\"api/**\"]
";

/// The same without an order between them.
pub(super) fn unlinked() -> String {
    CONFIG.replace("preview.env = { API_URL = \"${apps.api.url}\" }\n", "")
}

/// The app spec of the notes service in a folder of the repository, under that name.
pub(super) fn manifest(name: &str, folder: &str) -> String {
    let whole = spec("name: shop\n", &format!("name: {name}\n"));
    let service = &whole[..whole.find("jobs:").expect("the spec has a job")];
    let start = "    run_command:";
    service.replace(start, &format!("    source_dir: {folder}\n{start}"))
}

/// A commit that changes an app's version.
pub(super) fn version(folder: &str, label: &str) -> Change {
    Change::version(label).file(&format!("{folder}/VERSION"), &format!("{label}\n"))
}

/// The same of a version that cannot start.
pub(super) fn broken(folder: &str, label: &str) -> Change {
    version(folder, label).file(&format!("{folder}/CRASH"), "KeyError: 'SECRET' is missing\n")
}

/// Both apps.
pub(super) fn both(label: &str) -> Change {
    let mut change = Change::version(label).config(CONFIG);
    for folder in ["front", "api"] {
        let manifest_name = format!("shop-{folder}");
        change = change
            .file(&format!("{folder}/app.yaml"), &manifest(&manifest_name, folder))
            .file(&format!("{folder}/VERSION"), &format!("{label}\n"))
            .file(&format!("{folder}/migrations/001_notes.sql"), FIRST_MIGRATION);
    }
    change
}

/// What GitHub shows of an environment's deployments, newest first: the app and how it stands.
async fn records(t: &Tester, environment: &str) -> Vec<String> {
    let all = t.deployments(environment).await;
    let record = |it: &Value| format!("{} {}", it["payload"]["app"], it["state"]).replace('"', "");
    all.iter().map(record).collect()
}
