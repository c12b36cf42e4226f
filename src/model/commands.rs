//! The commands that people write in comments.

use std::borrow::Cow;

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

/// Those that may be about one of several apps.
const OF_ONE_APP: [&str; 5] = ["/preview", "/redeploy", "/logs", "/status", "/wake"];

/// Whether the name of an app may stand on a command's line. `command`: its word, or its usage.
pub(crate) fn takes_app(command: &str) -> bool {
    OF_ONE_APP.contains(&command.split(' ').next().unwrap_or_default())
}

/// A command's usage in a repository of one app, or of several.
pub(crate) fn usage(usage: &'static str, several: bool) -> Cow<'static, str> {
    let (word, arguments) = usage.find(' ').map_or((usage, ""), |at| usage.split_at(at));
    match several && takes_app(word) {
        true => format!("{word} [app]{arguments}").into(),
        false => usage.into(),
    }
}
