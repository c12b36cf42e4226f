//! What is asked for where a preview is.

use crate::flows::preview::eligibility::Commit;
use crate::policy::images::Images;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) pull_request: u64,
    pub(crate) commit: Commit,
    /// Build anew even if an earlier build could be reused.
    pub(crate) force_build: bool,
    /// A maintainer asked for this one: no draft, label or bot stands in its way.
    pub(crate) insisted: bool,
    /// What components with an image are to run.
    pub(crate) images: Images,
    pub(crate) dry_run: bool,
}
