//! Production: created, updated, adopted, judged and, where it is safe, rolled back.

mod adoption;
mod aftermath;
mod app;
mod blocked;
mod by_key;
mod domain;
mod github;
mod held_up;
mod interruption;
mod losses;
mod offline;
mod outside;
mod placeholders;
mod renamed;
mod rollback;
mod rolled_back;
mod secrets;
mod secure_header;
mod succession;
mod summary;
mod was_live;
mod ways_back;
