//! Which app of a repository is meant, and whether a live app with the repository's marks is that one.

use std::fmt;

use super::environment::Environment;
use super::failure::Failure;
use super::marks::{APP, Marks};
use super::names;
use crate::redact::strip::{cut, strip};

/// Longest mark that is shown, in characters: an env's value may have any length.
const LONGEST_SHOWN: usize = 100;

/// What an app of the repository is called, in the environment that is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AppNames {
    /// Its key under `[apps]`. `None`: the repository has one app, which needs no entry.
    pub(crate) key: Option<String>,
    /// The name in its manifest; for a preview, in the manifest that it is named after. `None`: the manifest was not read.
    pub(crate) manifest: Option<String>,
}

/// One app of the repository, among the others that the repository has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AppIdentity {
    pub(crate) names: AppNames,
    /// The repository's other apps. A live app belongs to one of all these at most.
    pub(crate) others: Vec<AppNames>,
}

/// Why a live app may be an entry's, the weakest reason first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    /// It has the manifest's name, and its mark is neither a key nor a manifest's name: the entry's key was another one.
    FormerKey,
    /// Its mark is the manifest's name: made while the repository had one app, and called otherwise since.
    ManifestMark,
    /// Its mark is the entry's key.
    Key,
    /// It has the manifest's name, and no mark that says more than that: made while the repository had one app, whatever
    /// the keys are now.
    ManifestName,
}

impl AppNames {
    fn claim(&self, marks: &Marks, name: &str, all: &[&Self]) -> Option<Claim> {
        let manifest = self.manifest.as_deref();
        let is_named = manifest.is_some_and(|manifest| match marks.environment {
            Environment::Preview(number) => names::is_preview_of(name, manifest, number, marks.repository),
            Environment::Named(_) => manifest == name,
        });
        let mark = marks.app.as_deref();
        if is_named && (mark.is_none() || mark == manifest) {
            return Some(Claim::ManifestName);
        }
        let mark = mark?;
        if self.key.as_deref() == Some(mark) {
            return Some(Claim::Key);
        }
        if manifest == Some(mark) {
            return Some(Claim::ManifestMark);
        }
        (is_named && all.iter().all(|it| !it.is_called(mark))).then_some(Claim::FormerKey)
    }

    fn is_called(&self, mark: &str) -> bool {
        [&self.key, &self.manifest]
            .into_iter()
            .any(|it| it.as_deref() == Some(mark))
    }
}

impl AppIdentity {
    /// The only app of the repository.
    pub(crate) fn only(manifest: &str) -> Self {
        Self {
            names: AppNames {
                key: None,
                manifest: Some(manifest.to_owned()),
            },
            others: Vec::new(),
        }
    }

    /// The only app of the repository, where its manifest cannot be read or is not needed: known by its marks.
    pub(crate) fn only_by_marks() -> Self {
        Self::default()
    }

    /// One of several apps, where the files that say more of them cannot be read: known by its key alone.
    pub(crate) fn by_key(key: &str) -> Self {
        Self {
            names: AppNames {
                key: Some(key.to_owned()),
                manifest: None,
            },
            // Whatever the others are called.
            others: vec![AppNames::default()],
        }
    }

    /// What GitHub's deployments call it. `None`: all of them are the only app's, whatever it was called then; or its
    /// manifest was not read.
    pub(crate) fn recorded_as(&self) -> Option<&str> {
        self.names.key.as_ref().and(self.names.manifest.as_deref())
    }

    /// What `DO_DEPLOY_APP` is to say: the key, else the manifest's name. `None`: neither is known.
    pub(crate) fn mark(&self) -> Option<&str> {
        self.names.key.as_deref().or(self.names.manifest.as_deref())
    }

    /// Whether a live app with the repository's marks, for this environment, is this app. Never of two apps of a
    /// repository.
    ///
    /// The only app has all of them, whatever their mark says: its manifest or its key may have been renamed since. That
    /// takes no other entry's app, because there is none, and several of them are never chosen among.
    pub(crate) fn owns(&self, marks: &Marks, name: &str) -> bool {
        self.others.is_empty() || self.owner(marks, name) == Some(&self.names)
    }

    /// Whether a live app's mark or name says that it is this app, also where that is the only one.
    pub(crate) fn claims(&self, marks: &Marks, name: &str) -> bool {
        let all: Vec<&AppNames> = std::iter::once(&self.names).chain(&self.others).collect();
        self.names.claim(marks, name, &all).is_some()
    }

    /// Whether it may be this app under an earlier name: it is this one's, or no entry's.
    pub(crate) fn may_be(&self, marks: &Marks, name: &str) -> bool {
        self.others.is_empty() || self.owner(marks, name).is_none_or(|owner| *owner == self.names)
    }

