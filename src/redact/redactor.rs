//! Takes out of a text what must not be printed: known secrets in every form, and what looks like one.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::decode::readings;
use super::labelled::{is_left_open, value_behind, value_below};
use super::learned::{Learned, is_distinct, is_mixed};
use super::named::words;
use super::secret::Secret;
use super::separator::is_assigned;
use super::shapes::{self, Frame};
use super::{HIDDEN, SHORTEST_MASKED};

/// Shortest name of a secret whose value is looked for behind it.
const SHORTEST_NAME: usize = 3;

/// From this length on a line may have been cut, and with it a secret at its end.
const MAY_BE_CUT: usize = 4_000;

/// Shortest beginning of a secret that is hidden where a text was cut.
const SHORTEST_BEGINNING: usize = 8;

/// Knows every secret of this run, and the shapes of those that only the platform knows. Cheap to clone; all clones
/// learn together.
#[derive(Clone, Default)]
pub(crate) struct Redactor(Arc<RwLock<Known>>);

#[derive(Clone, Default)]
struct Known {
    forms: BTreeSet<String>,
    names: BTreeSet<String>,
    /// What is no secret, whatever it is called, in all its forms.
    public: BTreeSet<String>,
    /// Made when it is needed, and again when something was learned since.
    machines: Option<Arc<Machines>>,
}

/// Finds all words at once, in one pass over the text however many there are.
struct Machines {
    forms: AhoCorasick,
    sorted: Vec<String>,
    /// In any case: `API_KEY` is `api_key` in a settings file.
    names: Option<AhoCorasick>,
    exact_names: BTreeSet<String>,
    /// The names that are one word, in capitals.
    words: BTreeSet<String>,
    public: BTreeSet<String>,
}

impl Redactor {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// From now on none of the secret's forms is printed. Returns those that were not known before.
    pub(crate) fn register(&self, secret: &Secret) -> Vec<String> {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut new = secret.forms();
        new.retain(|form| !known.public.contains(form) && known.forms.insert(form.clone()));
        if !new.is_empty() {
            known.machines = None;
        }
        new
    }

    /// From now on this value is printed, also behind the name of a secret.
    pub(super) fn publish(&self, value: &str) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Some(value) = Secret::new(value).filter(|value| !known.public.contains(value.expose())) else {
            return;
        };
        for form in value.forms() {
            known.forms.remove(&form);
            known.public.insert(form);
        }
        known.public.insert(value.expose().to_owned());
        known.machines = None;
    }

    /// From now on what stands behind `NAME=` is not printed, whatever it is.
    pub(super) fn register_name(&self, name: &str) {
        if name.len() >= SHORTEST_NAME {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
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
        let text = machines.without_known(text);
        if !text.contains('\n') {
            return machines.without_shapes(&text, &mut Around::default());
        }
        let mut around = Around::default();
        let mut clean = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
            clean.push_str(&machines.without_shapes(line, &mut around));
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
            let was_inside = cleaner.around.inside;
            clean.push(cleaner.clean_learned(line));
            if shapes::frame(line) == Frame::Ends && !was_inside {
                let body = clean.iter_mut().rev().skip(1);
                body.take_while(|line| shapes::is_key_body(line))
                    .for_each(|line| HIDDEN.clone_into(line));
            }
        }
        clean
    }

    /// For lines that come one after the other.
    pub(super) fn lines(&self) -> Lines {
        Lines {
            redactor: self.clone(),
            around: Around::default(),
            learned: Learned::default(),
            machines: None,
        }
    }

    fn machines(&self) -> Arc<Machines> {
        if let Some(machines) = &self.0.read().unwrap_or_else(PoisonError::into_inner).machines {
            return Arc::clone(machines);
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let machines = Arc::new(Machines::new(&known));
        known.machines = Some(Arc::clone(&machines));
        machines
    }
}

/// What the lines before say about a line.
#[derive(Default)]
struct Around {
    /// It is inside of a private key.
    inside: bool,
    /// It begins with the value of a secret whose name ended the line before.
    is_value: bool,
}

/// Remembers what the lines before say, and what they gave away.
pub(super) struct Lines {
    redactor: Redactor,
    around: Around,
    learned: Learned,
    /// The redactor's own, and with them those that know what was learned.
    machines: Option<(Arc<Machines>, Arc<Machines>)>,
}

impl Lines {
    pub(super) fn clean(&mut self, line: &str) -> String {
        self.learn([line]);
        self.clean_learned(line)
    }

    fn clean_learned(&mut self, line: &str) -> String {
        let machines = self.machines();
        let line = machines.without_known(line);
        machines.without_shapes(&line, &mut self.around)
    }

