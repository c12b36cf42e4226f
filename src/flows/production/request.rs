//! What is asked of a deployment of production or of a named environment.

use crate::flows::project::revision::Commit;
use crate::model::environment::Environment;
use crate::policy::images::Images;
use crate::policy::replace::Replace;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) environment: Environment,
    pub(crate) commit: Commit,
    /// Build anew even if an earlier build could be reused.
    pub(crate) force_build: bool,
    /// What components with an image are to run.
    pub(crate) images: Images,
    /// What may be taken from the live app.
    pub(crate) replace: Replace,
    /// Take the pin of a rollback off first.
    pub(crate) release: bool,
    pub(crate) dry_run: bool,
}
