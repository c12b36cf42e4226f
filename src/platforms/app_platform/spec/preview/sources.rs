//! What a preview is built from: the pull request's head instead of production's branch.

use serde_json::{Map, Value, json};

use super::super::component;
use super::Notes;
use crate::platforms::plan::PreviewInput;
use crate::platforms::source::{Source, SourceKind};

/// Moves sources of this repository to the head branch and takes every automatic deployment away.
pub(super) fn follow_head(preview: &mut Value, input: &PreviewInput<'_>, notes: &mut Notes) {
    let branch = &input.pull_request.head.branch;
    let mut own = 0;
    component::each(preview, |_, component| {
        let value = Value::Object(component.clone());
        let name = component::text(&value, "name").unwrap_or_default().to_owned();
        let Some(source) = component::source(&name, &value) else {
            return;
        };
        let ours = source.is_repository(input.repository);
        if ours {
            own += 1;
            follow(component, &source, branch);
            notes.changes.push(
                format!("`{name}` is built from `{branch}`"),
                "the pull request's branch",
            );
        } else if input.images.names(&name) {
            own += 1;
        } else {
            tell_foreign(&source, notes);
        }
        stop_automatic(component, &source, ours);
    });
    if own == 0 {
        notes.warnings.push(format!(
            "no component is built from `{}`: this preview shows the same code as production",
            input.repository
        ));
    }
}

fn follow(component: &mut Map<String, Value>, source: &Source, branch: &str) {
    if let Some(from) = component.get_mut(component::source_key(source.kind)) {
        from["branch"] = json!(branch);
    }
}

/// do-deploy itself deploys every push of the pull request; a second trigger would race with it.
fn stop_automatic(component: &mut Map<String, Value>, source: &Source, ours: bool) {
    let Some(from) = component
        .get_mut(component::source_key(source.kind))
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    match source.kind {
        SourceKind::Git => {}
        SourceKind::Image => {
            if from.contains_key("deploy_on_push") {
                from.insert("deploy_on_push".to_owned(), json!({ "enabled": false }));
            }
        }
        _ => {
            if ours || from.contains_key("deploy_on_push") {
                from.insert("deploy_on_push".to_owned(), json!(false));
            }
        }
    }
}

fn tell_foreign(source: &Source, notes: &mut Notes) {
    let what = match source.kind {
        SourceKind::Image => "the image",
        _ => "the repository",
    };
    notes.changes.push(
        format!("`{}` keeps {what} `{}`", source.component, source.repo),
        "it is not built from the pull request's repository",
    );
}
