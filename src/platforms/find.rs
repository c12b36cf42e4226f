//! Where the manifest is, unless it is named, and where those of several apps are.

use std::collections::BTreeSet;

use crate::config::is_app_name;
use crate::model::failure::Failure;

/// A manifest that may be one app of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate<'a> {
    pub(crate) path: &'a str,
    /// Its folder's name, where that can be a key under `[apps]`; else the name in the manifest has to do.
    pub(crate) key: Option<String>,
}

/// The manifests among a repository's paths, one of each folder: that at the top first, then those one folder down by name.
/// `usual`: where one is in a folder, best first.
#[cfg_attr(not(test), expect(dead_code, reason = "`init` will propose `[apps]`"))]
pub(crate) fn candidates<'a>(paths: &[&'a str], usual: &[&str]) -> Vec<Candidate<'a>> {
    let below = paths.iter().filter_map(|path| path.split_once('/'));
    let folders: BTreeSet<&str> = below
        .map(|(folder, _)| folder)
        .filter(|folder| !folder.starts_with('.'))
        .collect();
    let found = |folder: &str| {
        let mut best = usual.iter().map(|file| format!("{folder}{file}"));
        best.find_map(|wanted| paths.iter().find(|path| **path == wanted).copied())
    };
    let top = found("").map(|path| Candidate { path, key: None });
    let down = folders.into_iter().filter_map(|folder| {
        let path = found(&format!("{folder}/"))?;
        let key = Some(folder.to_ascii_lowercase()).filter(|key| is_app_name(key));
        Some(Candidate { path, key })
    });
    top.into_iter().chain(down).collect()
}

/// The manifest among a repository's paths: in one of the `usual` places, best first, else the only file one folder down that
/// has a name of `below`. `None`: there is none. `called`: what a manifest is called.
pub(crate) fn find_default<'a>(
    paths: &[&'a str],
    usual: &[&str],
    below: &[&str],
    called: &str,
) -> Result<Option<&'a str>, Failure> {
    if let Some(path) = usual.iter().find_map(|usual| paths.iter().find(|path| *path == usual)) {
        return Ok(Some(path));
    }
    let one_down = |path: &&&str| {
        let mut parts = path.split('/');
        let folder = parts.next().unwrap_or_default();
        !folder.starts_with('.') && parts.next().is_some_and(|name| below.contains(&name)) && parts.next().is_none()
    };
    let mut found: Vec<&str> = paths.iter().filter(one_down).copied().collect();
    found.sort_unstable();
    match found[..] {
        [] => Ok(None),
        [path] => Ok(Some(path)),
        _ => Err(Failure::input(format!("more than one {called} was found"))
            .why(format!("`{}`", found.join("`, `")))
            .next("name one with `spec = \"FILE\"` in `do-deploy.toml` or with `--spec FILE`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: [&str; 3] = [".do/app.yaml", ".do/app.yml", "app.yaml"];

    #[test]
    fn looks_in_the_usual_places_then_one_folder_down() {
        for (paths, found) in [
            (&["app.yaml", ".do/app.yml", ".do/app.yaml"][..], Some(".do/app.yaml")),
            (&["app.yaml", ".do/app.yml"], Some(".do/app.yml")),
            (&["server/app.yaml", "app.yaml"], Some("app.yaml")),
            (&["server/app.yaml", "README.md"], Some("server/app.yaml")),
            (&["a/b/app.yaml", ".github/app.yaml"], None),
        ] {
            assert_eq!(
                find_default(paths, &USUAL, &["app.yaml"], "app spec").expect("one at most"),
                found,
                "{paths:?}"
            );
        }
    }

    #[test]
    fn every_folder_has_one_candidate_for_an_app_of_its_own() {
        let paths = [
            "web/app.yaml",
            "web/.do/app.yaml",
            "Api/app.yaml",
            "my app/.do/app.yml",
            "services/deep/app.yaml",
            ".github/app.yaml",
            "docs/index.md",
            "app.yaml",
            ".do/app.yml",
        ];
        let found = candidates(&paths, &USUAL);
        let found: Vec<_> = found.iter().map(|it| (it.path, it.key.as_deref())).collect();
        let expected = [
            (".do/app.yml", None),
            ("Api/app.yaml", Some("api")),
            ("my app/.do/app.yml", None),
            ("web/.do/app.yaml", Some("web")),
        ];
        assert_eq!(found, expected);
        assert_eq!(candidates(&["README.md"], &USUAL), []);
    }

    #[test]
    fn several_are_listed() {
        let paths = ["web/app.yaml", "api/app.yaml"];
        let failure = find_default(&paths, &USUAL, &["app.yaml"], "app spec").expect_err("ambiguous");
        assert_eq!(
            failure.to_string(),
            "more than one app spec was found: `api/app.yaml`, `web/app.yaml`"
        );
    }
}
