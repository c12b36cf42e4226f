//! The demo's voice: numbered steps, a few lines each, and the times at the end.

use std::cell::RefCell;
use std::io::Write as _;
use std::time::{Duration, Instant};

use super::playground::{Calls, Playground};

/// What to do where a URL leads, by what it is.
const TO_DO: [(&str, &str); 3] = [
    (
        "pull request",
        "read do-deploy's comment, and click \"Open notes\" in its table",
    ),
    ("production", "type a note and click \"Add\": it stays"),
    (
        "preview",
        "type a note and click \"Add\": it is not in production, and gone once the preview has slept",
    ),
];

pub(super) struct Narrator {
    started: Instant,
    steps: RefCell<Vec<(String, Instant)>>,
}

impl Narrator {
    pub(super) fn new(started: Instant) -> Self {
        Self {
            started,
            steps: RefCell::default(),
        }
    }

    pub(super) fn open(&self) {
        line("do-deploy demo: the whole product on a cloud of its own, the sandbox");
        line("Real Git commits, real processes, real HTTP, a real SQLite file; nothing leaves this machine");
    }

    /// Begins a step.
    pub(super) fn step(&self, title: &str) {
        let mut steps = self.steps.borrow_mut();
        steps.push((title.to_owned(), Instant::now()));
        line("");
        line(&format!("{}. {title}", steps.len()));
    }

    /// One thing that has just been checked, or is about to happen.
    pub(super) fn say(&self, text: &str) {
        line(&format!("   {text}"));
    }

    /// A comment as it reads on the pull request.
    pub(super) fn comment(&self, body: &str) {
        for text in body.lines().filter(|text| !text.starts_with("<!--")) {
            line(format!("   │ {text}").trim_end());
        }
    }

    pub(super) fn close(&self, calls: &Calls) {
        let steps = self.steps.borrow();
        line("");
        line("Every step was checked and passed");
        line(&format!(
            "API calls: {} to DigitalOcean, {} to GitHub",
            calls.digitalocean, calls.github
        ));
        let ends = steps.iter().skip(1).map(|(_, begun)| *begun).chain([Instant::now()]);
        for ((title, begun), end) in steps.iter().zip(ends) {
            line(&format!("{:>7}  {title}", seconds(end - *begun)));
        }
        line(&format!("{:>7}  in all", seconds(self.started.elapsed())));
    }

    pub(super) fn kept(&self, playground: &Playground) {
        line("");
        line("Kept running; open in a browser:");
        for (what, url) in playground.urls() {
            line(&format!("   {what:<13} {url}"));
            if let Some((_, to_do)) = TO_DO.iter().find(|(known, _)| known == what) {
                line(&format!("   {:<13} {to_do}", ""));
            }
        }
        line("To stop, press Ctrl-C here: every process ends, and every file is removed");
    }

    pub(super) fn interrupted(&self) {
        line("");
        line("Interrupted: every process is stopped and every temporary file removed");
    }

    pub(super) fn broken(&self, error: &anyhow::Error) {
        let steps = self.steps.borrow();
        let step = steps.last().map_or("before the first step", |(title, _)| title);
        line("");
        line(&format!("NOT TRUE in step {} ({step}): {error:#}", steps.len()));
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// A reader that went away is no reason to stop.
fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
