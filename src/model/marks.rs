//! How we know that an app is ours: app-level envs that carry repository, app, environment and commit.

use super::environment::Environment;

pub(crate) const REPOSITORY: &str = "DO_DEPLOY_REPOSITORY";
pub(crate) const APP: &str = "DO_DEPLOY_APP";
pub(crate) const ENVIRONMENT: &str = "DO_DEPLOY_ENVIRONMENT";
pub(crate) const COMMIT: &str = "DO_DEPLOY_COMMIT";

/// The marks of an app. They guard deletion; the commit is never proof of what serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marks {
    /// GitHub's numeric id of the repository, which survives a rename.
    pub(crate) repository: u64,
    /// Which app of the repository: its key under `[apps]`, else the name in its manifest. `None`: written before the mark
    /// existed, when a repository had one app. `AppIdentity` says whose an app is.
    pub(crate) app: Option<String>,
    pub(crate) environment: Environment,
    pub(crate) commit: Option<String>,
}

impl Marks {
    /// The envs to write, in order, as key and value.
    pub(crate) fn envs(&self) -> Vec<(&'static str, String)> {
        let mut envs = vec![(REPOSITORY, self.repository.to_string())];
        envs.extend(self.app.clone().map(|app| (APP, app)));
        envs.push((ENVIRONMENT, self.environment.to_string()));
        envs.extend(self.commit.clone().map(|commit| (COMMIT, commit)));
        envs
    }

    /// Reads marks back from envs. `None` where the repository or the environment is missing or malformed.
    pub(crate) fn read<'a>(envs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let (mut repository, mut app, mut environment, mut commit) = (None, None, None, None);
        for (key, value) in envs {
            match key {
                REPOSITORY => repository = value.parse().ok(),
                APP => app = Some(value.to_owned()).filter(|app| !app.is_empty()),
                ENVIRONMENT => environment = value.parse().ok(),
                COMMIT => commit = Some(value.to_owned()),
                _ => {}
            }
        }
        Some(Self {
            repository: repository?,
            app,
            environment: environment?,
            commit,
        })
    }

    /// Whether both belong to the same repository and environment.
    pub(crate) fn same_owner(&self, repository: u64, environment: &Environment) -> bool {
        self.repository == repository && self.environment == *environment
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Marks;

    proptest! {
        #[test]
        fn whatever_an_apps_envs_say_marks_are_whole_or_none(
            envs in prop::collection::vec((key(), value()), 0..5),
            repository in any::<u64>(),
        ) {
            let Some(marks) = Marks::read(envs.iter().map(|(key, value)| (key.as_str(), value.as_str()))) else {
                return Ok(());
            };
            let written = marks.envs();
            let again = Marks::read(written.iter().map(|(key, value)| (*key, value.as_str())));
            prop_assert_eq!(again, Some(marks.clone()));
            let last = |name: &str| envs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone());
            prop_assert_eq!(last("DO_DEPLOY_REPOSITORY").and_then(|it| it.parse().ok()), Some(marks.repository));
            prop_assert_eq!(last("DO_DEPLOY_ENVIRONMENT"), Some(marks.environment.to_string()));
            prop_assert_eq!(marks.same_owner(repository, &marks.environment), marks.repository == repository);
        }
    }

    fn key() -> impl Strategy<Value = String> {
        prop_oneof![4 => "DO_DEPLOY_(REPOSITORY|APP|ENVIRONMENT|COMMIT)", 1 => "[A-Z_]{0,8}"]
    }

    fn value() -> impl Strategy<Value = String> {
        prop_oneof!["[0-9]{1,21}", "(production|staging|pr-[0-9]{1,4})", ".{0,10}"]
    }
}