    /// Whose a live app is: that of the strongest claim, where a single one is the strongest.
    fn owner(&self, marks: &Marks, name: &str) -> Option<&AppNames> {
        let all: Vec<&AppNames> = std::iter::once(&self.names).chain(&self.others).collect();
        let claims = all.iter().filter_map(|it| Some((it.claim(marks, name, &all)?, *it)));
        let claims: Vec<(Claim, &AppNames)> = claims.collect();
        let (strongest, _) = claims.iter().max_by_key(|(claim, _)| *claim)?;
        let mut owners = claims.iter().filter(|(claim, _)| claim == strongest);
        match (owners.next(), owners.next()) {
            (Some((_, owner)), None) => Some(owner),
            _ => None,
        }
    }

    /// Adds to a refusal of an app of the same repository and environment why it is not this one, and what to do.
    pub(crate) fn refused(&self, failure: Failure, marks: &Marks) -> Failure {
        let why = match &marks.app {
            Some(mark) => {
                // Whatever stands in that env.
                let mark = cut(strip(mark).replace('`', "'").trim(), LONGEST_SHOWN);
                format!("its mark `{APP}` says `{mark}`, and this run is for {self}")
            }
            None => format!("it has no mark `{APP}`, and its name does not say that it is {self}"),
        };
        let other = "give one of the two manifests another `name`";
        failure.why(why).next(match self.mark() {
            Some(mark) => format!("{other}; if it is {self} under an earlier key, set its env `{APP}` to `{mark}`"),
            None => other.to_owned(),
        })
    }
}

