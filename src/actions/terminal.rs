//! The two streams, and the few lines at the bottom of a terminal that are drawn again and again.

use std::io::Write;

use super::commands::Level;

/// Lines that would wrap could not be erased; this fits every terminal that is in use.
const WIDTH: usize = 79;

/// Up one line, and erase it.
const UP_AND_ERASE: &str = "\u{1b}[1A\u{1b}[2K";

/// A write that fails stops no work: what people were to read is lost, and of data that is remembered.
pub(super) struct Terminal {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
    live: Vec<String>,
    /// The title of the group that is open.
    group: Option<String>,
    /// How many annotations of each level were asked for.
    annotations: [usize; 3],
    /// Why data were not written.
    unwritten: Option<std::io::Error>,
}

impl Terminal {
    pub(super) fn new(out: Box<dyn Write + Send>, err: Box<dyn Write + Send>) -> Self {
        Self {
            out,
            err,
            live: Vec::new(),
            group: None,
            annotations: [0; 3],
            unwritten: None,
        }
    }

    /// Opens a group after ending the one before; nothing happens if it is open.
    pub(super) fn open(&mut self, title: &str, begin: &str, end: &str) {
        if self.group.as_deref() == Some(title) {
            return;
        }
        self.close(end);
        self.say(begin);
        self.group = Some(title.to_owned());
    }

    /// Ends the group that is open.
    pub(super) fn close(&mut self, end: &str) {
        if self.group.take().is_some() {
            self.say(end);
        }
    }

    /// One more annotation of this level; how many there are with it.
    pub(super) fn count(&mut self, level: Level) -> usize {
        let count = match level {
            Level::Error => &mut self.annotations[0],
            Level::Warning => &mut self.annotations[1],
            Level::Notice => &mut self.annotations[2],
        };
        *count += 1;
        *count
    }

    /// A line for people.
    pub(super) fn say(&mut self, line: &str) {
        self.erase();
        let _closed = writeln!(self.err, "{line}");
        self.draw();
        let _closed = self.err.flush();
    }

    /// A line of data. Whether it was written.
    pub(super) fn data(&mut self, line: &str) -> bool {
        let written = self.out(line);
        let is_written = written.is_ok();
        self.unwritten = self.unwritten.take().or(written.err());
        is_written
    }

    /// A workflow command, on standard output.
    pub(super) fn command(&mut self, line: &str) {
        let _closed = self.out(line);
    }

    /// Why the first data that were not written were not.
    pub(super) fn unwritten(&self) -> Option<&std::io::Error> {
        self.unwritten.as_ref()
    }

    fn out(&mut self, line: &str) -> std::io::Result<()> {
        self.erase();
        let _closed = self.err.flush();
        let written = writeln!(self.out, "{line}").and_then(|()| self.out.flush());
        self.draw();
        let _closed = self.err.flush();
        written
    }

    /// Replaces the live lines.
    pub(super) fn live(&mut self, lines: Vec<String>) {
        self.erase();
        self.live = lines;
        self.draw();
        let _closed = self.err.flush();
    }

    fn erase(&mut self) {
        let _closed = write!(self.err, "{}", UP_AND_ERASE.repeat(self.live.len()));
    }

    fn draw(&mut self) {
        for line in &self.live {
            let line: String = line.chars().take(WIDTH).collect();
            let _closed = writeln!(self.err, "{line}");
        }
    }
}
