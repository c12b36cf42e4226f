//! The commands that people write in comments.

/// Every command with its arguments, and what it does.
pub(crate) const COMMANDS: [(&str, &str); 7] = [
    ("/preview", "makes the preview, also of a draft or without the label"),
    ("/redeploy [force-build]", "deploys the preview again"),
    (
        "/logs",
        "shows the last lines of a log: of the most relevant one, or of the one that you name, `build`, `deploy`, `run` or `restarted`",
    ),
    ("/status", "shows what is serving, where, and what it costs"),
    ("/wake", "wakes the preview and waits until it answers"),
    ("/teardown", "removes the preview until the next push"),
    ("/help", "lists these commands"),
];