    /// What these lines give away is hidden from now on, wherever it stands.
    fn learn<'l>(&mut self, lines: impl IntoIterator<Item = &'l str>) {
        let own = self.redactor.machines();
        let mut is_value = false;
        for value in lines.into_iter().flat_map(|line| own.given_away(line, &mut is_value)) {
            if self.learned.add(value) {
                self.machines = None;
            }
        }
    }

    fn machines(&mut self) -> Arc<Machines> {
        let own = self.redactor.machines();
        if self.learned.is_empty() {
            return own;
        }
        match &self.machines {
            Some((of, machines)) if Arc::ptr_eq(of, &own) => Arc::clone(machines),
            _ => {
                let mut known = self.redactor.0.read().unwrap_or_else(PoisonError::into_inner).clone();
                let forms = self.learned.forms().filter(|form| !own.public.contains(form));
                known.forms.extend(forms);
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

impl Machines {
    fn new(known: &Known) -> Self {
        let machine = |words: &BTreeSet<String>, in_any_case: bool| {
            AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::ContiguousNFA))
                .ascii_case_insensitive(in_any_case)
                .build(words)
                .expect("secrets and names are few and short")
        };
        // `API_KEY` is `api-key` on a command line and `apiKey` in code.
        let mut spellings = known.names.clone();
        for name in known
            .names
            .iter()
            .map(|name| words(name))
            .filter(|words| words.len() > 1)
        {
            spellings.extend([name.join("-"), name.concat()]);
        }
        Self {
            forms: machine(&known.forms, false),
            sorted: known.forms.iter().cloned().collect(),
            names: (!known.names.is_empty()).then(|| machine(&spellings, true)),
            words: known
                .names
                .iter()
                .filter(|it| words(it).len() == 1)
                .map(|it| it.to_ascii_uppercase())
                .collect(),
            exact_names: known.names.clone(),
            public: known.public.clone(),
        }
    }

    fn without_known(&self, text: &str) -> String {
        if self.sorted.is_empty() {
            return text.to_owned();
        }
        let as_written = self.forms.find_overlapping_iter(text).map(|found| found.range());
        let mut found: Vec<Range<usize>> = as_written.collect();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            for reading in readings(line) {
                let secrets = self.forms.find_overlapping_iter(&reading.bytes);
                let places = secrets.map(|secret| reading.written(secret.range()));
                found.extend(places.map(|place| start + place.start..start + place.end));
            }
            start += line.len();
        }
        let mut ranges = merged(found);
        if text.len() >= MAY_BE_CUT || text.ends_with('…') {
            ranges.extend(self.beginning_at_the_end(text, ranges.last().map_or(0, |last| last.end)));
        }
        replace(text, ranges)
    }

    /// A secret of which only the beginning is left, because the text was cut.
    fn beginning_at_the_end(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let end = text.trim_end_matches('…').len();
        let longest = self.sorted.iter().map(String::len).max()?;
        let mut start = from.max(end.saturating_sub(longest));
        while start + SHORTEST_BEGINNING.max(SHORTEST_MASKED) <= end {
            if let Some(rest) = text.get(start..end) {
                let next = self.sorted.partition_point(|form| form.as_str() < rest);
                if self.sorted.get(next).is_some_and(|form| form.starts_with(rest)) {
                    return Some(start..end);
                }
            }
            start += 1;
        }
        None
    }

    /// One line; those inside of a private key say nothing of themselves.
    fn without_shapes(&self, line: &str, around: &mut Around) -> String {
        let inside = &mut around.inside;
        let frame = shapes::frame(line);
        let was_inside = std::mem::replace(inside, frame == Frame::Begins || (*inside && frame != Frame::Ends));
        if was_inside && frame == Frame::None {
            // A log that prints a key prints it whole; anything else means that its end never comes.
            if shapes::may_be_in_a_key(line) {
                return HIDDEN.to_owned();
            }
            *inside = false;
        }
        let line = if frame == Frame::None {
            line.to_owned()
        } else {
            shapes::without_key(line, frame)
        };
        let line = shapes::hide(&line).unwrap_or(line);
        replace(&line, self.labelled(&line, &mut around.is_value))
    }

    /// The values in a line of which the line itself says that they are secret.
    fn given_away<'l>(&self, line: &'l str, is_value: &mut bool) -> Vec<&'l str> {
        let labelled = self.labelled(line, is_value).into_iter();
        let mut values: Vec<&str> = labelled
            .filter(|range| is_distinct(&line[range.clone()], &line[..range.start]))
            .map(|range| &line[range])
            .collect();
        values.extend(
            shapes::found(line)
                .into_iter()
                .map(|range| &line[range])
                .filter(|it| is_mixed(it)),
        );
        values
    }

    /// Where the values stand that are behind names of secrets: in order, without overlaps. `is_value`: whether the
    /// line before ended with a name and an equals sign or a colon; then, whether this one does.
    fn labelled(&self, line: &str, is_value: &mut bool) -> Vec<Range<usize>> {
        let was_left_open = std::mem::take(is_value);
        let mut ranges: Vec<Range<usize>> = Vec::new();
        let Some(names) = &self.names else { return ranges };
        for found in names.find_overlapping_iter(line) {
            let hidden_already = ranges.last().is_some_and(|last| found.start() < last.end);
            let name = &line[found.range()];
            // In small letters a name of one word is any word.
            let is_word = words(name).len() == 1 && self.words.contains(&name.to_ascii_uppercase());
            if is_word && !self.exact_names.contains(name) && !is_assigned(&line[found.range().end..], name) {
                continue;
            }
            *is_value |= is_left_open(line, found.start(), name);
            let value = value_behind(line, found.start(), name).filter(|_| !hidden_already);
            if let Some(range) = value.filter(|range| !self.public.contains(&line[range.clone()])) {
                ranges.push(range);
            }
        }
        if was_left_open && ranges.is_empty() {
            ranges.extend(value_below(line).filter(|range| !self.public.contains(&line[range.clone()])));
        }
        ranges
    }
}

/// In order, and those that overlap or touch as one.
fn merged(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.sort_by_key(|range| range.start);
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for range in found {
        match ranges.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => ranges.push(range),
        }
    }
    ranges
}

/// The ranges are in order and do not overlap.
fn replace(text: &str, ranges: Vec<Range<usize>>) -> String {
    if ranges.is_empty() {
        return text.to_owned();
    }
    let mut clean = String::with_capacity(text.len());
    let mut from = 0;
    for range in ranges {
        clean.push_str(&text[from..range.start]);
        clean.push_str(HIDDEN);
        from = range.end;
    }
    clean.push_str(&text[from..]);
    clean
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

#[cfg(test)]
mod tests;
