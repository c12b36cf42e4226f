//! The flag `--replace`: consent, for one run, to what a deployment takes from the live app.

use clap::Args;

use crate::policy::replace::Replace;

/// What a deployment may take from the live app.
#[derive(Args, Clone, Debug)]
pub(crate) struct ReplaceArg {
    /// Agree, for this run, that the deployment destroys, detaches, drops or changes this: `databases.NAME`,
    /// `domains.NAME`, `egress`, `name`, `region` or `vpc`; several between spaces, commas or lines, or repeated
    #[arg(long = "replace", value_name = "WHAT")]
    replaced: Vec<Replace>,
}

impl ReplaceArg {
    pub(crate) fn replace(&self) -> Replace {
        Replace::merge(&self.replaced)
    }
}
