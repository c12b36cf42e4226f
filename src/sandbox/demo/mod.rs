//! The demo: a story that the whole product plays against its own sandbox, and the service that it deploys.

pub(crate) mod app;
