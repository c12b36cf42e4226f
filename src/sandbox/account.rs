//! What the account and its tokens may do: set by `PUT /_sandbox/account`, asked by both APIs.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

/// To whom the account and every token of it belongs.
pub(crate) const OWNER_NAME: &str = "Sandbox";
pub(crate) const OWNER_EMAIL: &str = "sandbox@example.com";

/// The body of `PUT /_sandbox/account`. A key that is left out keeps its default.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AccountRules {
    pub(crate) inactivity_sleep: InactivitySleep,
    /// Tokens that are answered with 401, by either API.
    pub(crate) revoked: Vec<String>,
    /// Scopes of DigitalOcean tokens; a token that is not listed has all of them.
    pub(crate) scopes: BTreeMap<String, Vec<String>>,
    /// GitHub tokens that may only read.
    pub(crate) github_read_only: Vec<String>,
    /// Permission of a login on the repositories: `admin`, `maintain`, `write`, `triage`, `read`, `none`;
    /// any other is the name of a custom role, which may do what `read` may.
    pub(crate) permissions: BTreeMap<String, String>,
    /// Most apps that the account may have. `None`: no limit.
    pub(crate) app_limit: Option<usize>,
    /// Most builds at once; a further one stays pending (`BuildRateLimit`). `None`: no limit.
    pub(crate) concurrent_builds: Option<usize>,
    /// `false` lifts GitHub's primary limit, which cannot carry a hundred previews at once. `None`: it is kept.
    pub(crate) github_limit: Option<bool>,
    /// After a deployment has failed, the platform deploys again what serves.
    pub(crate) auto_rollback: bool,
}

/// What an account does with a spec that asks for scale to zero.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum InactivitySleep {
    #[default]
    On,
    /// An error that names the field.
    Refuse,
    /// The field is dropped without a word.
    Drop,
}

/// Cheap to clone; all clones see the same rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account(Arc<RwLock<AccountRules>>);

impl Account {
    pub(crate) fn rules(&self) -> AccountRules {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, rules: AccountRules) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = rules;
    }
}
