//! What a preview is built from: the pull request's head instead of production's branch.

use serde_json::Value;

use super::super::component::{self, ComponentMut};
use super::Notes;
use crate::platforms::plan::PreviewInput;
use crate::platforms::source::{Source, SourceKind};

/// Moves sources of this repository to the head branch and takes every automatic deployment away.
pub(super) fn follow_head(preview: &mut Value, input: &PreviewInput<'_>, notes: &mut Notes) {
    let branch = &input.pull_request.head.branch;
    let mut own = 0;
    component::each(preview, |mut component| {
        let name = component.name();
        let Some(source) = component.read().source() else {
            return;
        };
        let ours = source.is_repository(input.repository);
        if ours {
            own += 1;
            if let Some(mut from) = component.source_mut(source.kind) {
                from.set_branch(branch);
            }
            notes.changes.push(
                format!("`{name}` is built from `{branch}`"),
                "the pull request's branch",
            );
        } else if input.images.names(&name) {
            own += 1;
        } else {
            tell_foreign(&source, notes);
        }
        stop_automatic(&mut component, source.kind, ours);
    });
    if own == 0 {
        notes.warnings.push(format!(
            "no component is built from `{}`: this preview shows the same code as production",
            input.repository
        ));
    }
}

/// do-deploy itself deploys every push of the pull request; a second trigger would race with it.
fn stop_automatic(component: &mut ComponentMut<'_>, kind: SourceKind, ours: bool) {
    let Some(mut from) = component.source_mut(kind) else {
        return;
    };
    let may_follow = match kind {
        SourceKind::Git => false,
        SourceKind::Image => from.mentions_pushes(),
        _ => ours || from.mentions_pushes(),
    };
    if may_follow {
        from.ignore_pushes();
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