impl fmt::Display for AppIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mark() {
            Some(mark) => write!(f, "`{mark}`"),
            None => f.write_str("the repository's only app"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `key=manifest`, each of which may be missing.
    fn names(text: &str) -> AppNames {
        let (key, manifest) = text.split_once('=').expect("key=manifest");
        let known = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        AppNames {
            key: known(key),
            manifest: known(manifest),
        }
    }

    /// The identity of each app of a repository.
    fn identities(entries: &[&str]) -> Vec<AppIdentity> {
        let others = |without: usize| {
            let others = entries.iter().enumerate().filter(|(at, _)| *at != without);
            others.map(|(_, it)| names(it)).collect()
        };
        let identity = |(at, entry): (usize, &&str)| AppIdentity {
            names: names(entry),
            others: others(at),
        };
        entries.iter().enumerate().map(identity).collect()
    }

    fn marks(environment: &str, mark: &str) -> Marks {
        Marks {
            repository: 7,
            app: Some(mark.to_owned()).filter(|mark| !mark.is_empty()),
            environment: environment.parse().expect("an environment"),
            commit: None,
        }
    }

    /// The entries that own a live app.
    fn owners<'a>(entries: &[&'a str], environment: &str, name: &str, mark: &str) -> Vec<&'a str> {
        let marks = marks(environment, mark);
        let identities = identities(entries);
        let owns = entries.iter().zip(&identities).filter(|(_, it)| it.owns(&marks, name));
        owns.map(|(entry, _)| *entry).collect()
    }

    #[test]
    fn the_only_app_has_every_app_of_its_environment() {
        for (entry, name, mark) in [
            // From before the mark existed.
            ("=shop", "shop", ""),
            ("=shop", "shop", "shop"),
            // The manifest was renamed.
            ("=shop2", "shop", "shop"),
            ("=shop2", "shop", ""),
            // It cannot be read.
            ("=", "shop", "shop"),
            // The repository had several apps, or the only entry's key was another one.
            ("=shop", "shop", "api"),
            ("backend=shop", "shop", "api"),
            ("api=shop", "shop", "shop"),
        ] {
            assert_eq!(
                owners(&[entry], "production", name, mark),
                [entry],
                "{entry} {name} {mark}"
            );
        }
    }

    #[test]
    fn an_app_belongs_to_one_entry_at_most() {
        const SHOP_AND_WEB: &[&str] = &["api=shop", "front=web"];
        // A key that is another entry's manifest's name.
        const CROSSED: &[&str] = &["api=shop", "shop=web"];
        for (entries, name, mark, owner) in [
            (SHOP_AND_WEB, "shop", "api", Some("api=shop")),
            (SHOP_AND_WEB, "web", "front", Some("front=web")),
            // The repository grew from one app to two: the app is that of the manifest that it was made from.
            (SHOP_AND_WEB, "shop", "", Some("api=shop")),
            (SHOP_AND_WEB, "shop", "shop", Some("api=shop")),
            (CROSSED, "shop", "shop", Some("api=shop")),
            (CROSSED, "shop", "", Some("api=shop")),
            (CROSSED, "web", "shop", Some("shop=web")),
            // The manifest was renamed: the key says whose it is, or the name that the mark has.
            (SHOP_AND_WEB, "old", "api", Some("api=shop")),
            (SHOP_AND_WEB, "old", "shop", Some("api=shop")),
            (SHOP_AND_WEB, "old", "", None),
            (SHOP_AND_WEB, "old", "gone", None),
            // The key was renamed: the name says whose it is, unless another entry has the key now.
            (&["backend=shop", "front=web"], "shop", "api", Some("backend=shop")),
            (&["backend=shop", "api=web"], "shop", "api", Some("api=web")),
            (&["backend=shop", "front=api"], "shop", "api", Some("front=api")),
            // A name that another entry's manifest has takes nothing from the one that the mark names.
            (SHOP_AND_WEB, "shop", "front", Some("front=web")),
            // The manifests cannot be read: the key alone.
            (&["api=", "front="], "shop", "api", Some("api=")),
            (&["api=", "front="], "shop", "", None),
            (&["api=", "front="], "shop", "shop", None),
            // Two manifests of one name.
            (&["api=shop", "front=shop"], "shop", "", None),
            (&["api=shop", "front=shop"], "shop", "front", Some("front=shop")),
        ] {
            let found = owners(entries, "production", name, mark);
            let owner: Vec<&str> = owner.into_iter().collect();
            assert_eq!(found, owner, "{entries:?}: `{name}` marked `{mark}`");
        }
    }

    #[test]
    fn a_preview_is_known_by_the_name_that_its_manifest_gives_it() {
        const LONG: &str = "a-service-with-a-very-long-name";
        let entries = [&*format!("api={LONG}"), "front=web"];
        let cut = names::preview_app(LONG, 12, 7, 32);
        assert_ne!(cut, format!("{LONG}-pr-12"));
        for (name, mark, owner) in [
            (&*cut, "", Some(entries[0])),
            (&cut, LONG, Some(entries[0])),
            (&cut, "earlier-key", Some(entries[0])),
            ("web-pr-12", "", Some("front=web")),
            ("web-pr-12", "api", Some(entries[0])),
            // Of another pull request, and of none.
            ("web-pr-13", "", None),
            ("web", "", None),
        ] {
            let owner: Vec<&str> = owner.into_iter().collect();
            assert_eq!(owners(&entries, "pr-12", name, mark), owner, "`{name}` marked `{mark}`");
        }
    }

    #[test]
    fn whatever_an_app_is_called_it_never_has_two_owners() {
        const WORDS: [&str; 4] = ["", "a", "b", "c"];
        let entries: Vec<String> = WORDS
            .iter()
            .flat_map(|key| WORDS.map(|manifest| format!("{key}={manifest}")))
            .collect();
        for (at, one) in entries.iter().enumerate() {
            for other in &entries[at + 1..] {
                for name in WORDS {
                    for mark in WORDS {
                        let found = owners(&[one, other], "production", name, mark);
                        assert!(found.len() < 2, "{one} {other}: `{name}` marked `{mark}`");
                    }
                }
            }
        }
    }

    #[test]
    fn what_no_entry_owns_may_be_any_of_them_under_an_earlier_name() {
        let [api, front] = &identities(&["api=shop", "front=web"])[..] else {
            panic!("two entries")
        };
        for (name, mark, may_be) in [
            ("old", "", [true, true]),
            ("old", "gone", [true, true]),
            ("old", "api", [true, false]),
            ("web", "", [false, true]),
        ] {
            let marks = marks("production", mark);
            let found = [api, front].map(|it| it.may_be(&marks, name));
            assert_eq!(found, may_be, "`{name}` marked `{mark}`");
        }
    }

    #[test]
    fn an_app_that_is_known_by_its_key_alone_owns_what_has_that_mark() {
        let api = AppIdentity::by_key("api");
        for (name, mark, owns) in [("shop", "api", true), ("api", "front", false), ("api", "", false)] {
            assert_eq!(
                api.owns(&marks("production", mark), name),
                owns,
                "`{name}` marked `{mark}`"
            );
        }
    }

    #[test]
    fn what_no_entry_claims_is_left_over_also_where_one_entry_is_left() {
        let [only] = &identities(&["api=shop"])[..] else {
            panic!("one entry")
        };
        for (name, mark, claims) in [
            ("shop", "", true),
            ("shop", "former", true),
            ("old", "api", true),
            ("old", "shop", true),
            ("web", "front", false),
            ("web", "", false),
        ] {
            let found = only.claims(&marks("production", mark), name);
            assert_eq!(found, claims, "`{name}` marked `{mark}`");
        }
    }

    #[test]
    fn several_apps_are_told_apart_in_githubs_records_by_their_manifests_names() {
        for (entry, recorded_as) in [("=shop", None), ("api=shop", Some("shop")), ("api=", None)] {
            assert_eq!(identities(&[entry])[0].recorded_as(), recorded_as, "{entry}");
        }
    }

    #[test]
    fn an_app_is_marked_with_its_key_else_with_its_manifests_name() {
        for (entry, mark) in [("=shop", Some("shop")), ("api=shop", Some("api")), ("=", None)] {
            assert_eq!(identities(&[entry])[0].mark(), mark, "{entry}");
        }
    }

    #[test]
    fn a_refusal_says_whose_the_app_is_and_what_to_do() {
        let identity = &identities(&["front=web", "api=shop"])[0];
        let failure = Failure::input("app `web` is another app of production");
        let failure = identity.refused(failure, &marks("production", "api"));
        insta::assert_snapshot!(format!("{failure}\n{}", failure.next.clone().unwrap_or_default()), @r"
            app `web` is another app of production: its mark `DO_DEPLOY_APP` says `api`, and this run is for `front`
            give one of the two manifests another `name`; if it is `front` under an earlier key, set its env `DO_DEPLOY_APP` to `front`
        ");
    }
}
