//! The flags that say how much a run tells of what it does.

use clap::{ArgAction, Args};

/// Where `--help` lists what does not change what a command does: after all else.
pub(super) const LAST: usize = 200;

#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct Diagnostics {
    /// Show every request and every decision with its reason; twice: the shapes of bodies as well
    #[arg(long, short, action = ArgAction::Count, display_order = LAST)]
    pub(crate) verbose: u8,
}
