//! Runs of base64, hexadecimal and decimal bytes in a line, and what they mean: programs print a buffer as they print no word.

use std::ops::Range;

use super::decode::Reading;

/// Shortest run of base64 that is read; a shorter one is a word.
const SHORTEST_BASE64: usize = 12;

/// Fewest numbers in a row that are bytes of a buffer; fewer are a time or a version.
const FEWEST_NUMBERS: usize = 4;

/// Shortest run of base64 that encoders would break over lines.
const SHORTEST_BROKEN: usize = 40;

/// What stands between the bytes of a buffer: `73 6b`, `63:6f`, `[99, 111]`, `0x73, 0x6b`, `\x73\x6b`.
const LONGEST_GAP: usize = 3;

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}

fn sextet(byte: u8) -> u32 {
    u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    })
}

/// All that a line may mean as base64, at each of the offsets at which a run may have been cut, and as numbers.
pub(super) fn runs(line: &str) -> Vec<Reading> {
    let bytes = line.as_bytes();
    let mut all = Vec::new();
    for range in ranges(bytes, is_base64) {
        if range.len() >= SHORTEST_BASE64 {
            all.extend((0..4).map(|offset| base64(bytes, range.start + offset..range.end)));
        }
    }
    for words in numbers(line) {
        all.extend(hexadecimal(bytes, &words));
        all.extend(decimal(line, &words));
    }
    all
}

fn base64(bytes: &[u8], range: Range<usize>) -> Reading {
    let mut reading = Reading::default();
    for (index, four) in bytes[range.clone()].chunks(4).enumerate() {
        let start = range.start + 4 * index;
        let bits = (0..4).fold(0, |bits, at| bits << 6 | four.get(at).map_or(0, |byte| sextet(*byte)));
        for (at, byte) in bits.to_be_bytes()[1..]
            .iter()
            .enumerate()
            .take(four.len().saturating_sub(1))
        {
            reading.push(*byte, start + at..start + at + 2);
        }
    }
    reading
}

/// The words of each run of numbers that may be bytes.
fn numbers(line: &str) -> Vec<Vec<Range<usize>>> {
    let bytes = line.as_bytes();
    let mut runs: Vec<Vec<Range<usize>>> = Vec::new();
    let mut run: Vec<Range<usize>> = Vec::new();
    for word in ranges(bytes, |byte| byte.is_ascii_alphanumeric()) {
        let digits = digits(bytes, word.clone());
        let is_number =
            digits.len() <= 8 && !digits.is_empty() && bytes[digits.clone()].iter().all(u8::is_ascii_hexdigit);
        let is_long = digits.len() >= 16
            && digits.len().is_multiple_of(2)
            && bytes[digits.clone()].iter().all(u8::is_ascii_hexdigit);
        let follows = run.last().is_some_and(|last| {
            let gap = &bytes[last.end..word.start];
            gap.len() <= LONGEST_GAP && gap.iter().all(|byte| b" ,:;-\\".contains(byte))
        });
        if !(follows && is_number) {
            runs.push(std::mem::take(&mut run));
        }
        if is_number || is_long {
            run.push(digits);
        }
        if is_long {
            runs.push(std::mem::take(&mut run));
        }
    }
    runs.push(run);
    let is_long = |run: &Vec<Range<usize>>| run.len() >= FEWEST_NUMBERS || run.iter().any(|word| word.len() >= 16);
    runs.retain(is_long);
    runs
}

/// A number without `0x` or what is left of `\x` before it.
fn digits(bytes: &[u8], word: Range<usize>) -> Range<usize> {
    let text = &bytes[word.clone()];
    let prefix = if text.starts_with(b"0x") {
        2
    } else {
        usize::from(text.starts_with(b"x"))
    };
    word.start + prefix..word.end
}

fn hexadecimal(bytes: &[u8], words: &[Range<usize>]) -> Option<Reading> {
    let mut reading = Reading::default();
    for word in words {
        // An address in front of a dump is as even as its bytes are.
        if word.len() % 2 == 1 {
            return None;
        }
        for at in word.clone().step_by(2) {
            let digits = std::str::from_utf8(&bytes[at..at + 2]).ok()?;
            reading.push(u8::from_str_radix(digits, 16).ok()?, at..at + 2);
        }
    }
    Some(reading)
}

