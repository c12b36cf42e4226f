//! What a server answered.

use reqwest::header::HeaderMap;

/// An answer that may be read.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Whether it came from where a redirect led.
    pub(super) moved: bool,
}

/// The same as it came, whatever it says.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) reply: Reply,
}
