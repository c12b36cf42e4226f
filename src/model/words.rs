//! What a platform calls things, for messages, and how its edge shows itself.

use std::ops::RangeInclusive;

/// Names and places of one platform, as its own pages write them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// Whose API it is, and whose account a token is from.
    pub(crate) vendor: &'static str,
    /// The variable, and the secret of a repository, that holds the token.
    pub(crate) token: &'static str,
    /// The action's input that takes it.
    pub(crate) input: &'static str,
    /// Where a token is made.
    pub(crate) token_page: &'static str,
    /// What a token is made for: a group of people with accounts, apps and a bill of their own.
    pub(crate) team: &'static str,
    /// Where the vendor is given access to a repository on GitHub.
    pub(crate) access_page: &'static str,
    /// Longest name of an app that the platform accepts, in characters.
    pub(crate) longest_name: usize,
    /// The file that describes an app, as it stands after "the": `app spec`.
    pub(crate) manifest: &'static str,
    /// The same of a live app, as the platform keeps it: `spec`.
    pub(crate) document: &'static str,
    /// Where people look at an app and change it by hand: `control panel`.
    pub(crate) panel: &'static str,
    /// The field with which the platform itself deploys every push.
    pub(crate) push_trigger: &'static str,
    /// How an archived app comes back, as an instruction without a full stop.
    pub(crate) restore: &'static str,
    pub(crate) edge: Edge,
    /// Actions of others that deploy to it.
    pub(crate) other_actions: &'static [&'static str],
    /// What a token has to be allowed to do.
    pub(crate) scopes: Scopes,
}

impl Words {
    /// `an app spec`, `a Compose file`
    pub(crate) fn a_manifest(&self) -> String {
        let article = match self.manifest.starts_with(['a', 'e', 'i', 'o', 'u']) {
            true => "an",
            false => "a",
        };
        format!("{article} {}", self.manifest)
    }
}

/// How an answer shows whether the platform's edge or the app gave it. Header names are in lower case.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    /// What the header `server` says of all that passes the edge.
    pub(crate) server: &'static str,
    /// The header that names the app that an answer came from.
    pub(crate) app_origin: &'static str,
    /// The header that says why no app answered.
    pub(crate) failure_code: &'static str,
    /// What it says where the edge has no route to an app.
    pub(crate) no_route: &'static str,
    /// Statuses of error pages that are the edge's own.
    pub(crate) error_pages: &'static [RangeInclusive<u16>],
    /// The manifest's field with the header without which the edge lets no request through.
    pub(crate) guard: &'static str,
}

impl Edge {
    pub(crate) fn has_error_page(&self, status: u16) -> bool {
        self.error_pages.iter().any(|pages| pages.contains(&status))
    }
}

/// Scopes of a token, spelled as the vendor's page for new tokens has them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scopes {
    /// To deploy, redeploy and roll back production or another named environment, which is never deleted.
    pub(crate) production: &'static [&'static str],
    /// To make previews and to remove them.
    pub(crate) previews: &'static [&'static str],
    /// On top of production's where `project` is set: a new app is put into it.
    pub(crate) project: &'static [&'static str],
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Edge, Scopes, Words};

    /// Words of no vendor, for tests of what holds on every platform.
    pub(crate) static NEUTRAL: Words = Words {
        vendor: "Cloud",
        token: "CLOUD_TOKEN",
        input: "token",
        token_page: "https://cloud.example/tokens",
        team: "team",
        access_page: "https://cloud.example/access",
        longest_name: 32,
        manifest: "manifest",
        document: "document",
        panel: "dashboard",
        push_trigger: "on_push",
        restore: "restore it in the dashboard",
        edge: Edge {
            server: "edge",
            app_origin: "x-app-origin",
            failure_code: "x-failure-code",
            no_route: "NR",
            error_pages: &[520..=527, 530..=530],
            guard: "guard",
        },
        other_actions: &[],
        scopes: Scopes {
            production: &[],
            previews: &[],
            project: &[],
        },
    };

    #[test]
    fn a_manifest_has_its_article() {
        assert_eq!(NEUTRAL.a_manifest(), "a manifest");
    }
}