fn decimal(line: &str, words: &[Range<usize>]) -> Option<Reading> {
    let mut reading = Reading::default();
    for word in words {
        match line[word.clone()].parse::<u8>() {
            Ok(byte) => reading.push(byte, word.clone()),
            // A year before them.
            Err(_) if reading.bytes.len() < FEWEST_NUMBERS => reading = Reading::default(),
            Err(_) => return Some(reading),
        }
    }
    Some(reading)
}

/// How long the buffer is that a text begins with, with its brackets: `<Buffer 73 6b …>`, `[99 111 115 116]`, `63:6f:73:74`.
pub(super) fn buffer(text: &str) -> Option<usize> {
    let openings = [
        "<Buffer ",
        "Buffer.from([",
        "[]byte{",
        "[]uint8{",
        "bytes([",
        "[",
        "{",
        "",
    ];
    let opening = openings.into_iter().find(|opening| text.starts_with(opening))?;
    let opening = match text.find('[') {
        // `Uint8Array(24) [`, `{"type":"Buffer","data":[`
        Some(at) if text.starts_with("Uint8Array(") || text[..at].contains("\"Buffer") => at + 1,
        _ => opening.len(),
    };
    let inside = text[opening..].trim_start();
    let start = text.len() - inside.len();
    let run = numbers(inside).into_iter().next()?;
    let first = run.first()?.start;
    let is_whole = first == 0 || ["0x", "\\x", "x"].contains(&&inside[..first]);
    let is_bytes = run.iter().all(|word| word.len() <= 4);
    let separated = run.len() >= FEWEST_NUMBERS;
    // A time or a date has the same form.
    let enough = opening > 0 || run.len() >= 2 * FEWEST_NUMBERS;
    if !(is_whole && is_bytes && separated && enough) {
        return None;
    }
    let mut end = start + run.last()?.end;
    // Node counts what it leaves out: ` ... 14 more bytes>`.
    let rest = &text[end..];
    if let Some(length) = rest.find([']', '}', '>']).filter(|_| opening > 0) {
        end += length + 1;
    }
    Some(end)
}

/// The run that a line ends with and that may go on in the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tail {
    /// What stands before it, with every number as one `0`: what wrote the lines writes it before each.
    before: String,
    kind: Kind,
    width: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Base64,
    Numbers,
}

impl Tail {
    pub(super) fn of(line: &str) -> Option<Self> {
        let text = line.trim_end_matches([' ', ',', '\\', '"', '\'', '+']);
        if let Some(run) = numbers(text)
            .into_iter()
            .next_back()
            .filter(|run| run.len() >= FEWEST_NUMBERS)
            && run.last()?.end == text.len()
        {
            let (kind, width) = (Kind::Numbers, run.len());
            let before = shape(&text[..run[0].start]);
            return Some(Self { before, kind, width });
        }
        let run = trailing_base64(text);
        let is_broken = run.len() >= SHORTEST_BROKEN && run.len().is_multiple_of(4) && looks_encoded(run);
        let before = shape(&text[..text.len() - run.len()]);
        is_broken.then_some(Self {
            before,
            kind: Kind::Base64,
            width: run.len(),
        })
    }

    /// The part of the next line that goes on with it.
    pub(super) fn goes_on(&self, line: &str) -> Option<Range<usize>> {
        let text = line.trim_end_matches([' ', ',', '\\', '"', '\'', '+', ']', '}', ')', '>', ';']);
        let (start, fits) = match self.kind {
            Kind::Numbers => {
                let is_part = |c: char| c.is_ascii_hexdigit() || " ,:x\\".contains(c);
                let start = text
                    .rfind(|c: char| !is_part(c))
                    .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
                (start, text[start..].contains(|c: char| c.is_ascii_digit()))
            }
            Kind::Base64 => {
                let run = trailing_base64(text);
                let whole = run.len() == self.width;
                (
                    text.len() - run.len(),
                    !run.is_empty() && run.len() <= self.width && (whole || looks_encoded(run)),
                )
            }
        };
        let before = shape(&text[..start]);
        let range = start + (text.len() - start - text[start..].trim_start().len())..text.len();
        (fits && !range.is_empty() && self.before.starts_with(before.trim_end())).then_some(range)
    }
}

fn trailing_base64(text: &str) -> &str {
    let body = text.trim_end_matches('=');
    let start = body.bytes().rposition(|byte| !is_base64(byte)).map_or(0, |at| at + 1);
    &text[start..]
}

