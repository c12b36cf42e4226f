//! Reads a text as its encoder's reader would, and knows where each byte of it was written: however an encoder writes
//! a secret, it is found in what the text means.

use std::ops::Range;

/// One way to write characters. Given what follows in a text, returns how many bytes of it are one escape, and what
/// that means; `None`: the next byte means itself.
type Decoder = fn(&[u8]) -> Option<(usize, Vec<u8>)>;

/// URLs and forms; mail; HTML and XML; JSON, YAML, JavaScript, Go, Rust, Python and what shells put a backslash before;
/// quotes inside of quotes in shells, SQL, YAML and CSV. `\xe4` is a character to some and a byte to others.
const DECODERS: [Decoder; 7] = [percent, form, html, escaped_chars, escaped_bytes, quotes, printable];

/// How often a text may have been encoded: JSON in JSON, a URL in HTML.
const DEPTH: usize = 2;

/// What an escape begins with, in any of the ways.
const BEGINNINGS: &[u8] = b"%+&\\'\"=";

/// A text as some reader understands it.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) bytes: Vec<u8>,
    /// Where each of them was written.
    places: Vec<Range<usize>>,
}

impl Reading {
    /// Where a range of the reading stands in the text.
    pub(super) fn written(&self, range: Range<usize>) -> Range<usize> {
        self.places[range.start].start..self.places[range.end - 1].end
    }

    /// One byte more, and where it was written.
    pub(super) fn push(&mut self, byte: u8, place: Range<usize>) {
        self.bytes.push(byte);
        self.places.push(place);
    }

    fn of(text: &str) -> Self {
        Self {
            bytes: text.as_bytes().to_vec(),
            places: (0..text.len()).map(|at| at..at + 1).collect(),
        }
    }

    /// `None`: this decoder reads the text as it stands.
    fn decoded(&self, decoder: Decoder) -> Option<Self> {
        let mut reading = Self {
            bytes: Vec::with_capacity(self.bytes.len()),
            places: Vec::with_capacity(self.bytes.len()),
        };
        let (mut at, mut changed) = (0, false);
        while at < self.bytes.len() {
            let escape = BEGINNINGS.contains(&self.bytes[at]).then(|| decoder(&self.bytes[at..]));
            let Some((length, meaning)) = escape.flatten() else {
                reading.bytes.push(self.bytes[at]);
                reading.places.push(self.places[at].clone());
                at += 1;
                continue;
            };
            changed = true;
            let place = self.written(at..at + length);
            reading.places.extend(std::iter::repeat_n(place, meaning.len()));
            reading.bytes.extend(meaning);
            at += length;
        }
        changed.then_some(reading)
    }
}

/// A line in every reading but its own.
pub(super) fn readings(line: &str) -> Vec<Reading> {
    if !line.bytes().any(|byte| BEGINNINGS.contains(&byte)) {
        return Vec::new();
    }
    let mut all = vec![Reading::of(line)];
    let mut from = 0;
    for _ in 0..DEPTH {
        let decoded = |reading: &Reading| DECODERS.map(|decoder| reading.decoded(decoder));
        let next: Vec<Reading> = all[from..].iter().flat_map(decoded).flatten().collect();
        from = all.len();
        all.extend(next);
    }
    all.split_off(1)
}

fn percent(rest: &[u8]) -> Option<(usize, Vec<u8>)> {
    let digits = rest.strip_prefix(b"%")?.get(..2)?;
    Some((3, vec![u8::try_from(number(digits, 16)?).ok()?]))
}

/// Quoted-printable: <https://www.rfc-editor.org/rfc/rfc2045#section-6.7>
fn printable(rest: &[u8]) -> Option<(usize, Vec<u8>)> {
    let digits = rest.strip_prefix(b"=")?.get(..2)?;
    Some((3, vec![u8::try_from(number(digits, 16)?).ok()?]))
}

/// As `application/x-www-form-urlencoded` has it.
fn form(rest: &[u8]) -> Option<(usize, Vec<u8>)> {
    if rest[0] == b'+' {
        return Some((1, vec![b' ']));
    }
    percent(rest)
}

fn html(rest: &[u8]) -> Option<(usize, Vec<u8>)> {
    let name = rest.strip_prefix(b"&")?;
    let length = name.iter().take(12).position(|byte| *byte == b';')?;
    let name = &name[..length];
    let c = match name.strip_prefix(b"#") {
        Some([b'x' | b'X', digits @ ..]) => char::from_u32(number(digits, 16)?)?,
        Some(digits) => char::from_u32(number(digits, 10)?)?,
        None => entity(std::str::from_utf8(name).ok()?)?,
    };
    Some((length + 2, c.to_string().into_bytes()))
}

/// ASCII's by name, as encoders use them: <https://html.spec.whatwg.org/multipage/named-characters.html>.
const ENTITIES: &str = "amp& lt< gt> quot\" apos' Tab\t NewLine\n excl! num# dollar$ percnt% lpar( rpar) ast* plus+ \
    comma, period. sol/ colon: semi; equals= quest? commat@ lsqb[ lbrack[ bsol\\ rsqb] rbrack] Hat^ lowbar_ grave` \
    lcub{ lbrace{ vert| verbar| rcub} rbrace} ";

/// Latin-1's, from U+00A0 on.
const LATIN_1: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn \
    sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde \
    Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde \
    Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil \
    egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave \
    uacute ucirc uuml yacute thorn yuml";

