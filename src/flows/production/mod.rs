//! Production and other named environments: deployed, rolled back, and what is known of either afterwards.

mod app;
pub(crate) mod automatic_rollback;
mod begin;
mod broken_off;
mod compared;
pub(crate) mod deploy;
mod left_over;
pub(crate) mod pin;
pub(crate) mod plan;
pub(crate) mod redundant;
pub(crate) mod refusal;
mod rehearsal;
pub(crate) mod request;
pub(crate) mod rollback;
pub(crate) mod rolled_back;
pub(crate) mod serves_now;
pub(crate) mod succession;
pub(crate) mod undeployed;
