//! The workflows that people paste, filled in for this repository.

use std::path::Path;

use super::files::Wanted;
use crate::platforms::Words;
use crate::policy::yaml::scalar;

pub(super) const FOLDER: &str = ".github/workflows";
pub(super) const PRODUCTION: &str = ".github/workflows/do-deploy-production.yml";
/// Among other people's workflows it has to be seen whose these are.
const PREFIX: &str = "do-deploy-";

struct Template {
    /// The file's name, and how the templates' comments call it.
    name: &'static str,
    text: &'static str,
    /// Whether what it starts reads the app spec.
    reads_spec: bool,
}

/// Who can reach the previews' token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// One workflow on `pull_request`: anyone who can push a branch.
    Plain,
    /// A workflow that starts, and one of the default branch that has the token: anyone who can change the default
    /// branch.
    Isolated,
}

/// As they stand they are for a repository whose default branch is `main`.
fn templates(form: Form) -> Vec<&'static Template> {
    let previews: &[Template] = match form {
        Form::Plain => &PLAIN,
        Form::Isolated => &ISOLATED,
    };
    let [first, rest @ ..] = &COMMON;
    std::iter::once(first).chain(previews).chain(rest).collect()
}

const COMMON: [Template; 3] = [
    Template {
        name: "production.yml",
        text: include_str!("../../../workflows-templates/production.yml"),
        reads_spec: true,
    },
    Template {
        name: "sweep.yml",
        text: include_str!("../../../workflows-templates/sweep.yml"),
        reads_spec: false,
    },
    Template {
        name: "redeploy.yml",
        text: include_str!("../../../workflows-templates/redeploy.yml"),
        reads_spec: true,
    },
];

const PLAIN: [Template; 1] = [Template {
    name: "preview.yml",
    text: include_str!("../../../workflows-templates/preview.yml"),
    reads_spec: true,
}];

const ISOLATED: [Template; 2] = [
    Template {
        name: "preview-start.yml",
        text: include_str!("../../../workflows-templates/isolated/preview-start.yml"),
        reads_spec: false,
    },
    Template {
        name: "preview.yml",
        text: include_str!("../../../workflows-templates/isolated/preview.yml"),
        reads_spec: true,
    },
];

const BRANCH: &str = "branches: [main]";

/// `spec`: the action's input, where do-deploy would not find the spec without it.
pub(super) fn write(platform: &Words, form: Form, branch: &str, spec: Option<&str>) -> Vec<Wanted> {
    let token = format!("          {}: ${{{{ secrets.{} }}}}\n", platform.input, platform.token);
    templates(form)
        .into_iter()
        .map(|template| {
            let mut text = renamed(template.text).replace(BRANCH, &format!("branches: [{}]", pattern(branch)));
            if let Some(spec) = spec.filter(|_| template.reads_spec) {
                text = text.replace(&token, &format!("{token}          spec: {}\n", scalar(spec)));
            }
            Wanted {
                path: template.path(),
                text,
            }
        })
        .collect()
}

impl Template {
    /// Where it is written to, from the repository's root.
    fn path(&self) -> String {
        format!("{FOLDER}/{PREFIX}{}", self.name)
    }
}

/// With the names that the files get in the repository, wherever one speaks of another.
fn renamed(text: &str) -> String {
    names().fold(text.to_owned(), |text, name| {
        text.replace(name, &format!("{PREFIX}{name}"))
    })
}

/// Of every file of either form, each once.
fn names() -> impl Iterator<Item = &'static str> {
    COMMON.iter().chain(&ISOLATED).map(|template| template.name)
}

/// A branch as a filter pattern that matches it alone.
fn pattern(branch: &str) -> String {
    let escaped: String = branch
        .chars()
        .flat_map(|c| {
            matches!(c, '*' | '?' | '+' | '[' | ']' | '!')
                .then_some('\\')
                .into_iter()
                .chain([c])
        })
        .collect();
    scalar(&escaped)
}

/// Other workflows that deploy this repository.
pub(super) fn others(platform: &Words, root: &Path) -> Vec<String> {
    let ours = |path: &str| COMMON.iter().chain(&ISOLATED).any(|template| template.path() == path);
    let mut found: Vec<String> = std::fs::read_dir(root.join(FOLDER))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some(format!("{FOLDER}/{}", entry.file_name().to_str()?)))
        .filter(|path| !ours(path) && (path.ends_with(".yml") || path.ends_with(".yaml")))
        .collect();
    found.sort();
    let deploys = |path: &String| {
        let text = std::fs::read_to_string(root.join(path)).unwrap_or_default();
        let uses = |action: &str| {
            text.lines()
                .any(|line| !line.trim_start().starts_with('#') && line.contains("uses:") && line.contains(action))
        };
        let mut known = platform.other_actions.iter().chain(&["/do-deploy@"]);
        known.find(|action| uses(action)).copied()
    };
    found
        .into_iter()
        .filter_map(|path| {
            let action = deploys(&path)?.trim_matches(['/', '@']).to_owned();
            Some(format!(
                "`{path}` uses `{action}`, too: remove it there, because two triggers make two racing deployments"
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Form, PREFIX, PRODUCTION, names, renamed, templates};
    use crate::flows::init::files::Wanted;

    const TOKEN: &str = "          token: ${{ secrets.DIGITALOCEAN_ACCESS_TOKEN }}\n";

    fn write(form: Form, branch: &str, spec: Option<&str>) -> Vec<Wanted> {
        super::write(crate::platforms::tests::usual_words(), form, branch, spec)
    }

    /// What people paste stays small enough to be read.
    const LONGEST: usize = 40;
    const FORMS: [Form; 2] = [Form::Plain, Form::Isolated];

    #[test]
    fn templates_are_short_also_when_they_are_filled_in() {
        for file in FORMS.map(|form| write(form, "main", Some("deploy/app.yaml"))).concat() {
            assert!(file.text.lines().count() <= LONGEST, "{}", file.path);
        }
    }

    #[test]
    fn as_they_stand_they_are_for_main_and_the_usual_spec() {
        for form in FORMS {
            for (file, template) in write(form, "main", None).iter().zip(templates(form)) {
                assert_eq!(file.text, renamed(template.text), "{}", file.path);
                let starts_nothing = template.name == "preview-start.yml";
                assert_eq!(
                    template.text.matches(TOKEN).count(),
                    usize::from(!starts_nothing),
                    "{}",
                    file.path
                );
            }
        }
    }

    #[test]
    fn comments_call_the_files_what_they_are_called_once_they_are_written() {
        for form in FORMS {
            let written = write(form, "main", None);
            assert_eq!(written[0].path, PRODUCTION);
            let mut mentions = 0;
            for file in &written {
                for name in names() {
                    mentions += file.text.matches(name).count();
                    let renamed = file.text.matches(&format!("{PREFIX}{name}")).count();
                    assert_eq!(file.text.matches(name).count(), renamed, "{name} in {}", file.path);
                }
            }
            assert!(mentions > 3, "only {mentions} mentions were found");
        }
    }

    #[test]
    fn another_branch_leaves_nothing_of_main() {
        for file in FORMS.map(|form| write(form, "release/2", None)).concat() {
            assert!(!file.text.contains("[main]"), "{}", file.path);
        }
        let production = |branch: &str| write(Form::Plain, branch, None).remove(0).text;
        assert!(production("release/2").contains("branches: [release/2]\n"));
        assert!(production("1.10").contains("branches: [\"1.10\"]\n"));
        assert!(production("c++").contains("branches: [\"c\\\\+\\\\+\"]\n"));
    }
}
