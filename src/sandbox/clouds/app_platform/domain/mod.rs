//! The domain model of the stand-in platform: apps, their deployments, and the engine that makes them real.

pub(crate) mod app;
pub(crate) mod apps;
pub(crate) mod deployment;
pub(crate) mod deployments;
pub(crate) mod events;
pub(crate) mod logs;
pub(crate) mod platform;
pub(crate) mod progress;
pub(crate) mod rate_limit;
pub(crate) mod rollback;
pub(crate) mod rollout;
