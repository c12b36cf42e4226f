//! Where the texts point to, and what they may show to whom.

use super::Reporter;
use crate::config::CommentLogs;
use crate::render::context::{Logs, RenderContext};

impl Reporter {
    pub(super) fn render_context(&self) -> RenderContext {
        let private = self
            .deps
            .repository
            .as_ref()
            .is_some_and(|repository| repository.private);
        let server = self.deps.run.server_url();
        RenderContext {
            repository_url: self
                .deps
                .repository
                .as_ref()
                .map(|repository| format!("{server}/{}", repository.full_name)),
            run_url: self.deps.run.run_url(),
            run: self.deps.run.stamp(),
            logs: logs(self.deps.comment.logs, private),
            updated: self.updated,
            commands: self.commands_now(),
            notes: match self.reports.as_slice() {
                [_] => Vec::new(),
                _ => self.notes.clone(),
            },
            swept_after: self.is_swept.then_some(self.deps.ttl),
        }
    }
}

/// Which lines a comment may show, by config and by who reads it. Unknown readers count as the public.
pub(crate) fn logs(config: CommentLogs, private: bool) -> Logs {
    match config {
        CommentLogs::Always => Logs::All,
        CommentLogs::Auto if private => Logs::All,
        CommentLogs::Auto => Logs::BuildsAndMigrations,
        CommentLogs::Never => Logs::None,
    }
}
