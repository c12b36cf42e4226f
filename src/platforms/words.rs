//! What a platform calls things, for messages.

/// Names and places of one platform, as its own pages write them.
#[derive(Debug)]
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
    /// Actions of others that deploy to it.
    pub(crate) other_actions: &'static [&'static str],
    /// What a token has to be allowed to do.
    pub(crate) scopes: Scopes,
}

/// Scopes of a token, spelled as the vendor's page for new tokens has them.
#[derive(Debug)]
pub(crate) struct Scopes {
    /// To deploy, redeploy and roll back production or another named environment, which is never deleted.
    pub(crate) production: &'static [&'static str],
    /// To make previews and to remove them.
    pub(crate) previews: &'static [&'static str],
    /// On top of production's where `project` is set: a new app is put into it.
    pub(crate) project: &'static [&'static str],
}
