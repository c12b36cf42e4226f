//! Where the manifest is, unless it is named.

use crate::model::failure::Failure;

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
    fn several_are_listed() {
        let paths = ["web/app.yaml", "api/app.yaml"];
        let failure = find_default(&paths, &USUAL, &["app.yaml"], "app spec").expect_err("ambiguous");
        assert_eq!(
            failure.to_string(),
            "more than one app spec was found: `api/app.yaml`, `web/app.yaml`"
        );
    }
}
