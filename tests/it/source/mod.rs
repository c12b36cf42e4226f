//! Where a file is read: as it is at the commit that is deployed, whatever lies in the working directory.

mod base_branch;
mod hostile_git_config;
mod local_checkout;
mod repository_names;
mod shape_and_policy;
mod unproven_checkout;
mod usual_places;
mod workflow_checkout;

use std::sync::Arc;

use crate::harness::{Change, Run, spec};

/// The app's spec with an env that says which version of the file it is.
fn flavoured(flavour: &str) -> String {
    let env = format!("    envs:\n      - {{key: FLAVOUR, value: {flavour}}}\n      - key: DATABASE_URL");
    spec("    envs:\n      - key: DATABASE_URL", &env)
}

/// An app whose spec says `pushed`.
fn app() -> Change {
    Change::whole_app("first").spec(&flavoured("pushed"))
}

/// An earlier step that makes another file of the spec.
const EDIT: &str = "sed -i s/pushed/edited/ .do/app.yaml";

/// Whether the plan, which a dry run prints, is made of the file with this flavour and of no other.
#[track_caller]
fn plans(run: &Arc<Run>, flavour: &str) {
    run.succeeds().touches_nothing();
    let others = ["pushed", "edited", "later", "left", "generated"];
    for other in others.iter().filter(|other| **other != flavour) {
        run.does_not_say(&format!("value: {other}"));
    }
    run.says(&format!("value: {flavour}"));
}

/// Files that GitHub was asked for.
fn asked(run: &Run) -> Vec<String> {
    let requests = run.requests().into_iter();
    requests.filter(|request| request.contains("/contents/")).collect()
}
