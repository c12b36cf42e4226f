//! Why the platform refuses a request, before any API has put a status on it.

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The request or the app spec is wrong.
    #[error("{0}")]
    Invalid(String),
    #[error("{0}")]
    Unprocessable(String),
    #[error("The resource you requested could not be found.")]
    NotFound,
    #[error("{0}")]
    Conflict(String),
    /// A limit of the account, in the words of the reason code.
    #[error("ResourceExhausted: {0}")]
    Exhausted(String),
}

impl Refusal {
    /// An error of one field of an app spec, in the platform's usual wording.
    pub(crate) fn field(path: impl AsRef<str>, why: impl AsRef<str>) -> Self {
        Self::Invalid(format!(
            "error validating app spec field \"{}\": {}",
            path.as_ref(),
            why.as_ref()
        ))
    }
}
