//! The start command of a component whose spec has none.

use std::path::Path;

use serde_json::Value;

use crate::processes::plan::Kind;

/// From the `Procfile`, else from `package.json`. A Python program is never guessed.
pub(super) fn start_command(source: &Path, kind: Kind) -> Option<String> {
    let read = |name: &str| std::fs::read_to_string(source.join(name)).ok();
    let process = match kind {
        Kind::Worker => "worker",
        Kind::Service | Kind::Job => "web",
        Kind::StaticSite => return None,
    };
    read("Procfile")
        .and_then(|text| procfile(&text, process))
        .or_else(|| read("package.json").and_then(|text| package_start(&text)))
}

fn procfile(text: &str, process: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (name, command) = line.split_once(':')?;
        let command = command.trim();
        (name.trim() == process && !command.is_empty()).then(|| command.to_owned())
    })
}

fn package_start(text: &str) -> Option<String> {
    let package: Value = serde_json::from_str(text).ok()?;
    package.pointer("/scripts/start")?.as_str()?;
    Some("npm start".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn procfile_comes_before_package_json() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        assert_eq!(start_command(folder.path(), Kind::Service), None);
        write("package.json", r#"{"scripts": {"start": "node server.js"}}"#);
        assert_eq!(
            start_command(folder.path(), Kind::Service).as_deref(),
            Some("npm start")
        );
        write(
            "Procfile",
            "release: ./migrate\nweb: gunicorn app:app\nworker: celery -A app\n",
        );
        assert_eq!(
            start_command(folder.path(), Kind::Service).as_deref(),
            Some("gunicorn app:app")
        );
        assert_eq!(
            start_command(folder.path(), Kind::Worker).as_deref(),
            Some("celery -A app")
        );
    }

    #[test]
    fn package_without_start_script_starts_nothing() {
        assert_eq!(package_start(r#"{"scripts": {"build": "x"}}"#), None);
    }
}
