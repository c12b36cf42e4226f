//! What a token has to be allowed to do: scopes, spelled as DigitalOcean's page for new tokens has them.

/// For everything that do-deploy does with apps.
pub(crate) const APPS: [&str; 4] = ["app:create", "app:read", "app:update", "app:delete"];

/// On top where `project` is set: a new app is put into it.
pub(crate) const PROJECT: [&str; 2] = ["project:read", "project:assign_resource"];
