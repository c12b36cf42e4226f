//! What a flow is going to do to an app, computed without touching anything.

mod loss;
mod preview;
mod production;

pub(crate) use loss::{Beside, Loss, Taken, agree, beside, unmatched, without_app};
pub(crate) use preview::{Allowed, DataLoss, DatabaseChoice, PreviewInput, PreviewPlan};
pub(crate) use production::{Neighbour, ProductionInput, ProductionPlan};
