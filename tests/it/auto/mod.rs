//! `auto` chooses the flow from the event, and says why where there is nothing to do.

mod dispatch;
mod images;
mod isolated;
mod other;
mod pull_request;
mod push;
mod redundant;
mod schedule;
mod secrets;
mod undeployed;
mod workflow_run;
