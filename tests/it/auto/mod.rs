//! `auto` chooses the flow from the event, and says why where there is nothing to do.

mod dispatch;
mod images;
mod isolated_previews;
mod other_events;
mod pull_request;
mod push;
mod redundant_run;
mod schedule;
mod secrets;
mod undeployed_push;
mod workflow_run;
