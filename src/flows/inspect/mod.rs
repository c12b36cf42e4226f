//! What only looks: status, logs, verification, and the plan of a run that touches nothing.

pub(crate) mod dry_run;
pub(crate) mod found;
pub(crate) mod logs;
pub(crate) mod status;
pub(crate) mod verify;
