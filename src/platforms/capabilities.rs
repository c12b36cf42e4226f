//! What a platform does and does not do, where a flow has to know.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capabilities {
    /// It builds whatever is at the head of a branch when it comes to it, and not the commit that a run planned for.
    pub(crate) builds_branch_heads: bool,
    /// A rollback holds the app at what it brought back, until that is taken off.
    pub(crate) pins_rollbacks: bool,
    /// Of how many successful deployments, the newest first, each can be brought back.
    pub(crate) keeps: usize,
}
