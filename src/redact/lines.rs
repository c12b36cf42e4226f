//! A log that is cleaned line by line, and what its lines give away about each other.

use std::fmt;
use std::sync::{Arc, PoisonError};

use super::around::{Around, Next};
use super::learned::Learned;
use super::machines::{Machines, Shared};

/// Remembers what the lines before say, and what they gave away.
pub(super) struct Lines {
    known: Shared,
    pub(super) around: Around,
    learned: Learned,
    /// The redactor's own, and with them those that know what was learned.
    machines: Option<(Arc<Machines>, Arc<Machines>)>,
}

impl Lines {
    pub(super) fn new(known: Shared) -> Self {
        Self {
            known,
            around: Around::default(),
            learned: Learned::default(),
            machines: None,
        }
    }

    pub(super) fn clean(&mut self, line: &str) -> String {
        self.learn([line]);
        self.clean_learned(line)
    }

    pub(super) fn clean_learned(&mut self, line: &str) -> String {
        self.machines().clean(line, &mut self.around, false)
    }

    /// What these lines give away is hidden from now on, wherever it stands.
    pub(super) fn learn<'l>(&mut self, lines: impl IntoIterator<Item = &'l str>) {
        let own = self.known.machines();
        let mut next = Next::default();
        for value in lines.into_iter().flat_map(|line| own.given_away(line, &mut next)) {
            if self.learned.add(value) {
                self.machines = None;
            }
        }
    }

    pub(super) fn machines(&mut self) -> Arc<Machines> {
        let own = self.known.machines();
        if self.learned.is_empty() {
            return own;
        }
        match &self.machines {
            Some((of, machines)) if Arc::ptr_eq(of, &own) => Arc::clone(machines),
            _ => {
                let mut known = self.known.0.read().unwrap_or_else(PoisonError::into_inner).clone();
                let forms = self.learned.forms().filter(|form| !own.public.contains(form));
                known.forms.extend(forms);
                known.values.extend(self.learned.parts());
                let machines = Arc::new(Machines::new(&known));
                self.machines = Some((own, Arc::clone(&machines)));
                machines
            }
        }
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lines")
    }
}
