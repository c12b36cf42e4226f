//! How a component starts that does not say so itself: by its Procfile, package.json or Dockerfile.

use serde_json::Value;

use super::{dockerfile, shell};

/// Where a component's files are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    /// The folder that it is built from; empty: the repository.
    pub(crate) directory: &'a str,
    /// The Dockerfile that it is built with, where it names one.
    pub(crate) dockerfile: Option<&'a str>,
}

/// The paths whose texts decide how it starts, in the order in which they are looked at.
pub(crate) fn candidates(place: Place<'_>) -> Vec<String> {
    let directory = shell::normal(place.directory);
    let beside = |file: &str| shell::normal(&format!("{directory}/{file}"));
    match place.dockerfile {
        // From the repository's root; some people write it from the component's own folder.
        Some(path) => vec![shell::normal(path), beside(path)],
        None => vec![beside("Procfile"), beside("package.json"), beside("Dockerfile")],
    }
}

/// The command that starts a component. `process`: what a Procfile calls it, `web` or `worker`. `None`: it cannot be found
/// out.
pub(crate) fn find(place: Place<'_>, process: &str, files: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    candidates(place).into_iter().find_map(|path| {
        let text = files(&path)?;
        match path.rsplit('/').next() {
            Some("Procfile") => procfile(&text, process),
            Some("package.json") if process == "web" => package_json(&text),
            Some("package.json") => None,
            _ => dockerfile::start(&text),
        }
    })
}

fn procfile(text: &str, process: &str) -> Option<String> {
    let commands = text.lines().filter_map(|line| line.split_once(':'));
    let mut of_process = commands.filter(|(name, _)| name.trim() == process);
    of_process
        .next()
        .map(|(_, command)| command.trim().to_owned())
        .filter(|command| !command.is_empty())
}

/// `npm start` comes with every Node buildpack, whichever package manager installed the packages.
fn package_json(text: &str) -> Option<String> {
    let package: Value = serde_json::from_str(text).ok()?;
    package
        .pointer("/scripts/start")?
        .as_str()
        .filter(|script| !script.trim().is_empty())?;
    Some("npm start".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(place: Place<'_>, process: &str, files: &[(&str, &str)]) -> Option<String> {
        let text = |path: &str| {
            let mut found = files.iter().filter(|(name, _)| *name == path);
            found.next().map(|(_, text)| (*text).to_owned())
        };
        find(place, process, &text)
    }

    #[test]
    fn procfile_then_package_json_then_dockerfile() {
        let procfile = (
            "server/Procfile",
            "release: migrate\nweb: gunicorn app:app\nworker: rq worker\n",
        );
        let package = ("server/package.json", r#"{"scripts": {"start": "node ."}}"#);
        let dockerfile = ("server/Dockerfile", "FROM python\nCMD [\"python\", \"app.py\"]\n");
        let all = [dockerfile, package, procfile];
        let place = Place {
            directory: "/server",
            dockerfile: None,
        };
        assert_eq!(start(place, "web", &all).as_deref(), Some("gunicorn app:app"));
        assert_eq!(start(place, "worker", &all).as_deref(), Some("rq worker"));
        assert_eq!(start(place, "web", &all[..2]).as_deref(), Some("npm start"));
        assert_eq!(start(place, "worker", &all[..2]).as_deref(), Some("python app.py"));
        assert_eq!(start(place, "web", &all[..1]).as_deref(), Some("python app.py"));
        let elsewhere = start(Place::default(), "web", &all);
        assert_eq!(elsewhere, None, "another folder's files do not count");
    }

    #[test]
    fn a_named_dockerfile_decides_alone() {
        let place = Place {
            directory: "api",
            dockerfile: Some("Dockerfile.prod"),
        };
        let files = [
            ("api/Procfile", "web: no"),
            ("api/Dockerfile.prod", "FROM x\nCMD serve --all"),
        ];
        assert_eq!(start(place, "web", &files).as_deref(), Some("serve --all"));
    }
}
