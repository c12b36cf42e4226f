//! Sources that still have a name that the repository had before.

use super::component;
use crate::model::own::OwnRepository;
use crate::platforms::manifest::Manifest;

/// GitHub redirects from an old name only until another repository takes it: where to write the new one.
pub(super) fn warnings(spec: &Manifest, own: &OwnRepository) -> Vec<String> {
    let mut warnings = Vec::new();
    for component in component::components(spec.value()) {
        for source in component.sources() {
            let Some(former) = source.on_github(own).filter(|name| own.was(name)) else {
                continue;
            };
            let pointer = component.repository_pointer(source.kind);
            let line = spec.places.find(&pointer).map(|(line, _)| format!(":{line}"));
            warnings.push(format!(
                "`{}` is built from `{former}`, which GitHub calls `{own}` now: write the new name in `{}{}`",
                component.name,
                spec.file,
                line.unwrap_or_default()
            ));
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::warnings;
    use crate::model::own::OwnRepository;

    #[test]
    fn every_source_with_an_old_name_is_named_with_its_line() {
        let mut own = OwnRepository::new("acme/shop", "https://github.com");
        own.add_former("acme/old");
        let text = "name: shop\nservices:\n- name: web\n  github:\n    repo: Acme/old\n- name: api\n  github: {repo: acme/shop}\nworkers:\n- name: mail\n  git:\n    branch: main\n    repo_clone_url: ssh://git@github.com:443/acme/old.git\njobs:\n- name: other\n  github: {repo: acme/other}\n";
        let spec = parse(text, ".do/app.yaml").expect("a valid spec");
        assert_eq!(
            warnings(&spec, &own),
            [
                "`web` is built from `Acme/old`, which GitHub calls `acme/shop` now: write the new name in `.do/app.yaml:5`",
                "`mail` is built from `acme/old`, which GitHub calls `acme/shop` now: write the new name in `.do/app.yaml:12`",
            ]
        );
    }
}
