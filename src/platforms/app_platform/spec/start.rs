//! How a component starts: its `run_command`, else Procfile, package.json or Dockerfile.

use serde_json::Value;

use super::component::{self, Component, Kind};
use crate::platforms::manifest::Manifest;
use crate::policy::{dockerfile, shell};

type Files<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The paths whose texts decide how the components start that do not say so themselves.
pub(crate) fn wanted_files(spec: &Manifest) -> Vec<String> {
    let mut wanted: Vec<String> = component::components(spec.value())
        .iter()
        .filter(|component| component.kind.has_instances() && component.run_command().is_none())
        .flat_map(candidates)
        .collect();
    wanted.sort();
    wanted.dedup();
    wanted
}

/// In the order in which they are looked at.
fn candidates(component: &Component<'_>) -> Vec<String> {
    if component.names_image() {
        return Vec::new();
    }
    let directory = shell::normal(component.source_dir().unwrap_or_default());
    let beside = |file: &str| shell::normal(&format!("{directory}/{file}"));
    match component.dockerfile_path() {
        // From the repository's root; some people write it from `source_dir`.
        Some(path) => vec![shell::normal(path), beside(path)],
        None => vec![beside("Procfile"), beside("package.json"), beside("Dockerfile")],
    }
}

/// The command that starts a component. `None`: it cannot be found out.
pub(super) fn find(component: &Component<'_>, files: Files<'_>) -> Option<String> {
    if let Some(command) = component.run_command() {
        return Some(command.to_owned());
    }
    let process = match component.kind {
        Kind::Service => "web",
        Kind::Worker => "worker",
        _ => return None,
    };
    candidates(component).into_iter().find_map(|path| {
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
    use serde_json::json;

    use super::*;

    fn start(service: &Value, files: &[(&str, &str)]) -> Option<String> {
        let component = Component {
            kind: Kind::Service,
            index: 0,
            name: "web",
            value: service,
        };
        let text = |path: &str| {
            files
                .iter()
                .find(|(name, _)| *name == path)
                .map(|(_, text)| (*text).to_owned())
        };
        find(&component, &text)
    }

    #[test]
    fn run_command_then_procfile_then_package_json_then_dockerfile() {
        let procfile = ("server/Procfile", "release: migrate\nweb: gunicorn app:app\n");
        let package = ("server/package.json", r#"{"scripts": {"start": "node ."}}"#);
        let dockerfile = ("server/Dockerfile", "FROM python\nCMD [\"python\", \"app.py\"]\n");
        let all = [dockerfile, package, procfile];
        let service = json!({"source_dir": "/server"});
        assert_eq!(start(&json!({"run_command": "run"}), &all).as_deref(), Some("run"));
        assert_eq!(start(&service, &all).as_deref(), Some("gunicorn app:app"));
        assert_eq!(start(&service, &all[..2]).as_deref(), Some("npm start"));
        assert_eq!(start(&service, &all[..1]).as_deref(), Some("python app.py"));
        assert_eq!(start(&json!({}), &all), None, "another folder's files do not count");
    }

    #[test]
    fn a_dockerfile_component_never_looks_at_a_procfile() {
        let service = json!({"source_dir": "api", "dockerfile_path": "api/Dockerfile.prod"});
        let files = [
            ("api/Procfile", "web: no"),
            ("api/Dockerfile.prod", "FROM x\nCMD serve --all"),
        ];
        assert_eq!(start(&service, &files).as_deref(), Some("serve --all"));
        assert_eq!(start(&json!({"image": {}}), &files), None);
    }

    #[test]
    fn wants_only_the_files_of_components_that_do_not_say() {
        let text = "name: shop\nservices:\n- {name: web, source_dir: /web}\n- {name: api, run_command: x}\n- {name: pic, image: {}}\n- {name: old, dockerfile_path: docker/Dockerfile}\n";
        let spec = super::super::parse::parse(text, "app.yaml").expect("valid");
        assert_eq!(
            wanted_files(&spec),
            [
                "docker/Dockerfile",
                "web/Dockerfile",
                "web/Procfile",
                "web/package.json"
            ]
        );
    }
}
