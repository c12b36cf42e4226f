//! Where the manifest is, unless it is named.

use super::candidates::candidates;
use crate::model::failure::Failure;

/// The manifest among a repository's paths: in one of the `usual` places, best first, else the only file one folder down that
/// has a name of `below`. `None`: there is none. `called`: what a manifest is called. `root`: where the paths begin, from the
/// repository's root, with a slash at the end; empty: there.
pub(crate) fn find_default<'a>(
    paths: &[&'a str],
    usual: &[&str],
    below: &[&str],
    called: &str,
    root: &str,
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
        _ => {
            let failure = Failure::input(format!("more than one {called} was found"))
                .why(format!("`{}`", found.join("`, `")))
                .next(SEVERAL);
            let apps = candidates(&found, usual).into_iter();
            Err(apps.fold(failure, |failure, app| failure.point(app.line(root))))
        }
    }
}

const SEVERAL: &str = "write these tables into `do-deploy.toml` to make an app of each; or name one with `spec = \"FILE\"` there or with `--spec FILE`";

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
                find_default(paths, &USUAL, &["app.yaml"], "app spec", "").expect("one at most"),
                found,
                "{paths:?}"
            );
        }
    }

    #[test]
    fn several_are_listed_with_the_lines_that_make_an_app_of_each() {
        let paths = ["web/app.yaml", "api/app.yaml"];
        let failure = find_default(&paths, &USUAL, &["app.yaml"], "app spec", "").expect_err("ambiguous");
        insta::assert_snapshot!(failure, @r#"
        more than one app spec was found: `api/app.yaml`, `web/app.yaml`
        - `[apps.api]`, then `spec = "api/app.yaml"` and `paths = ["api/**"]`
        - `[apps.web]`, then `spec = "web/app.yaml"` and `paths = ["web/**"]`
        "#);
    }
}
