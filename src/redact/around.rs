//! What the lines of a text say about the line after them.

use super::encoded::Tail;

#[derive(Debug, Default)]
pub(super) struct Around {
    /// The next line is inside of a private key, and this stands before each of the key's lines.
    pub(super) key: Option<String>,
    /// A buffer was hidden up to the end of the line, and may go on.
    pub(super) tail: Option<Tail>,
    pub(super) next: Next,
}

/// What a name of a secret says about the lines after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Next {
    #[default]
    Nothing,
    /// The next line begins with the value: the name ended its line, with an equals sign or a colon.
    Value,
    /// The next line quotes the input that a validator did not accept: a line had nothing but the name.
    Input,
    /// One of the next lines is `value: …`, after a line `name: NAME`.
    Pair(u8),
}
