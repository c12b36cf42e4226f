//! What people and the runner read while the program works: everything redacted, nothing foreign left armed.

use std::borrow::Cow;
use std::fmt;
use std::io::IsTerminal as _;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::Notify;

use super::commands::{self, Level};
use super::fold::Fold;
use super::run::Run;
use super::sanitize;
use super::terminal::Terminal;
use crate::model::failure::{Failure, Position};
use crate::model::finding::Severity;
use crate::redact::strip::strip;
use crate::redact::{Clean, Redactor, Secret, TargetRedactor, TargetSecrets};

/// The runner keeps ten annotations of each level for a step, and other commands of the step may need some. What is
/// more stands in the log alone. <https://github.com/actions/runner/blob/main/src/Runner.Worker/ExecutionContext.cs>
const MOST_ANNOTATIONS: usize = 8;

/// A run fails once: what else is wrong with it explains that.
const MOST_ERRORS: usize = 1;

/// People's text and masks go to standard error; data and annotations to standard output. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Console {
    terminal: Arc<Mutex<Terminal>>,
    /// Notified when data could not be written.
    unwritten: Arc<Notify>,
    redactor: Redactor,
    tone: Tone,
    /// For our own sentences, where the reader knows things by other names.
    wording: Option<fn(&str) -> String>,
    /// The app that its lines are about, where the run is about several at the same time.
    app: Option<Arc<str>>,
}

/// How the program speaks, from its first word to its last.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tone {
    /// To the runner, in its commands.
    pub(crate) is_ci: bool,
    /// To a terminal on which lines can be redrawn.
    pub(crate) is_live: bool,
    /// Standard output is one JSON document: the runner's commands go to standard error, where it reads them as well.
    pub(crate) only_data: bool,
    /// The runner's debug log is on.
    pub(crate) is_debugging: bool,
}

impl Console {
    /// `only_data`: standard output is read by a program.
    pub(crate) fn new(run: &Run, redactor: Redactor, only_data: bool) -> Self {
        let tone = Tone {
            is_ci: run.is_ci,
            is_live: !run.is_ci && std::io::stderr().is_terminal(),
            only_data,
            is_debugging: run.is_debugging,
        };
        Self::over(Box::new(std::io::stdout()), Box::new(std::io::stderr()), tone, redactor)
    }

    /// Over any two streams.
    pub(crate) fn over(out: Box<dyn Write + Send>, err: Box<dyn Write + Send>, tone: Tone, redactor: Redactor) -> Self {
        Self {
            terminal: Arc::new(Mutex::new(Terminal::new(out, err))),
            unwritten: Arc::default(),
            redactor,
            tone,
            wording: None,
            app: None,
        }
    }

    /// The same for one of several apps whose lines mix: each begins with the app's name, and none is folded or redrawn.
    pub(crate) fn of_app(&self, app: &str) -> Self {
        Self {
            app: Some(app.into()),
            ..self.clone()
        }
    }

    fn about(&self) -> String {
        self.app.as_ref().map_or_else(String::new, |app| format!("{app}: "))
    }

    /// The same, with our own sentences put into other words before they are shown.
    pub(crate) fn worded(self, wording: fn(&str) -> String) -> Self {
        let wording = Some(wording);
        Self { wording, ..self }
    }

