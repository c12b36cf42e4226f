//! What people and the runner read while the program works: everything redacted, nothing foreign left armed.

use std::fmt;
use std::io::IsTerminal as _;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::commands::{self, Level};
use super::neutral;
use super::progress::Progress;
use super::run::Run;
use super::terminal::Terminal;
use crate::model::failure::Failure;
use crate::model::foreign;
use crate::redact::{Redactor, Secret};

/// People's text goes to standard error, data and workflow commands to standard output. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Console {
    terminal: Arc<Mutex<Terminal>>,
    redactor: Redactor,
    is_ci: bool,
    is_live: bool,
}

impl Console {
    pub(crate) fn new(run: &Run, redactor: Redactor) -> Self {
        let is_live = !run.is_ci && std::io::stderr().is_terminal();
        Self::over(
            Box::new(std::io::stdout()),
            Box::new(std::io::stderr()),
            run.is_ci,
            is_live,
            redactor,
        )
    }

    /// Over any two streams. `is_live`: the second is a terminal on which lines can be redrawn.
    pub(crate) fn over(
        out: Box<dyn Write + Send>,
        err: Box<dyn Write + Send>,
        is_ci: bool,
        is_live: bool,
        redactor: Redactor,
    ) -> Self {
        Self {
            terminal: Arc::new(Mutex::new(Terminal::new(out, err))),
            redactor,
            is_ci,
            is_live,
        }
    }

    /// A sentence, or several lines, for people.
    pub(crate) fn say(&self, text: &str) {
        for line in text.lines() {
            self.terminal().say(&self.foreign_line(line));
        }
    }

    /// One thing to do next.
    pub(crate) fn hint(&self, text: &str) {
        self.say(&format!("hint: {text}"));
    }

    pub(crate) fn warn(&self, text: &str) {
        self.annotate(Level::Warning, "warning", text);
    }

    /// What explains a run that did nothing.
    pub(crate) fn notice(&self, text: &str) {
        self.annotate(Level::Notice, "notice", text);
    }

    /// One annotation under the runner, else what failed and what to do next.
    pub(crate) fn error(&self, failure: &Failure) {
        if !self.is_ci {
            self.say(&format!("error: {failure}"));
            if let Some(next) = &failure.next {
                self.hint(next);
            }
            return;
        }
        // The annotation carries the position as well, but whoever reads the log sees only the text.
        let mut message = failure.to_string();
        if let Some(next) = &failure.next {
            message.push_str("\nhint: ");
            message.push_str(next);
        }
        let message = self.foreign_text(&message);
        let command = commands::annotation(Level::Error, None, failure.at.as_ref(), &message);
        self.terminal().data(&self.redactor.clean(&command));
    }

    /// Foreign lines, folded under the runner.
    pub(crate) fn group<L: AsRef<str>>(&self, title: &str, lines: impl IntoIterator<Item = L>) {
        let mut terminal = self.terminal();
        let title = self.foreign_line(title);
        // Markers and lines share one stream: between two streams the runner keeps no order.
        if self.is_ci {
            terminal.data(&commands::group(&title));
        } else {
            terminal.say(&title);
        }
        for line in lines {
            let line = self.foreign_line(line.as_ref());
            if self.is_ci {
                terminal.data(&line);
            } else {
                terminal.say(&format!("  {line}"));
            }
        }
        if self.is_ci {
            terminal.data(commands::END_GROUP);
        }
    }

    /// What a program reads: JSON, a table, log lines. Kept whole, except that under the runner it is no command.
    pub(crate) fn data(&self, text: &str) {
        for line in text.lines() {
            let line = self.redactor.clean(line);
            // To the runner a carriage return ends a line too.
            let line = if self.is_ci {
                neutral::disarm(&line.replace('\r', " "))
            } else {
                line
            };
            self.terminal().data(&line);
        }
    }

    /// A line of somebody's log as data.
    pub(crate) fn foreign_data(&self, line: &str) {
        let line = self.redactor.clean(&foreign::strip(line));
        self.terminal().data(&neutral::disarm(&line));
    }

    /// Registers a secret with the redactor and, under the runner, masks every form of it. Before anything is printed.
    pub(crate) fn mask(&self, secret: &Secret) {
        self.redactor.register(secret);
        if self.is_ci {
            for form in secret.forms() {
                // The one line that must not be redacted.
                self.terminal().data(&commands::add_mask(&form));
            }
        }
    }

