//! Where things stand in a file: keys and list items, each with its line.

use std::collections::HashMap;

/// Line and column, both counted from 1.
pub(crate) type Place = (usize, usize);

/// Where keys and list items stand, by JSON pointer (`/services/0/name`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places(pub(super) HashMap<String, Place>);

impl Places {
    /// The place of a pointer, or of the nearest thing around it.
    pub(crate) fn find(&self, pointer: &str) -> Option<Place> {
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.0.get(pointer) {
                return Some(*place);
            }
            pointer = pointer.rsplit_once('/')?.0;
        }
    }
}