    /// A sentence, or several lines, for people.
    pub(crate) fn say(&self, text: &str) {
        let about = self.about();
        for line in self.in_words(text).lines() {
            self.terminal().say(&self.foreign_line(&format!("{about}{line}")));
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

    /// Visible only when the runner's debug log is on.
    pub(crate) fn debug(&self, text: &str) {
        if self.speaks_to_the_debug_log() {
            let command = commands::debug(&self.foreign_text(text));
            self.terminal().say(&command);
        }
    }

    pub(super) fn speaks_to_the_debug_log(&self) -> bool {
        self.tone.is_ci && self.tone.is_debugging
    }

    /// One event of the diagnostics, on a line of its own: in the runner's debug log where that is switched on.
    pub(super) fn diagnose(&self, event: &str) {
        // Whole, before lines are put together: that could hide a secret from the redactor.
        let clean = self.redactor.clean(event);
        let event = clean.lines().collect::<Vec<_>>().join(" ");
        if self.speaks_to_the_debug_log() {
            self.debug(&event);
        } else {
            self.terminal().say(&self.foreign_line(&event));
        }
    }

    /// One annotation under the runner, else what failed and what to do next.
    pub(crate) fn error(&self, failure: &Failure) {
        self.end_phase();
        if !self.may_annotate(Level::Error) {
            self.say(&format!("error: {failure}"));
            if let Some(next) = &failure.next {
                self.hint(next);
            }
            return;
        }
        // The annotation carries the position as well, but a reader of the log sees only the text.
        let mut message = failure.to_string();
        if let Some(next) = &failure.next {
            message.push_str("\nhint: ");
            message.push_str(next);
        }
        let at = failure.at.clone().map(|mut at| {
            at.file = self.foreign_line(&at.file);
            at
        });
        let message = self.foreign_text(&format!("{}{}", self.about(), self.in_words(&message)));
        self.command(&commands::annotation(Level::Error, None, at.as_ref(), &message));
    }

    /// What was found in a file, as an annotation of it: data that was asked for, so all of it is written.
    pub(crate) fn annotation(&self, severity: Severity, title: &str, at: Option<&Position>, message: &str) {
        let level = match severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
        };
        let at = at.cloned().map(|mut at| {
            at.file = self.foreign_line(&at.file);
            at
        });
        self.command(&commands::annotation(
            level,
            Some(title),
            at.as_ref(),
            &self.foreign_text(message),
        ));
    }

    /// From now on the lines for people belong to this phase, folded under the runner, until the next one begins.
    /// Naming the phase that is open changes nothing.
    pub(crate) fn phase(&self, phase: Fold) {
        if self.tone.is_ci && self.app.is_none() {
            let title = phase.to_string();
            self.terminal()
                .open(&title, &commands::group(&title), commands::END_GROUP);
        }
    }

    /// What is said from now on is not folded.
    pub(crate) fn end_phase(&self) {
        if self.app.is_none() {
            self.terminal().close(commands::END_GROUP);
        }
    }

    /// Lines of one foreign log, folded under the runner. Ends the phase that is open: groups do not nest.
    pub(crate) fn group(&self, title: &str, lines: &[Clean]) {
        let title = self.foreign_line(&format!("{}{title}", self.about()));
        let mut terminal = self.terminal();
        // Markers and lines share one stream: between two streams the runner keeps no order.
        if self.tone.is_ci {
            terminal.close(commands::END_GROUP);
            terminal.open(&title, &commands::group(&title), commands::END_GROUP);
        } else {
            terminal.say(&title);
        }
        let indent = if self.tone.is_ci { "" } else { "  " };
        for line in lines {
            let line = self.redactor.again(line);
            terminal.say(&format!("{indent}{}", sanitize::quiet(&line)));
        }
        terminal.close(commands::END_GROUP);
    }

    /// What a program reads: one JSON document. Values keep what they say, without secrets; whatever could speak to
    /// the runner or repaint a terminal is written as an escape.
    pub(crate) fn document(&self, document: &Value) {
        self.write(&sanitize::json(&self.redacted(document).to_string()));
    }

    /// Lines that people and programs read: a table, a spec, a difference.
    pub(crate) fn data(&self, text: &str) {
        for line in text.lines() {
            self.foreign_data(line);
        }
    }

    /// A line of foreign text as data.
    pub(crate) fn foreign_data(&self, line: &str) {
        self.own_data(&self.redactor.clean(&strip(line)));
    }

    /// A line of a log as data.
    pub(crate) fn log_data(&self, line: &Clean) {
        self.own_data(&self.redactor.again(line));
    }

    fn own_data(&self, line: &str) {
        let line = if self.tone.is_ci {
            sanitize::sanitize(line)
        } else {
            line.to_owned()
        };
        self.write(&line);
    }

    fn write(&self, line: &str) {
        if !self.terminal().data(line) {
            self.unwritten.notify_one();
        }
    }

    /// Waits until data could not be written: to go on printing is of no use.
    pub(crate) async fn unread(&self) {
        self.unwritten.notified().await;
    }

    /// What was lost of the data. A reader who has read enough loses nothing.
    pub(crate) fn lost_data(&self) -> Option<Failure> {
        self.terminal().unwritten().and_then(lost_data)
    }

    /// Registers a secret with the redactor and, under the runner, masks every form of it. Before anything is printed.
    pub(crate) fn mask(&self, secret: &Secret) {
        self.mask_forms(self.redactor.register(secret));
    }

    /// Takes note of an app's secrets, and returns the redactor that may open what this app wrote.
    pub(crate) fn register_secrets(&self, secrets: &TargetSecrets) -> TargetRedactor {
        let (redactor, forms) = self.redactor.for_target(secrets);
        self.mask_forms(forms);
        redactor
    }

    fn mask_forms(&self, forms: Vec<String>) {
        if self.tone.is_ci {
            for form in forms {
                // The one line that must not be redacted. Standard output may be a file or a pipe, which the runner never
                // sees; it reads commands on both streams.
                self.terminal().say(&commands::add_mask(&form));
            }
        }
    }

    /// A text for one of the runner's files.
    pub(crate) fn without_secrets(&self, text: &str) -> String {
        self.redactor.clean(text)
    }

    /// Whether lines at the bottom of a terminal can be replaced.
    pub(super) fn is_live(&self) -> bool {
        self.tone.is_live && self.app.is_none()
    }

    /// Replaces the live lines at the bottom of the terminal.
    pub(super) fn live(&self, lines: &[String]) {
        let lines = lines.iter().map(|line| self.foreign_line(line)).collect();
        self.terminal().live(lines);
    }

    fn annotate(&self, level: Level, word: &str, text: &str) {
        if self.may_annotate(level) {
            self.command(&commands::annotation(
                level,
                None,
                None,
                &self.foreign_text(&format!("{}{}", self.about(), self.in_words(text))),
            ));
        } else {
            self.say(&format!("{word}: {text}"));
        }
    }

    /// Counts what is annotated; outside of a runner nothing is.
    fn may_annotate(&self, level: Level) -> bool {
        let most = if level == Level::Error {
            MOST_ERRORS
        } else {
            MOST_ANNOTATIONS
        };
        self.tone.is_ci && self.terminal().count(level) <= most
    }

    /// A whole command, where the runner reads it.
    fn command(&self, command: &str) {
        if self.tone.only_data {
            self.terminal().say(command);
        } else {
            self.terminal().command(command);
        }
    }

    fn redacted(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.redactor.clean(text).into(),
            Value::Array(items) => items.iter().map(|item| self.redacted(item)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(key, value)| (self.redactor.clean(key), self.redacted(value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }

    /// With our flags under the names that the reader knows.
    pub(crate) fn in_words<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.wording
            .map_or(Cow::Borrowed(text), |wording| Cow::Owned(wording(text)))
    }

    fn foreign_line(&self, line: &str) -> String {
        // Stripped first, so that no escape sequence hides a secret from the redactor.
        sanitize::quiet(&self.redactor.clean(&strip(line)))
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

/// What a write to standard output that failed means.
pub(crate) fn lost_data(error: &std::io::Error) -> Option<Failure> {
    (error.kind() != std::io::ErrorKind::BrokenPipe).then(|| {
        let why = error.to_string();
        let why = why.split(" (os error").next().unwrap_or_default();
        Failure::unknown("standard output could not be written")
            .why(why)
            .next("give it a place that takes it, and run the same command again")
    })
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Console")
    }
}

#[cfg(test)]
pub(super) mod tests;