    /// Starts to show how components are doing. One at a time.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(self.clone(), self.is_live)
    }

    /// Replaces the live lines at the bottom of the terminal.
    pub(super) fn live(&self, lines: &[String]) {
        let lines = lines.iter().map(|line| self.foreign_line(line)).collect();
        self.terminal().live(lines);
    }

    fn annotate(&self, level: Level, word: &str, text: &str) {
        if self.is_ci {
            let command = commands::annotation(level, None, None, &self.foreign_text(text));
            self.terminal().data(&command);
        } else {
            self.say(&format!("{word}: {text}"));
        }
    }

    fn foreign_line(&self, line: &str) -> String {
        // Stripped first, so that no escape sequence hides a secret from the redactor.
        neutral::quiet(&self.redactor.clean(&foreign::strip(line)))
    }

    fn foreign_text(&self, text: &str) -> String {
        text.lines()
            .map(|line| self.foreign_line(line))
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn terminal(&self) -> MutexGuard<'_, Terminal> {
        self.terminal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Console")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::{Error, ErrorKind, Write};
    use std::sync::{Arc, Mutex};

    use super::Console;
    use crate::model::failure::Failure;
    use crate::redact::{Redactor, Secret};

    /// A stream whose text can be read while it is written.
    #[derive(Clone, Default)]
    pub(in crate::actions) struct Tape(Arc<Mutex<Vec<u8>>>);

    impl Tape {
        pub(in crate::actions) fn text(&self) -> String {
            String::from_utf8_lossy(&self.0.lock().expect("not poisoned")).into_owned()
        }
    }

    impl Write for Tape {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    pub(in crate::actions) fn console(is_ci: bool, is_live: bool) -> (Console, Tape, Tape) {
        let (out, err) = (Tape::default(), Tape::default());
        let console = Console::over(
            Box::new(out.clone()),
            Box::new(err.clone()),
            is_ci,
            is_live,
            Redactor::new(),
        );
        (console, out, err)
    }

    fn spec_failure() -> Failure {
        Failure::input("unknown key `serivces`")
            .next("write `services`")
            .at(".do/app.yaml", 3, 1)
    }

    #[test]
    fn a_failure_is_one_annotation_under_the_runner() {
        let (console, out, err) = console(true, false);
        console.error(&spec_failure());
        assert_eq!(
            out.text(),
            "::error file=.do/app.yaml,line=3,col=1::.do/app.yaml:3:1: unknown key `serivces`%0Ahint: write `services`\n"
        );
        assert_eq!(err.text(), "");
    }

    #[test]
    fn a_failure_is_two_lines_for_a_person() {
        let (console, out, err) = console(false, false);
        console.error(&spec_failure());
        assert_eq!(
            err.text(),
            "error: .do/app.yaml:3:1: unknown key `serivces`\nhint: write `services`\n"
        );
        assert_eq!(out.text(), "");
    }

    #[test]
    fn foreign_lines_in_a_group_stay_in_it() {
        let (console, out, _) = console(true, false);
        console.group("Build log\n::error::x", ["::endgroup::", "fine", "a ##[add-mask]b"]);
        assert_eq!(
            out.text(),
            "::group::Build log ::error::x\n:\u{200b}:endgroup::\nfine\na ##\u{200b}[add-mask]b\n::endgroup::\n"
        );
    }

    #[test]
    fn a_masked_secret_is_printed_once_and_never_again() {
        let (console, out, err) = console(true, false);
        console.mask(&Secret::new("hunter2222").expect("not empty"));
        assert!(
            out.text().starts_with("::add-mask::hunter2222\n") || out.text().contains("\n::add-mask::hunter2222\n")
        );
        let masks = out.text().matches("hunter2222").count();
        console.say("it is hunter2222");
        console.say("it is hunt\u{1b}[0mer2222");
        console.data("{\"a\": \"hunter2222\"}");
        assert_eq!(err.text(), "it is ***\nit is ***\n");
        assert_eq!(out.text().matches("hunter2222").count(), masks);
    }

    #[test]
    fn data_for_a_program_is_kept_as_it_is() {
        let (console, out, _) = console(false, false);
        console.data("::not-a-command-here::");
        assert_eq!(out.text(), "::not-a-command-here::\n");
    }

    #[test]
    fn data_under_the_runner_is_no_command() {
        let (console, out, _) = console(true, false);
        console.data("x\r::error::y\n::error::z");
        assert_eq!(out.text(), "x ::error::y\n:\u{200b}:error::z\n");
    }

    #[test]
    fn nobody_reading_is_no_panic() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(Error::from(ErrorKind::BrokenPipe))
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Err(Error::from(ErrorKind::BrokenPipe))
            }
        }
        let console = Console::over(Box::new(Closed), Box::new(Closed), true, true, Redactor::new());
        console.say("x");
        console.data("y");
        console.group("z", ["1"]);
    }
}
