//! What a flow is going to do to an app, computed without touching anything.

mod preview;
mod production;
mod replace;

pub(crate) use preview::{Allowed, DataLoss, Database, DatabaseMode, PreviewInput, PreviewPlan};
pub(crate) use production::{Neighbour, ProductionInput, ProductionPlan};
pub(crate) use replace::{Loss, Replace, Taken};