fn entity(name: &str) -> Option<char> {
    let ascii = ENTITIES.split(' ').find_map(|entity| {
        let c = entity.strip_prefix(name)?.chars();
        (c.clone().count() == 1).then(|| c.last()).flatten()
    });
    let latin_1 = || {
        let at = LATIN_1.split_whitespace().position(|known| known == name)?;
        char::from_u32(0xa0 + u32::try_from(at).ok()?)
    };
    (!name.is_empty()).then(|| ascii.or_else(latin_1)).flatten()
}

/// `\xe4` is the character U+00E4: JavaScript, Python, YAML.
fn escaped_chars(rest: &[u8]) -> Option<(usize, Vec<u8>)> {
    let after = rest.strip_prefix(b"\\")?;
    let digits = after.strip_prefix(b"x").and_then(|digits| digits.get(..2));
    match digits.and_then(|digits| char::from_u32(number(digits, 16)?)) {
        Some(c) => Some((4, c.to_string().into_bytes())),
        None => escaped(after),
    }
}

/// `\xe4` and `\344` are the byte: shells, Go, C.
fn escaped_bytes(rest: &[u8]) -> Option<(usize, Vec<u8>)> {
    let after = rest.strip_prefix(b"\\")?;
    let hex = after.strip_prefix(b"x").and_then(|digits| digits.get(..2));
    let octal = after.get(..3);
    let byte = |digits: Option<&[u8]>, base| u8::try_from(number(digits?, base)?).ok();
    match byte(hex, 16).or_else(|| byte(octal, 8)) {
        Some(byte) => Some((4, vec![byte])),
        None => escaped(after),
    }
}

/// What all languages agree on, behind the backslash.
fn escaped(after: &[u8]) -> Option<(usize, Vec<u8>)> {
    let control = match after.first()? {
        b'u' => return unicode(after),
        b'U' => {
            let c = char::from_u32(number(after.get(1..9)?, 16)?)?;
            return Some((10, c.to_string().into_bytes()));
        }
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'0' => 0,
        b'a' => 7,
        b'b' => 8,
        b'v' => 11,
        b'f' => 12,
        b'e' | b'E' => 27,
        // A quote, a backslash, whatever is special to a shell.
        other => *other,
    };
    Some((2, vec![control]))
}

/// `\u003c`, `\ud83e\udd80`, `\u{1f980}`.
fn unicode(after: &[u8]) -> Option<(usize, Vec<u8>)> {
    if after.get(1) == Some(&b'{') {
        let length = after.iter().take(9).position(|byte| *byte == b'}')?;
        let c = char::from_u32(number(&after[2..length], 16)?)?;
        return Some((length + 2, c.to_string().into_bytes()));
    }
    let unit = |digits: Option<&[u8]>| u16::try_from(number(digits?, 16)?).ok();
    let first = unit(after.get(1..5))?;
    let second = after
        .get(5..7)
        .filter(|next| *next == b"\\u")
        .and_then(|_| unit(after.get(7..11)));
    let pair = second.and_then(|second| char::decode_utf16([first, second]).next()?.ok());
    match (char::from_u32(u32::from(first)), pair) {
        (Some(c), _) => Some((6, c.to_string().into_bytes())),
        (None, Some(c)) => Some((12, c.to_string().into_bytes())),
        (None, None) => None,
    }
}

/// A quote inside of quotes.
fn quotes(rest: &[u8]) -> Option<(usize, Vec<u8>)> {
    let written: [(&[u8], u8); 4] = [(br"'\''", b'\''), (b"'\"'\"'", b'\''), (b"''", b'\''), (b"\"\"", b'"')];
    let (escape, quote) = written.into_iter().find(|(escape, _)| rest.starts_with(escape))?;
    Some((escape.len(), vec![quote]))
}

fn number(digits: &[u8], base: u32) -> Option<u32> {
    let is_digit = |byte: &u8| char::from(*byte).is_digit(base);
    if digits.is_empty() || !digits.iter().all(is_digit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, base).ok()
}

#[cfg(test)]
mod tests {
    use super::readings;

    #[test]
    fn reads_what_encoders_write() {
        for written in [
            "a%3Cb%c3%a4%26",
            "a%3cbä%26",
            "a=3Cb=C3=A4=26",
            "a&lt;b&auml;&amp;",
            "a&#60;b&#228;&#38;",
            "a&#x3C;b&#XE4;&#x26;",
            r"a\u003cb\u00e4\u0026",
            r"a\<bä\&",
            r"a\x3cb\xe4\x26",
            r"a\074b\303\244\046",
            r"a\u{3c}b\u{e4}\u{26}",
            r"a\U0000003cb\U000000e4\U00000026",
            r"a\\u003cb\\u00e4\\u0026",
            "a&amp;lt;b&amp;auml;&amp;amp;",
        ] {
            let found = readings(written)
                .iter()
                .any(|reading| reading.bytes == "a<bä&".as_bytes());
            assert!(found, "{written}");
        }
        for (written, read) in [
            (r"\ud83e\udd80", "🦀"),
            ("'it'\\''s'", "'it's'"),
            ("'it''s'", "'it's'"),
            ("a+b%2B", "a b+"),
            (r"\n\t\e\/", "\n\t\u{1b}/"),
        ] {
            let found = readings(written).iter().any(|reading| reading.bytes == read.as_bytes());
            assert!(found, "{written}");
        }
        assert!(readings("a plain line").is_empty());
        assert!(
            readings("100% of R&D, a\"b\"")
                .iter()
                .all(|reading| reading.bytes.starts_with(b"100% of R&D"))
        );
    }

    #[test]
    fn knows_where_it_was_written() {
        let text = r"x \u003ckey\u003e y";
        let reading = readings(text).into_iter().find(|reading| reading.bytes == b"x <key> y");
        let range = reading.expect("it is read").written(2..7);
        assert_eq!(&text[range], r"\u003ckey\u003e");
    }
}
