//! Apps of one repository are told apart by the names in their manifests and by their keys.

use crate::model::failure::Failure;

/// One app's key under `[apps]`, the file of its manifest, and the name that stands in there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NamedManifest<'a> {
    pub(crate) key: &'a str,
    pub(crate) file: &'a str,
    pub(crate) name: &'a str,
}

/// Passes manifests of which each has a name that belongs to no other app.
///
/// # Errors
/// Two manifests of one name, which would be one app to the platform, and a manifest with another app's key for a name:
/// an app that carries it as its mark could be either.
pub(crate) fn distinct(manifests: &[NamedManifest<'_>]) -> Result<(), Failure> {
    for (index, one) in manifests.iter().enumerate() {
        if let Some(other) = manifests[..index].iter().find(|other| other.name == one.name) {
            return Err(Failure::input(format!(
                "`{}` and `{}` are both named `{}`",
                other.file, one.file, one.name
            ))
            .why("the apps of one repository need different names")
            .next(format!(
                "change `name` in one of the two files of `[apps.{}]` and `[apps.{}]`",
                other.key, one.key
            )));
        }
        if let Some(other) = manifests
            .iter()
            .find(|other| other.key == one.name && other.key != one.key)
        {
            return Err(Failure::input(format!(
                "`{}` is named `{}`, which is the key of another app, `[apps.{}]`",
                one.file, one.name, other.key
            ))
            .why("an app that is live is recognised by either")
            .next(format!(
                "rename `[apps.{}]` or `[apps.{}]`, such as to the name in its file",
                other.key, one.key
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{NamedManifest, distinct};

    fn check(manifests: &[(&str, &str, &str)]) -> String {
        let manifests: Vec<NamedManifest<'_>> = manifests
            .iter()
            .map(|(key, file, name)| NamedManifest { key, file, name })
            .collect();
        match distinct(&manifests) {
            Ok(()) => "fine".to_owned(),
            Err(failure) => format!("{failure} | {}", failure.next.clone().unwrap_or_default()),
        }
    }

    #[test]
    fn every_app_has_a_name_of_its_own() {
        assert_eq!(
            check(&[("api", "api/app.yaml", "api"), ("web", "web/app.yaml", "shop")]),
            "fine"
        );
        assert_eq!(check(&[]), "fine");
    }

    #[test]
    fn two_manifests_of_one_name_are_refused() {
        insta::assert_snapshot!(check(&[("api", "api/app.yaml", "shop"), ("web", "web/app.yaml", "shop")]), @"`api/app.yaml` and `web/app.yaml` are both named `shop`: the apps of one repository need different names | change `name` in one of the two files of `[apps.api]` and `[apps.web]`");
    }

    #[test]
    fn a_manifest_named_like_another_apps_key_is_refused() {
        insta::assert_snapshot!(check(&[("api", "api/app.yaml", "web"), ("web", "web/app.yaml", "shop")]), @"`api/app.yaml` is named `web`, which is the key of another app, `[apps.web]`: an app that is live is recognised by either | rename `[apps.web]` or `[apps.api]`, such as to the name in its file");
    }
}
