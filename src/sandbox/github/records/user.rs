//! People and bots: an account exists as soon as it is named.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// An account on GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) login: String,
}

/// The account behind `GITHUB_TOKEN`.
const ACTIONS_BOT: (&str, u64) = ("github-actions[bot]", 41_898_282);
/// The app behind it.
const ACTIONS_APP: (&str, u64) = ("github-actions", 15_368);

impl User {
    pub(crate) fn from_login(login: &str) -> Self {
        Self {
            login: login.to_owned(),
        }
    }

    pub(crate) fn actions_bot() -> Self {
        Self::from_login(ACTIONS_BOT.0)
    }

    /// The login of a Git author: `Ada Lovelace` → `ada-lovelace`, `dependabot[bot]` stays a bot.
    pub(crate) fn from_git_author(name: &str) -> Self {
        let (name, suffix) = match name.strip_suffix("[bot]") {
            Some(bot) => (bot, "[bot]"),
            None => (name, ""),
        };
        let words: Vec<String> = name
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        let slug = if words.is_empty() {
            "ghost".to_owned()
        } else {
            words.join("-")
        };
        Self::from_login(&format!("{slug}{suffix}"))
    }

    pub(crate) fn is(&self, login: &str) -> bool {
        self.login.eq_ignore_ascii_case(login)
    }

    pub(crate) fn is_bot(&self) -> bool {
        self.login.ends_with("[bot]")
    }

    pub(crate) fn is_actions_bot(&self) -> bool {
        self.login == ACTIONS_BOT.0
    }

    /// The same login always has the same id.
    pub(crate) fn id(&self) -> u64 {
        if self.is_actions_bot() {
            return ACTIONS_BOT.1;
        }
        let hash = Sha256::digest(self.login.to_ascii_lowercase());
        100_000_000 + u64::from(u32::from_be_bytes([0, hash[0], hash[1], hash[2]]))
    }

    /// `simple-user`
    pub(crate) fn json(&self, base: &str) -> Value {
        let login = &self.login;
        let api = format!("{base}/users/{}", login.replace('[', "%5B").replace(']', "%5D"));
        let html = match login.strip_suffix("[bot]") {
            Some(app) => format!("{base}/apps/{app}"),
            None => format!("{base}/{login}"),
        };
        json!({
            "login": login,
            "id": self.id(),
            "node_id": node_id("U", self.id()),
            "avatar_url": format!("{base}/avatars/u/{}?v=4", self.id()),
            "gravatar_id": "",
            "url": api,
            "html_url": html,
            "followers_url": format!("{api}/followers"),
            "following_url": format!("{api}/following{{/other_user}}"),
            "gists_url": format!("{api}/gists{{/gist_id}}"),
            "starred_url": format!("{api}/starred{{/owner}}{{/repo}}"),
            "subscriptions_url": format!("{api}/subscriptions"),
            "organizations_url": format!("{api}/orgs"),
            "repos_url": format!("{api}/repos"),
            "events_url": format!("{api}/events{{/privacy}}"),
            "received_events_url": format!("{api}/received_events"),
            "type": if self.is_bot() { "Bot" } else { "User" },
            "user_view_type": "public",
            "site_admin": false,
        })
    }

    /// `performed_via_github_app`: the app for its bot, null for people.
    pub(crate) fn app_json(&self, base: &str) -> Value {
        if !self.is_actions_bot() {
            return Value::Null;
        }
        let (slug, id) = ACTIONS_APP;
        json!({
            "id": id,
            "slug": slug,
            "client_id": "Iv1.sandbox",
            "node_id": node_id("A", id),
            "owner": User::from_login("github").json(base),
            "name": "GitHub Actions",
            "description": "Automate your workflow from idea to production",
            "external_url": "https://help.github.com/en/actions",
            "html_url": format!("{base}/apps/{slug}"),
            "created_at": "2018-07-30T09:30:17Z",
            "updated_at": "2024-04-10T20:33:16Z",
            "permissions": {"contents": "write", "deployments": "write", "issues": "write", "metadata": "read", "pull_requests": "write"},
            "events": ["push"],
        })
    }
}

/// Opaque to clients, unique per kind and id.
pub(crate) fn node_id(kind: &str, id: u64) -> String {
    format!("{kind}_{id:016x}")
}

#[cfg(test)]
mod tests {
    use super::User;

    #[test]
    fn a_git_author_becomes_a_login() {
        let login = |name: &str| User::from_git_author(name).login;
        assert_eq!(login("Ada Lovelace"), "ada-lovelace");
        assert_eq!(login("dependabot[bot]"), "dependabot[bot]");
        assert_eq!(login("  ..  "), "ghost");
        assert!(User::from_git_author("renovate[bot]").is_bot());
    }

    #[test]
    fn the_token_s_account_has_its_well_known_id() {
        assert_eq!(User::actions_bot().id(), 41_898_282);
        assert_eq!(User::from_login("Ada").id(), User::from_login("ada").id());
    }
}
