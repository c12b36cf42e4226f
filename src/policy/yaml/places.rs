//! Where things stand in a file: keys, values and list items, each with its line and its bytes.

use std::collections::HashMap;
use std::ops::Range;

/// Line and column, both counted from 1.
pub(crate) type Place = (usize, usize);

/// Where a key, a value or an item of a list stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) place: Place,
    /// The bytes of the text that it is written in. `None`: it is more than a scalar, or the parser does not say.
    pub(crate) bytes: Option<Range<usize>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// `None`: an item of a list.
    pub(super) key: Option<Spot>,
    pub(super) value: Spot,
}

/// Where keys and list items stand, by JSON pointer (`/services/0/name`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places(pub(super) HashMap<String, Entry>);

impl Places {
    /// Those below a pointer, counted from there.
    pub(crate) fn below(self, pointer: &str) -> Self {
        let below = |(at, entry): (String, Entry)| Some((at.strip_prefix(pointer)?.to_owned(), entry));
        Self(self.0.into_iter().filter_map(below).collect())
    }

    /// The place of a pointer, or of the nearest thing around it.
    pub(crate) fn find(&self, pointer: &str) -> Option<Place> {
        self.key(pointer).map(|spot| spot.place)
    }

    /// The key that a pointer leads to, or the item of a list; else the nearest thing around it.
    pub(crate) fn key(&self, pointer: &str) -> Option<&Spot> {
        let entry = self.nearest(pointer)?;
        Some(entry.key.as_ref().unwrap_or(&entry.value))
    }

    /// The value that a pointer leads to, if it is a scalar; else its key.
    pub(crate) fn value(&self, pointer: &str) -> Option<&Spot> {
        match self.0.get(pointer) {
            Some(entry) if entry.value.bytes.is_some() => Some(&entry.value),
            _ => self.key(pointer),
        }
    }

    fn nearest(&self, pointer: &str) -> Option<&Entry> {
        let mut pointer = pointer;
        loop {
            if let Some(entry) = self.0.get(pointer) {
                return Some(entry);
            }
            pointer = pointer.rsplit_once('/')?.0;
        }
    }
}
