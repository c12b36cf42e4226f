//! Names and ownership, progress, verdict, pull requests: data and decisions, no I/O.

pub(crate) mod address;
pub(crate) mod aftermath;
pub(crate) mod age;
pub(crate) mod answer;
pub(crate) mod app_identity;
pub(crate) mod changed_files;
pub(crate) mod commands;
pub(crate) mod commit;
pub(crate) mod count;
pub(crate) mod environment;
pub(crate) mod excerpt;
pub(crate) mod failure;
pub(crate) mod live;
pub(crate) mod marks;
pub(crate) mod names;
pub(crate) mod own;
pub(crate) mod pull_request;
pub(crate) mod report;
pub(crate) mod rollback;
pub(crate) mod rollout;
pub(crate) mod secure_header;
pub(crate) mod stack_trace;
pub(crate) mod stamp;
pub(crate) mod standing;
pub(crate) mod verdict;
pub(crate) mod words;
