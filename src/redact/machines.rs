//! All that is known of secrets, made ready to be found in one pass over a line.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::around::{Around, Next};
use super::assignments::{is_left_open, value_before, value_behind, value_below};
use super::cut::Ends;
use super::decode::readings;
use super::encoded::{Tail, behind, runs, shape};
use super::learned::{is_distinct, is_mixed};
use super::named::words;
use super::patterns::{self, Frame};
use super::separator::is_assigned;
use super::{HIDDEN, input, pair};

/// From this length on a line may have been cut, and with it a secret at its end.
pub(super) const MAY_BE_CUT: usize = 4_000;

/// What is known, for all that learn together.
#[derive(Clone, Default)]
pub(super) struct Shared(pub(super) Arc<RwLock<Known>>);

impl Shared {
    pub(super) fn machines(&self) -> Arc<Machines> {
        if let Some(machines) = &self.0.read().unwrap_or_else(PoisonError::into_inner).machines {
            return Arc::clone(machines);
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let machines = Arc::new(Machines::new(&known));
        known.machines = Some(Arc::clone(&machines));
        machines
    }
}

#[derive(Clone, Default)]
pub(super) struct Known {
    pub(super) forms: BTreeSet<String>,
    /// The secrets themselves, and their parts.
    pub(super) values: BTreeSet<String>,
    pub(super) names: BTreeSet<String>,
    /// What is no secret, whatever it is called, in all its forms.
    pub(super) public: BTreeSet<String>,
    /// Made when it is needed, and again when something was learned since.
    pub(super) machines: Option<Arc<Machines>>,
}

/// Finds all words at once, in one pass over the text however many there are.
pub(super) struct Machines {
    forms: AhoCorasick,
    /// Every few bytes of each secret: what is left of one where a buffer was broken over lines.
    pieces: Option<AhoCorasick>,
    ends: Ends,
    /// In any case: `API_KEY` is `api_key` in a settings file.
    names: Option<AhoCorasick>,
    exact_names: BTreeSet<String>,
    /// The names that are one word, in capitals.
    words: BTreeSet<String>,
    pub(super) public: BTreeSet<String>,
    /// Whether a form goes over several lines.
    has_spanning: bool,
}

impl Machines {
    pub(super) fn new(known: &Known) -> Self {
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
            pieces: pieces(&known.values),
            ends: Ends::of(known.forms.iter()),
            has_spanning: known.forms.iter().any(|form| form.contains('\n')),
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

    /// A text without the secrets that go over several of its lines.
    pub(super) fn without_spanning(&self, text: &str) -> String {
        if !text.contains('\n') || !self.has_spanning {
            return text.to_owned();
        }
        let found = self.forms.find_overlapping_iter(text).map(|found| found.range());
        replace(
            text,
            merged(found.filter(|range| text[range.clone()].contains('\n')).collect()),
        )
    }

    /// One line without the secrets that are known. `was_cut`: its end may be missing.
    fn without_known(&self, line: &str, was_cut: bool) -> String {
        if self.ends.is_empty() {
            return line.to_owned();
        }
        let as_written = self.forms.find_overlapping_iter(line).map(|found| found.range());
        let mut found: Vec<Range<usize>> = as_written.collect();
        for reading in readings(line) {
            let secrets = self.forms.find_overlapping_iter(&reading.bytes);
            found.extend(secrets.map(|secret| reading.written(secret.range())));
        }
        if let Some(pieces) = &self.pieces {
            for reading in runs(line) {
                let secrets = pieces.find_overlapping_iter(&reading.bytes);
                found.extend(secrets.map(|secret| reading.written(secret.range())));
            }
        }
        found.extend(self.ends.around_marks(line));
        let mut ranges = merged(found);
        if was_cut || line.len() >= MAY_BE_CUT {
            let from = ranges.last().map_or(0, |last| last.end);
            ranges.extend(self.ends.beginning(line, from, line.len()));
        }
        replace(line, ranges)
    }

    /// One line without secrets, given what the lines before say.
    pub(super) fn clean(&self, line: &str, around: &mut Around, was_cut: bool) -> String {
        if let Some(tail) = around.tail.take()
            && let Some(range) = tail.goes_on(line)
        {
            let shown = replace(line, vec![range]);
            around.tail = Some(tail);
            return shown;
        }
        let known = self.without_known(line, was_cut);
        let shown = self.without_shapes(&known, around);
        let inside = self.inside_runs(&shown);
        let shown = replace(&shown, inside);
        let hidden_to_its_end = shown
            .trim_end_matches(|c: char| c.is_whitespace() || ",;\"'\\+".contains(c))
            .ends_with(HIDDEN);
        if hidden_to_its_end && around.key.is_none() {
            around.tail = Tail::of(line);
        }
        shown
    }

    /// What looks like a secret in the meaning of a buffer or of base64.
    fn inside_runs(&self, line: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for reading in runs(line) {
            for stretch in printable(&reading.bytes) {
                let Ok(text) = std::str::from_utf8(&reading.bytes[stretch.clone()]) else {
                    continue;
                };
                let mut secrets = patterns::found(text);
                secrets.extend(self.labelled(text, &mut Next::Nothing));
                let places = secrets.into_iter().filter(|secret| !secret.is_empty());
                found.extend(
                    places.map(|secret| reading.written(stretch.start + secret.start..stretch.start + secret.end)),
                );
            }
        }
        merged(found)
    }

    /// One line; those inside of a private key say nothing of themselves.
    fn without_shapes(&self, line: &str, around: &mut Around) -> String {
        let frame = patterns::frame(line);
        match (frame, around.key.take()) {
            (Frame::Begins, _) => around.key = Some(shape(patterns::before_frame(line))),
            (Frame::None, Some(before)) => {
                // A log that prints a key prints it whole; anything else means that its end never comes.
                let body = [behind(line, &before), Some(line)].into_iter().flatten();
                if let Some(body) = body.into_iter().find(|body| patterns::may_be_in_a_key(body)) {
                    around.key = Some(before);
                    return format!("{}{HIDDEN}", &line[..line.len() - body.len()]);
                }
            }
            _ => {}
        }
        let line = if frame == Frame::None {
            line.to_owned()
        } else {
            patterns::without_key(line, frame)
        };
        let line = patterns::hide(&line).unwrap_or(line);
        replace(&line, self.labelled(&line, &mut around.next))
    }

    /// The values in a line of which the line itself says that they are secret.
    pub(super) fn given_away<'l>(&self, line: &'l str, next: &mut Next) -> Vec<&'l str> {
        let labelled = self.labelled(line, next).into_iter();
        let mut values: Vec<&str> = labelled
            .filter(|range| is_distinct(&line[range.clone()], &line[..range.start]))
            .map(|range| &line[range])
            .collect();
        values.extend(
            patterns::found(line)
                .into_iter()
                .map(|range| &line[range])
                .filter(|it| is_mixed(it)),
        );
        values
    }

