//! What a failure on a platform means, said so that a person knows what to do.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    pub(crate) why: String,
    pub(crate) next: String,
}
