//! What failed in a deployment, and what that means, said so that a person knows what to do.

use crate::model::rollout::Stage;
use crate::redact::Untrusted;

/// A step that ended in an error, with the platform's code and message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepFailure {
    pub(crate) component: Option<String>,
    pub(crate) stage: Stage,
    pub(crate) code: String,
    pub(crate) message: Untrusted,
    /// The same in plain words, where the code or an exit code in the message is a known one.
    pub(crate) diagnosis: Option<Diagnosis>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    pub(crate) why: String,
    pub(crate) next: String,
}
