//! Where things stand in a file: keys and list items, each with its line.

use std::collections::HashMap;

/// Line and column, both counted from 1.
pub(crate) type Place = (usize, usize);

/// Where keys and list items stand, by JSON pointer (`/services/0/name`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places(pub(super) HashMap<String, Place>);

impl Places {
    /// Those below a pointer, counted from there.
    pub(crate) fn below(&self, pointer: &str) -> Self {
        let below = |(at, place): (&String, &Place)| Some((at.strip_prefix(pointer)?.to_owned(), *place));
        Self(self.0.iter().filter_map(below).collect())
    }

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
