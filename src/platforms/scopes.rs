//! What a token has to be allowed to do: scopes, spelled as DigitalOcean's page for new tokens has them.

/// To deploy, redeploy and roll back production or another named environment, which is never deleted.
pub(crate) const PRODUCTION: [&str; 3] = ["app:create", "app:read", "app:update"];

/// To make previews and to remove them.
pub(crate) const PREVIEWS: [&str; 4] = ["app:create", "app:read", "app:update", "app:delete"];

/// On top of production's where `project` is set: a new app is put into it.
pub(crate) const PROJECT: [&str; 2] = ["project:read", "project:assign_resource"];
