//! Runs that are killed, or that act on what they read a while ago, and what the next run makes of it.

mod every_point;
mod records;
mod removal;
mod reopened;
mod resumed;
mod rollback;
