//! The verbs: one file each, and the board that keeps what people see in step.

pub(crate) mod board;
