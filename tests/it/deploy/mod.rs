//! Production: created, updated, adopted, judged and, where it is safe, rolled back.

mod adoption;
mod app;
mod blocked_network;
mod comment_after_rollback;
mod concurrent_deployment;
mod destructive_changes;
mod domain;
mod env_changes;
mod github;
mod interruption;
mod live_then_failed;
mod live_version_after_failure;
mod maintenance;
mod placeholders;
mod public_route;
mod renamed_app;
mod retried_request;
mod rollback;
mod rollback_target;
mod secrets;
mod secure_header;
mod summary;
