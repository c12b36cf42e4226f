//! Identifiers and random tokens in the shapes that the platform gives them.

use uuid::Uuid;

/// A random UUID, as apps and deployments have.
pub(crate) fn uuid() -> String {
    Uuid::new_v4().to_string()
}

/// `length` random bytes.
pub(crate) fn random_bytes(length: usize) -> Vec<u8> {
    std::iter::repeat_with(|| *Uuid::new_v4().as_bytes())
        .flatten()
        .take(length)
        .collect()
}

/// `length` random hexadecimal digits.
pub(crate) fn hex(length: usize) -> String {
    std::iter::repeat_with(|| Uuid::new_v4().simple().to_string())
        .flat_map(|text| text.chars().collect::<Vec<_>>())
        .take(length)
        .collect()
}
