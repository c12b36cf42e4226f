//! Production: created, updated, adopted, judged and, where it is safe, rolled back.

mod adoption;
mod app;
mod github;
mod interruption;
mod losses;
mod outside;
mod rollback;
mod secrets;
