//! The manifests that may be several apps of one repository, and the tables of `do-deploy.toml` that make them so.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{as_app_name, literal};

/// Folders that hold other people's code, or what was built.
const NOT_OWN: [&str; 3] = ["node_modules", "target", "vendor"];

/// A manifest that may be one app of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate<'a> {
    pub(crate) path: &'a str,
    /// Whose files are the app's, without a slash at the end. `None`: it shares its folder with others.
    folder: Option<&'a str>,
    /// Its name under `[apps]`: the folder's, or the folder's path where another app has that.
    key: String,
}

/// The manifests among the paths of a repository's files that are not at its top, one of each folder, by folder. `usual`: where
/// one is in a folder, best first.
pub(crate) fn candidates<'a>(paths: &[&'a str], usual: &[&str]) -> Vec<Candidate<'a>> {
    let mut best: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for path in paths {
        let mut places = usual.iter().enumerate();
        let place = places.find_map(|(rank, file)| Some((path.strip_suffix(file)?.strip_suffix('/')?, rank)));
        let Some((folder, rank)) = place.filter(|(folder, _)| folder.split('/').all(is_own)) else {
            continue;
        };
        let found = best.entry(folder).or_insert((rank, path));
        *found = (*found).min((rank, path));
    }
    let candidate = |(folder, key)| Candidate {
        path: best[folder].1,
        folder: Some(folder),
        key,
    };
    let folders: Vec<&str> = best.keys().copied().collect();
    keys(&folders).into_iter().map(candidate).collect()
}

/// Manifests that lie beside each other, by their names.
pub(crate) fn in_one_folder<'a>(paths: &[&'a str]) -> Vec<Candidate<'a>> {
    let without_ending = |path: &&'a str| path.rsplit_once('.').map_or(*path, |(name, _)| name);
    let names: Vec<&str> = paths.iter().map(without_ending).collect();
    let keys = keys(&names).into_iter().zip(paths);
    keys.map(|((_, key), path)| Candidate {
        path,
        folder: None,
        key,
    })
    .collect()
}

/// A name of its own under `[apps]` for each of these paths, which are sorted: its last part, or the whole of it where another
/// one has that.
fn keys<'a>(paths: &[&'a str]) -> Vec<(&'a str, String)> {
    let mut taken = BTreeSet::new();
    let mut keys = Vec::new();
    for path in paths {
        let name = path.rsplit('/').next().unwrap_or(path);
        let numbered = (2..).map(|number| as_app_name(&format!("{number}-{name}")));
        let names = [as_app_name(name), as_app_name(path)].into_iter().chain(numbered);
        let free = names.into_iter().find(|key| taken.insert(key.clone()));
        keys.push((*path, free.expect("there is always one more number")));
    }
    keys
}

/// Whether a folder may hold an app of the repository's own.
pub(super) fn is_own(folder: &str) -> bool {
    !folder.starts_with('.') && !NOT_OWN.contains(&folder)
}

/// The tables of `do-deploy.toml` that make an app of each. The paths begin at the repository's root.
pub(crate) fn tables(candidates: &[Candidate<'_>]) -> String {
    let tables = candidates
        .iter()
        .map(|found| format!("[apps.{}]\n{}\n", found.key, found.settings("").join("\n")));
    tables.collect::<Vec<_>>().join("\n")
}

impl Candidate<'_> {
    /// Its table in a sentence, each of its lines as code: an inline table could not be added to. `root`: where the paths begin,
    /// from the repository's root, with a slash at the end; empty: there.
    pub(crate) fn line(&self, root: &str) -> String {
        format!("`[apps.{}]`, then `{}`", self.key, self.settings(root).join("` and `"))
    }

    /// Whether its folder is one of the top.
    pub(crate) fn is_one_folder_down(&self) -> bool {
        self.folder.is_some_and(|folder| !folder.contains('/'))
    }

    fn settings(&self, root: &str) -> Vec<String> {
        let mut settings = vec![format!("spec = {}", quoted(self.path))];
        if let Some(folder) = self.folder {
            let files = format!("{}/**", literal(&format!("{root}{folder}")));
            settings.push(format!("paths = [{}]", quoted(&files)));
        }
        settings
    }
}

/// Of what JSON escapes, TOML has the same form.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const USUAL: [&str; 3] = [".do/app.yaml", ".do/app.yml", "app.yaml"];

    fn found(paths: &[&str]) -> String {
        let found = candidates(paths, &USUAL);
        let lines: Vec<String> = found.iter().map(|it| format!("{}: {}", it.key, it.path)).collect();
        lines.join("\n")
    }

    #[test]
    fn every_folder_has_one_candidate_for_an_app_of_its_own() {
        let paths = [
            "web/app.yaml",
            "web/.do/app.yaml",
            "Api/app.yaml",
            "my app/.do/app.yml",
            "services/mail/.do/app.yaml",
            "docs/index.md",
            "docs/myapp.yaml",
        ];
        insta::assert_snapshot!(found(&paths), @r"
        api: Api/app.yaml
        my-app: my app/.do/app.yml
        mail: services/mail/.do/app.yaml
        web: web/.do/app.yaml
        ");
    }

    #[test]
    fn other_peoples_folders_and_hidden_ones_have_none_and_the_top_is_no_folder() {
        let paths = [
            ".do/app.yaml",
            "app.yaml",
            ".github/app.yaml",
            ".do/preview/app.yaml",
            "web/.cache/app.yaml",
            "web/node_modules/x/app.yaml",
            "vendor/x/.do/app.yaml",
            "target/package/app.yaml",
        ];
        assert_eq!(found(&paths), "");
    }

    #[test]
    fn no_two_have_one_key() {
        let paths = [
            "api/app.yaml",
            "old/api/app.yaml",
            "a b/app.yaml",
            "a-b/app.yaml",
            "日/app.yaml",
        ];
        insta::assert_snapshot!(found(&paths), @r"
        a-b: a b/app.yaml
        2-a-b: a-b/app.yaml
        api: api/app.yaml
        old-api: old/api/app.yaml
        app: 日/app.yaml
        ");
    }

    #[test]
    fn the_tables_and_the_lines_are_what_the_configuration_takes() {
        let paths = ["api/app.yaml", "we\"b [new]/app.yaml"];
        let found = candidates(&paths, &USUAL);
        let lines: Vec<String> = found.iter().map(|it| it.line("shop/")).collect();
        let (tables, lines) = (tables(&found), lines.join("\n"));
        insta::assert_snapshot!(format!("{tables}\n{lines}"), @r#"
        [apps.api]
        spec = "api/app.yaml"
        paths = ["api/**"]

        [apps.we-b--new]
        spec = "we\"b [new]/app.yaml"
        paths = ["we\"b \\[new\\]/**"]

        `[apps.api]`, then `spec = "api/app.yaml"` and `paths = ["shop/api/**"]`
        `[apps.we-b--new]`, then `spec = "we\"b [new]/app.yaml"` and `paths = ["shop/we\"b \\[new\\]/**"]`
        "#);
        // What stands between backticks, a line each.
        let lines = lines.split('`').skip(1).step_by(2).collect::<Vec<_>>().join("\n");
        for text in [tables, lines] {
            let apps = Config::parse(&text, "do-deploy.toml").expect("it is taken").apps();
            let specs: Vec<&str> = apps.iter().map(|app| app.config.spec.as_str()).collect();
            assert_eq!(specs, paths);
        }
    }
}
