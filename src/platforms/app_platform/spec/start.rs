//! How a component starts: its `run_command`, else what its files say.

use super::component::{self, Component, Kind};
use crate::platforms::manifest::Manifest;
use crate::policy::start_command::{self, Place};

type Files<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The paths whose texts decide how the components start that do not say so themselves.
pub(crate) fn wanted_files(spec: &Manifest) -> Vec<String> {
    let mut wanted: Vec<String> = component::components(spec.value())
        .iter()
        .filter(|component| component.kind.has_instances() && component.run_command().is_none())
        .filter_map(place)
        .flat_map(start_command::candidates)
        .collect();
    wanted.sort();
    wanted.dedup();
    wanted
}

/// Where its files are. `None`: it runs an image.
fn place<'a>(component: &Component<'a>) -> Option<Place<'a>> {
    (!component.names_image()).then(|| Place {
        directory: component.source_dir().unwrap_or_default(),
        dockerfile: component.dockerfile_path(),
    })
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
    start_command::find(place(component)?, process, files)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

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
