//! A cloud's code for a failure, said so that a person knows what to do.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) why: String,
    pub(crate) next: String,
}
