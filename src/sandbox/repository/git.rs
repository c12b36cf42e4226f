//! Git, asked about a repository that is only read: it gets nothing of our environment that could be a secret, and runs
//! nothing that the repository's own configuration names.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

/// Where programs are, and the user's own configuration.
const KEPT: [&str; 5] = ["PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "DEVELOPER_DIR"];

/// What a repository's configuration cannot override: <https://git-scm.com/docs/git-config>.
const STRICT: [&str; 6] = [
    "--no-pager",
    "--no-optional-locks",
    "-c",
    "core.fsmonitor=",
    "-c",
    "core.hooksPath=/dev/null",
];

pub(crate) fn command(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.env_clear();
    for name in KEPT {
        if let Some(value) = std::env::var_os(name) {
            git.env(name, value);
        }
    }
    git.args(STRICT).arg("-C").arg(folder);
    git.stdin(Stdio::null()).kill_on_drop(true);
    git
}
