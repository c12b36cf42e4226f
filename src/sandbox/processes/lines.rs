//! Cuts a stream of bytes into lines of text, whatever it contains.

/// Longest line that is kept, in bytes.
const LONGEST: usize = 8 << 10;

#[derive(Debug, Default)]
pub(super) struct Lines {
    line: Vec<u8>,
    /// Bytes of the current line beyond `LONGEST`.
    cut: usize,
}

impl Lines {
    pub(super) fn feed(&mut self, mut bytes: &[u8], mut line: impl FnMut(&str)) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.extend(&bytes[..end]);
            self.emit(&mut line);
            bytes = &bytes[end + 1..];
        }
        self.extend(bytes);
    }

    /// What is left when the stream ends without a line feed.
    pub(super) fn finish(mut self, mut line: impl FnMut(&str)) {
        if !self.line.is_empty() {
            self.emit(&mut line);
        }
    }

    fn extend(&mut self, bytes: &[u8]) {
        let kept = bytes.len().min(LONGEST - self.line.len());
        self.line.extend_from_slice(&bytes[..kept]);
        self.cut += bytes.len() - kept;
    }

    fn emit(&mut self, line: &mut impl FnMut(&str)) {
        let text = String::from_utf8_lossy(&self.line);
        let text = text.trim_end_matches('\r');
        if self.cut == 0 {
            line(text);
        } else {
            line(&format!("{text}… ({} more bytes)", self.cut));
        }
        self.line.clear();
        self.cut = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&[u8]]) -> Vec<String> {
        let mut out = Vec::new();
        let mut lines = Lines::default();
        for chunk in chunks {
            lines.feed(chunk, |line| out.push(line.to_owned()));
        }
        lines.finish(|line| out.push(line.to_owned()));
        out
    }

    #[test]
    fn joins_chunks_and_keeps_the_last_line() {
        assert_eq!(lines(&[b"one\r\ntw", b"o\n\nthree"]), ["one", "two", "", "three"]);
    }

    #[test]
    fn survives_what_is_not_text() {
        assert_eq!(lines(&[b"a\xff\n"]), ["a\u{fffd}"]);
    }

    #[test]
    fn cuts_very_long_lines() {
        let long = vec![b'x'; LONGEST + 7];
        assert!(lines(&[&long, b"\n"])[0].ends_with("x… (7 more bytes)"));
    }
}