/// Whether it has what no word has: capitals inside, digits, padding.
fn looks_encoded(run: &str) -> bool {
    let inside = run.get(1..).unwrap_or_default();
    let has_capital =
        inside.contains(|c: char| c.is_ascii_uppercase()) && run.contains(|c: char| c.is_ascii_lowercase());
    run.ends_with('=') || (run.len() >= 4 && has_capital) || run.contains(|c: char| c.is_ascii_digit())
}

/// A text with every number as one `0`, so that times and counters of neighbours are alike.
pub(super) fn shape(text: &str) -> String {
    let mut shape = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_digit() {
            if !shape.ends_with('0') {
                shape.push('0');
            }
        } else {
            shape.push(c);
        }
    }
    shape
}

/// What stands behind the text that was before the neighbours of a line.
pub(super) fn behind<'l>(line: &'l str, before: &str) -> Option<&'l str> {
    if before.is_empty() {
        return Some(line);
    }
    let last = before.chars().next_back()?;
    let ends = line.char_indices().map(|(at, c)| (at + c.len_utf8(), c));
    let end = ends
        .filter(|(_, c)| *c == last)
        .find(|(end, _)| shape(&line[..*end]) == before)?
        .0;
    Some(&line[end..])
}

/// Where bytes of a kind stand, as long as they can be.
fn ranges(bytes: &[u8], fits: impl Fn(u8) -> bool) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| fits(**byte)) {
        match ranges.last_mut().filter(|last| last.end == at) {
            Some(last) => last.end = at + 1,
            None => ranges.push(at..at + 1),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::{Tail, buffer, runs};

    fn reads(line: &str) -> bool {
        runs(line)
            .iter()
            .any(|reading| reading.bytes.windows(11).any(|part| part == b"sunflower-7"))
    }

    #[test]
    fn reads_buffers_as_programs_print_them() {
        for line in [
            "got <Buffer 73 75 6e 66 6c 6f 77 65 72 2d 37>",
            "73:75:6e:66:6c:6f:77:65:72:2d:37",
            "73-75-6E-66-6C-6F-77-65-72-2D-37",
            "[115 117 110 102 108 111 119 101 114 45 55]",
            r#"{"type":"Buffer","data":[115,117,110,102,108,111,119,101,114,45,55]}"#,
            "[]byte{0x73, 0x75, 0x6e, 0x66, 0x6c, 0x6f, 0x77, 0x65, 0x72, 0x2d, 0x37}",
            r"\x73\x75\x6e\x66\x6c\x6f\x77\x65\x72\x2d\x37",
            "12:00:01 web | 73 75 6e 66 6c 6f 77 65 72 2d 37",
            "00000000: 7375 6e66 6c6f 7765 722d 3737  sunflower",
            "x73756e666c6f7765722d37ff",
            "c3VuZmxvd2VyLTc=",
            "xc3VuZmxvd2VyLTc",
            "user=xyc3VuZmxvd2VyLTc",
        ] {
            assert!(reads(line), "{line}");
        }
    }

    #[test]
    fn a_buffer_ends_with_its_bracket() {
        for (text, length) in [
            ("<Buffer 73 6b 5f 6c> x", 20),
            ("<Buffer 73 6b 5f 6c ... 14 more bytes> x", 38),
            ("[99 111 115 116] x", 16),
            ("63:6f:73:74:63:6f:73:74 x", 23),
        ] {
            assert_eq!(buffer(text), Some(length), "{text}");
        }
        for text in [
            "12:00:01",
            "2026-11-27 12:00:01",
            "<your key>",
            "[1, 2]",
            "127.0.0.1",
            "10 20 30",
        ] {
            assert_eq!(buffer(text), None, "{text}");
        }
    }

    #[test]
    fn a_run_goes_on_in_the_next_line_behind_the_same_prefix() {
        let line = "12:00:01 web | c3VuZmxvd2VyLTdzdW5mbG93ZXItN3N1bmZsb3dlci03c3VuZmxv";
        let tail = Tail::of(line).expect("it may go on");
        let next = "12:00:02 web | d2VyLTc=";
        assert_eq!(tail.goes_on(next).map(|range| &next[range]), Some("d2VyLTc="));
        for line in ["12:00:02 web | ready", "12:00:02 api | d2VyLTc=", "done", ""] {
            assert_eq!(tail.goes_on(line), None, "{line}");
        }
    }
}
