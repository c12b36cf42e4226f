//! The account: which tokens are taken and what they may do, as `PUT /_sandbox/account` says.

pub(crate) mod tokens;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use self::tokens::{Tokens, same};
use crate::api::Api;

/// To whom the account and every token of it belongs.
pub(crate) const OWNER_NAME: &str = "Sandbox";
pub(crate) const OWNER_EMAIL: &str = "sandbox@example.com";

/// The body of `PUT /_sandbox/account`. A key that is left out keeps its default.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AccountRules {
    pub(crate) inactivity_sleep: InactivitySleep,
    /// Tokens that are taken by either API, besides those that the sandbox hands out.
    pub(crate) tokens: Vec<String>,
    /// Tokens that are answered with 401, by either API.
    pub(crate) revoked: Vec<String>,
    /// Scopes of DigitalOcean tokens, which are taken, too; a token that is not listed has all of them.
    pub(crate) scopes: BTreeMap<String, Vec<String>>,
    /// GitHub tokens that are taken, but may only read.
    pub(crate) github_read_only: Vec<String>,
    /// Permission of a login on the repositories: `admin`, `maintain`, `write`, `triage`, `read`, `none`;
    /// any other is the name of a custom role, which may do what `read` may. GitHub takes `user:LOGIN` as their token.
    pub(crate) permissions: BTreeMap<String, String>,
    /// Most apps that the account may have. `None`: no limit.
    pub(crate) app_limit: Option<usize>,
    /// Most builds at once; a further one stays pending (`BuildRateLimit`). `None`: no limit.
    pub(crate) concurrent_builds: Option<usize>,
    /// `false` lifts GitHub's primary limit, which cannot carry a hundred previews at once. `None`: it is kept.
    pub(crate) github_limit: Option<bool>,
    /// Names that a mounted repository had before, each with the one that it has.
    pub(crate) renamed: BTreeMap<String, String>,
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

/// The token of a request that was let in, with what it may do.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) value: String,
    /// `None`: everything.
    scopes: Option<Vec<String>>,
}

impl Token {
    pub(crate) fn may(&self, scope: &str) -> bool {
        self.scopes
            .as_ref()
            .is_none_or(|scopes| scopes.iter().any(|held| held == scope))
    }
}

/// Cheap to clone; all clones see the same rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    rules: Arc<RwLock<AccountRules>>,
    handed_out: Arc<Tokens>,
}

impl AccountRules {
    /// The name that a repository of this earlier one has now.
    pub(crate) fn renamed_to(&self, full_name: &str) -> Option<&str> {
        let found = self.renamed.iter().find(|(old, _)| old.eq_ignore_ascii_case(full_name));
        found.map(|(_, new)| new.as_str())
    }
}

impl Account {
    pub(crate) fn rules(&self) -> AccountRules {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, rules: AccountRules) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = rules;
    }

    pub(crate) fn handed_out(&self) -> &Tokens {
        &self.handed_out
    }

    /// The token that a client of a vendor's API has shown, if that API takes it.
    pub(crate) fn token(&self, api: Api, shown: &str) -> Option<Token> {
        let rules = self.rules();
        let among = |tokens: &[String]| tokens.iter().any(|token| same(token, shown));
        let registered = among(&rules.tokens)
            || among(&rules.github_read_only)
            || rules.scopes.keys().any(|token| same(token, shown));
        let handed_out = match api {
            Api::DigitalOcean => same(&self.handed_out.digitalocean, shown),
            Api::GitHub => same(&self.handed_out.github, shown) || names_a_person(&rules, shown),
            Api::Own | Api::Page | Api::Log => false,
        };
        (!among(&rules.revoked) && (registered || handed_out)).then(|| Token {
            value: shown.to_owned(),
            scopes: rules.scopes.get(shown).cloned(),
        })
    }

    /// Whether this is the sandbox's own token, which only the person who started it has.
    pub(crate) fn is_owners(&self, shown: &str) -> bool {
        same(&self.handed_out.sandbox, shown)
    }
}

/// `user:LOGIN` of someone whose permission is set.
fn names_a_person(rules: &AccountRules, token: &str) -> bool {
    token
        .strip_prefix("user:")
        .is_some_and(|login| rules.permissions.contains_key(login))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_known_tokens_are_taken() {
        let account = Account::default();
        let rules = json!({
            "tokens": ["registered", "taken-back", "user:owner"], "revoked": ["taken-back"],
            "scopes": {"scoped": ["app:read"]}, "github_read_only": ["reader"], "permissions": {"eve": "write"},
        });
        account.set(serde_json::from_value(rules).unwrap());
        let Tokens {
            sandbox,
            digitalocean,
            fly,
            github,
        } = account.handed_out().clone();
        for (token, cloud, hosted) in [
            (digitalocean.as_str(), true, false),
            (github.as_str(), false, true),
            (fly.as_str(), false, false),
            (sandbox.as_str(), false, false),
            ("registered", true, true),
            ("scoped", true, true),
            ("reader", true, true),
            ("user:owner", true, true),
            ("user:eve", false, true),
            ("user:mallory", false, false),
            ("user:", false, false),
            ("eve", false, false),
            ("taken-back", false, false),
            ("Registered", false, false),
            ("registered ", false, false),
            ("", false, false),
        ] {
            assert_eq!(account.token(Api::DigitalOcean, token).is_some(), cloud, "{token}");
            assert_eq!(account.token(Api::GitHub, token).is_some(), hosted, "{token}");
            assert_eq!(account.is_owners(token), token == sandbox, "{token}");
        }
        account.set(AccountRules::default());
        assert!(account.token(Api::GitHub, "registered").is_none());
        assert!(account.token(Api::GitHub, &github).is_some());
    }

    #[test]
    fn no_two_sandboxes_hand_out_the_same() {
        let (one, other) = (Tokens::default(), Tokens::default());
        assert!(one.sandbox != other.sandbox && one.digitalocean != other.digitalocean && one.github != other.github);
        assert!(one.sandbox.len() >= 64, "{}", one.sandbox);
    }
}
