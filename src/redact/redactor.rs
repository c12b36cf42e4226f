//! Takes out of a text what must not be printed: known secrets in every form, and what looks like one.

use std::fmt;
use std::sync::PoisonError;

use super::HIDDEN;
use super::around::Around;
use super::encoded::{behind, shape};
use super::lines::Lines;
use super::machines::{MAY_BE_CUT, Shared};
use super::patterns::{self, Frame};
use super::secret::Secret;

/// Shortest name of a secret after which its value is searched for.
const SHORTEST_NAME: usize = 3;

/// Knows every secret of this run, and the shapes of those that only the platform knows. Cheap to clone; all clones
/// learn together.
#[derive(Clone, Default)]
pub(crate) struct Redactor(Shared);

impl Redactor {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// From now on none of the secret's forms is printed. Returns those that were not known before.
    pub(crate) fn register(&self, secret: &Secret) -> Vec<String> {
        let mut known = self.0.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut new = secret.forms();
        known.values.extend(secret.parts());
        new.retain(|form| !known.public.contains(form) && known.forms.insert(form.clone()));
        if !new.is_empty() {
            known.machines = None;
        }
        new
    }

    /// From now on this value is printed, also behind the name of a secret.
    pub(super) fn publish(&self, value: &str) {
        let mut known = self.0.0.write().unwrap_or_else(PoisonError::into_inner);
        let Some(value) = Secret::new(value).filter(|value| !known.public.contains(value.expose())) else {
            return;
        };
        for form in value.forms() {
            known.forms.remove(&form);
            known.public.insert(form);
        }
        known.values.remove(value.expose());
        known.public.insert(value.expose().to_owned());
        known.machines = None;
    }

    /// From now on what stands behind `NAME=` is not printed, whatever it is.
    pub(super) fn register_name(&self, name: &str) {
        if name.len() >= SHORTEST_NAME {
            let mut known = self.0.0.write().unwrap_or_else(PoisonError::into_inner);
            if known.names.insert(name.to_owned()) {
                known.machines = None;
            }
        }
    }

    /// The text without secrets.
    pub(crate) fn clean(&self, text: &str) -> String {
        let mut cleaner = self.lines();
        cleaner.learn(text.lines());
        let machines = cleaner.machines();
        let may_be_cut = text.len() >= MAY_BE_CUT;
        let text = machines.without_spanning(text);
        let mut around = Around::default();
        let mut clean = String::with_capacity(text.len());
        let mut rest = text.len();
        for line in text.split_inclusive('\n') {
            rest -= line.len();
            let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
            clean.push_str(&machines.clean(line, &mut around, may_be_cut && rest == 0));
            clean.push_str(end);
        }
        clean
    }

    /// The lines of one log without secrets: also those that other lines give away, as with a private key of which the
    /// beginning may be missing.
    pub(super) fn clean_lines<L: AsRef<str>>(&self, lines: impl IntoIterator<Item = L>) -> Vec<String> {
        let lines: Vec<L> = lines.into_iter().collect();
        let mut cleaner = self.lines();
        cleaner.learn(lines.iter().map(AsRef::as_ref));
        let mut clean: Vec<String> = Vec::new();
        for line in &lines {
            let line = line.as_ref();
            let was_inside = cleaner.around.key.is_some();
            clean.push(cleaner.clean_learned(line));
            if patterns::frame(line) == Frame::Ends && !was_inside {
                let before = shape(patterns::before_frame(line));
                for (at, line) in clean.iter_mut().rev().skip(1).enumerate() {
                    let body = behind(line, &before).filter(|body| patterns::is_key_body(body, at == 0));
                    let Some(start) = body.map(|body| line.len() - body.len()) else {
                        break;
                    };
                    line.replace_range(start.., HIDDEN);
                }
            }
        }
        clean
    }

    /// For lines that come one after the other.
    pub(super) fn lines(&self) -> Lines {
        Lines::new(self.0.clone())
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

#[cfg(test)]
mod tests;
