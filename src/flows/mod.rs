//! The verbs: one file each, and the board that keeps what people see in step.

pub(crate) mod auto;
pub(crate) mod board;
mod checks;
pub(crate) mod context;
pub(crate) mod deploy;
mod dry_run;
pub(crate) mod eligibility;
mod ending;
mod explain;
pub(crate) mod failure;
pub(crate) mod logs;
mod ownership;
pub(crate) mod preview;
mod preview_plan;
pub(crate) mod redeploy;
pub(crate) mod rollback;
mod rollout;
mod sentence;
pub(crate) mod site;
mod source;
pub(crate) mod status;
pub(crate) mod sweep;
pub(crate) mod teardown;
pub(crate) mod verify;
mod witnesses;

pub(crate) use source::local as local_file;
