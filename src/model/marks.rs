//! How we know that an app is ours: app-level envs that carry repository, environment and commit.

use super::environment::Environment;

pub(crate) const REPOSITORY: &str = "DO_DEPLOY_REPOSITORY";
pub(crate) const ENVIRONMENT: &str = "DO_DEPLOY_ENVIRONMENT";
pub(crate) const COMMIT: &str = "DO_DEPLOY_COMMIT";

/// The marks of an app. They guard deletion; the commit is never proof of what serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marks {
    /// GitHub's numeric id of the repository, which survives a rename.
    pub(crate) repository: u64,
    pub(crate) environment: Environment,
    pub(crate) commit: Option<String>,
}

impl Marks {
    /// The envs to write, in order, as key and value.
    pub(crate) fn envs(&self) -> Vec<(&'static str, String)> {
        let mut envs = vec![
            (REPOSITORY, self.repository.to_string()),
            (ENVIRONMENT, self.environment.to_string()),
        ];
        envs.extend(self.commit.clone().map(|commit| (COMMIT, commit)));
        envs
    }

    /// Reads marks back from envs. `None` where the repository or the environment is missing or malformed.
    pub(crate) fn read<'a>(envs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<Self> {
        let (mut repository, mut environment, mut commit) = (None, None, None);
        for (key, value) in envs {
            match key {
                REPOSITORY => repository = value.parse().ok(),
                ENVIRONMENT => environment = value.parse().ok(),
                COMMIT => commit = Some(value.to_owned()),
                _ => {}
            }
        }
        Some(Self {
            repository: repository?,
            environment: environment?,
            commit,
        })
    }

    /// Whether both belong to the same repository and environment.
    pub(crate) fn same_owner(&self, repository: u64, environment: &Environment) -> bool {
        self.repository == repository && self.environment == *environment
    }
}
