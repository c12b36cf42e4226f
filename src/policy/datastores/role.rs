//! Which part of the way to a store an env holds.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// All in one: a URL, a DSN, a connection string.
    Url,
    Host,
    Port,
    User,
    Password,
    Name,
    /// Which driver speaks to it: not a way to it.
    Driver,
}
