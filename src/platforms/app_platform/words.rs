//! App Platform's own words.

use crate::platforms::words::{Scopes, Words};

/// Scopes as <https://docs.digitalocean.com/reference/api/scopes/> spells them.
pub(super) static WORDS: Words = Words {
    vendor: "DigitalOcean",
    token: "DIGITALOCEAN_ACCESS_TOKEN",
    input: "token",
    token_page: "https://cloud.digitalocean.com/account/api/tokens/new",
    team: "DigitalOcean team",
    access_page: "https://cloud.digitalocean.com/apps/github/install",
    other_actions: &["digitalocean/app_action"],
    scopes: Scopes {
        production: &["app:create", "app:read", "app:update"],
        previews: &["app:create", "app:read", "app:update", "app:delete"],
        project: &["project:read", "project:assign_resource"],
    },
};