    /// Where the values stand that names of secrets give away: in order, without overlaps. `next`: what the lines before
    /// say about this one; then, what this one says about the next.
    fn labelled(&self, line: &str, next: &mut Next) -> Vec<Range<usize>> {
        let before = std::mem::take(next);
        let mut ranges: Vec<Range<usize>> = Vec::new();
        let Some(names) = &self.names else { return ranges };
        if let Some(range) = input::value(line, before == Next::Input) {
            ranges.push(range);
        }
        for (nth, found) in names.find_overlapping_iter(line).enumerate() {
            if nth == MOST_NAMES {
                ranges.push(found.start()..line.len());
                break;
            }
            if input::is_place(line, &found.range()) {
                *next = Next::Input;
            }
            let hidden_already = ranges.last().is_some_and(|last| found.start() < last.end);
            let name = &line[found.range()];
            // In small letters a name of one word is any word.
            let is_word = words(name).len() == 1 && self.words.contains(&name.to_ascii_uppercase());
            if is_word && !self.exact_names.contains(name) && !is_assigned(&line[found.range().end..], name) {
                continue;
            }
            if is_left_open(line, found.start(), name) {
                *next = Next::Value;
            } else if pair::is_named(line, found.range()) {
                *next = Next::Pair(LONGEST_PAIR);
            }
            let value = value_behind(line, found.start(), name).filter(|_| !hidden_already);
            let value = value.or_else(|| value_before(line, found.start(), name));
            ranges.extend(value.filter(|range| !self.public.contains(&line[range.clone()])));
        }
        if ranges.is_empty() {
            let value = match before {
                Next::Value => value_below(line),
                Next::Pair(_) => pair::value(line),
                Next::Nothing | Next::Input => None,
            };
            let is_found = value.is_some();
            ranges.extend(value.filter(|range| !self.public.contains(&line[range.clone()])));
            if let Next::Pair(left @ 1..) = before
                && *next == Next::Nothing
                && !is_found
                && pair::is_entry(line)
            {
                *next = Next::Pair(left - 1);
            }
        }
        merged(ranges)
    }
}

/// Each name is examined with the whole line around it. A line that has more of them was made to be slow, or lists
/// nothing but secrets: the rest of it is hidden.
const MOST_NAMES: usize = 100;

/// Shortest piece of a secret that is searched for in buffers, in bytes.
const PIECE: usize = 8;

/// How many lines may stand between a name and its value in a document: type, scope.
const LONGEST_PAIR: u8 = 4;

fn pieces(values: &BTreeSet<String>) -> Option<AhoCorasick> {
    let windows: BTreeSet<&[u8]> = values
        .iter()
        .flat_map(|value| value.as_bytes().windows(PIECE.min(value.len()).max(1)))
        .collect();
    (!windows.is_empty()).then(|| {
        AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(windows)
            .expect("secrets are few and short")
    })
}

/// Shortest text in a buffer that is searched.
const SHORTEST_TEXT: usize = 10;

/// Where bytes are text.
fn printable(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut stretches = Vec::new();
    let mut start = 0;
    for at in 0..=bytes.len() {
        if bytes.get(at).is_none_or(|byte| !(b' '..=b'~').contains(byte)) {
            if at - start >= SHORTEST_TEXT {
                stretches.push(start..at);
            }
            start = at + 1;
        }
    }
    stretches
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
