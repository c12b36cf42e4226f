//! Where the manifest is, unless it is named.

use super::candidates::{Candidate, candidates, in_one_folder};
use super::manifests::Manifests;
use crate::model::failure::Failure;

/// The places of manifests, of every platform that a run knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// From the top, best first.
    pub(crate) usual: Vec<&'static str>,
    /// From a folder of the top, best first.
    pub(crate) one_folder_down: Vec<&'static str>,
    /// Folders of the top each of whose files may be one.
    pub(crate) folders: Vec<&'static str>,
    /// Words in the names of those files at the top that may be one.
    pub(crate) words: Vec<&'static str>,
    endings: Vec<&'static str>,
}

impl Places {
    pub(crate) fn of<'m>(platforms: impl Iterator<Item = &'m dyn Manifests>) -> Self {
        let mut places = Self::default();
        for platform in platforms {
            places.usual.extend(platform.usual_files());
            places.one_folder_down.extend(platform.files_one_folder_down());
            places.folders.extend(platform.folders());
            places.words.extend(platform.words_in_names());
            places.endings.extend(platform.endings());
        }
        places
    }

    /// Whether a folder of the top may have an app of its own, and not other people's code.
    pub(crate) fn is_searched(folder: &str) -> bool {
        super::candidates::is_own(folder)
    }

    /// Those of a repository's paths that may be its manifest, in groups, best first: a group counts where no file of those
    /// before it is one.
    pub(crate) fn groups<'a>(&self, paths: &[&'a str]) -> Vec<Vec<&'a str>> {
        let mut sorted = paths.to_vec();
        sorted.sort_unstable();
        let usual = self
            .usual
            .iter()
            .find_map(|usual| sorted.iter().find(|path| *path == usual));
        let one_down = candidates(&sorted, &self.one_folder_down).into_iter();
        let one_down = one_down.filter(Candidate::is_one_folder_down).map(|found| found.path);
        let others = |is_wanted: &dyn Fn(&str) -> bool| -> Vec<&'a str> {
            let wanted = sorted.iter().copied().filter(|path| self.has_ending(path));
            wanted.filter(|path| is_wanted(path)).collect()
        };
        vec![
            usual.copied().into_iter().collect(),
            one_down.collect(),
            others(&|path| self.is_in_folder(path) && !is_template(path)),
            others(&|path| self.has_word(path) && !is_template(path)),
            others(&|path| (self.is_in_folder(path) || self.has_word(path)) && is_template(path)),
        ]
    }

    fn has_ending(&self, path: &str) -> bool {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        self.endings.contains(&ending)
    }

    fn is_in_folder(&self, path: &str) -> bool {
        path.rsplit_once('/')
            .is_some_and(|(folder, _)| self.folders.contains(&folder))
    }

    fn has_word(&self, path: &str) -> bool {
        let mut words = path.split(|c: char| !c.is_ascii_alphanumeric());
        !path.contains('/') && words.any(|word| self.words.contains(&word))
    }
}

/// What is made of it for one deployment may lie beside it.
fn is_template(path: &str) -> bool {
    path.contains(".template.")
}

/// The only one of the manifests that were found. `None`: there is none. `called`: what a manifest is called. `root`: where the
/// paths begin, from the repository's root, with a slash at the end; empty: there.
///
/// # Errors
/// When there are several: which of them is meant is not known.
pub(crate) fn only<'a>(
    found: &[&'a str],
    places: &Places,
    called: &str,
    root: &str,
) -> Result<Option<&'a str>, Failure> {
    if let [] | [_] = found {
        return Ok(found.first().copied());
    }
    let failure = Failure::input(format!("more than one {called} was found")).why(format!("`{}`", found.join("`, `")));
    let mut apps = candidates(found, &places.one_folder_down);
    let mut next = SEVERAL;
    if apps.len() < found.len() {
        apps = in_one_folder(found);
        next = SEVERAL_IN_ONE_FOLDER;
    }
    let failure = failure.next(next);
    Err(apps.iter().fold(failure, |failure, app| failure.point(app.line(root))))
}

const SEVERAL: &str = "write these tables into `do-deploy.toml` to make an app of each; or name one with `spec = \"FILE\"` there or with `--spec FILE`";
const SEVERAL_IN_ONE_FOLDER: &str = "if they are environments of one app, name production's with `spec = \"FILE\"` in `do-deploy.toml`, and any other with `spec` in its `[environments.NAME]`; else write these tables there to make an app of each. `--spec FILE` names one for this run";

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        Places {
            usual: vec![".do/app.yaml", ".do/app.yml", "app.yaml"],
            one_folder_down: vec![".do/app.yaml", "app.yaml"],
            folders: vec![".do"],
            words: vec!["spec"],
            endings: vec!["yaml", "yml"],
        }
    }

    /// The first group that has anything.
    fn best<'a>(paths: &[&'a str]) -> Vec<&'a str> {
        let groups = places().groups(paths).into_iter();
        groups.into_iter().find(|group| !group.is_empty()).unwrap_or_default()
    }

    #[test]
    fn looks_in_the_usual_places_then_one_folder_down_then_at_names() {
        for (paths, found) in [
            (&["app.yaml", ".do/app.yml", ".do/app.yaml"][..], &[".do/app.yaml"][..]),
            (&["app.yaml", ".do/app.yml"], &[".do/app.yml"]),
            (&["server/app.yaml", "app.yaml"], &["app.yaml"]),
            (
                &["server/app.yaml", "README.md", ".do/staging.yaml"],
                &["server/app.yaml"],
            ),
            (
                &["web/.do/app.yaml", "web/app.yaml", "api/app.yaml"],
                &["api/app.yaml", "web/.do/app.yaml"],
            ),
            (&["a/b/app.yaml", ".github/app.yaml", "node_modules/app.yaml"], &[]),
            (
                &[
                    ".do/staging.yaml",
                    ".do/prod.yml",
                    ".do/old/app.yaml",
                    ".do/app.yaml.bak",
                ],
                &[".do/prod.yml", ".do/staging.yaml"],
            ),
            (&[".do/deploy.template.yaml", "my-spec.yaml"], &["my-spec.yaml"]),
            (
                &[".do/deploy.template.yaml", "rspec.yaml"],
                &[".do/deploy.template.yaml"],
            ),
        ] {
            assert_eq!(best(paths), found, "{paths:?}");
        }
    }

    #[test]
    fn several_are_listed_with_the_lines_that_make_an_app_of_each() {
        let failure = only(&["api/app.yaml", "web/.do/app.yaml"], &places(), "app spec", "").expect_err("ambiguous");
        insta::assert_snapshot!(failure, @r#"
        more than one app spec was found: `api/app.yaml`, `web/.do/app.yaml`
        - `[apps.api]`, then `spec = "api/app.yaml"` and `paths = ["api/**"]`
        - `[apps.web]`, then `spec = "web/.do/app.yaml"` and `paths = ["web/**"]`
        "#);
    }

    #[test]
    fn several_of_one_folder_are_apps_or_environments() {
        let failure = only(&[".do/prod.yaml", ".do/staging.yml"], &places(), "app spec", "").expect_err("ambiguous");
        insta::assert_snapshot!(failure, @r#"
        more than one app spec was found: `.do/prod.yaml`, `.do/staging.yml`
        - `[apps.prod]`, then `spec = ".do/prod.yaml"`
        - `[apps.staging]`, then `spec = ".do/staging.yml"`
        "#);
    }
}
