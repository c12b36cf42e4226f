//! Hides what differs from run to run, after checking that it is what it should be.

use std::time::Duration;

use regex_lite::{Captures, Regex};

use super::run::Run;
use super::tester::{REPOSITORY, Tester};

/// No step of a test takes longer; a duration beyond it is a mistake that a snapshot must show.
const LONGEST_STEP: Duration = Duration::from_secs(300);

impl Tester {
    /// The log of a run, fit for a snapshot: also without the steps that were seen on the way, which depend on the moment
    /// of each look.
    pub(crate) fn log(&self, run: &Run) -> String {
        let shown = run.shown();
        let is_step = |line: &&str| {
            let step = line.split_once(": ").map(|(_, doing)| doing);
            let begins = |step: &str| {
                ["building", "deploying", "running", "waiting for"]
                    .iter()
                    .any(|it| step.starts_with(it))
            };
            !step.is_some_and(begins)
        };
        let is_waiting = |line: &&str| line.starts_with("Still waiting for ");
        let kept = shown.trim().lines().filter(|line| is_step(line) && !is_waiting(line));
        let mut kept: Vec<&str> = kept.collect();
        // Builds run side by side.
        let is_build = |line: &&str| {
            ["web  ", "migrate  "]
                .iter()
                .any(|component| line.starts_with(component))
        };
        for lines in kept.chunk_by_mut(|one, other| is_build(one) && is_build(other)) {
            lines.sort_by_key(|line| {
                line.split_once("  ")
                    .filter(|_| is_build(line))
                    .map(|(component, _)| component)
            });
        }
        self.redact(&kept.join("\n"))
    }

    /// A text fit for a snapshot: commits by their labels, ports, durations, ids and links to runs by their kind.
    /// What is not recognised stays and makes the snapshot fail.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (label, sha) in self.repository.commits() {
            text = text
                .replace(&sha, &format!("[commit {label}]"))
                .replace(&sha[..7], &format!("[{label}]"));
        }
        let text = replace(&text, r"127\.0\.0\.1([:/])(\d+)", |found| {
            let port: u16 = found[2].parse().ok()?;
            (port >= 1024).then(|| format!("127.0.0.1{}[port]", &found[1]))
        });
        let runs = format!(r"https://github\.com/{REPOSITORY}/actions/runs/(\d+)(?:/attempts/1)?");
        let text = replace(&text, &runs, |found| {
            let id: u64 = found[1].parse().ok()?;
            (id > 1000).then(|| "[link to the run]".to_owned())
        });
        let text = replace(&text, r"<!-- run:(\d+):1 -->", |found| {
            let id: u64 = found[1].parse().ok()?;
            (id > 1000).then(|| "<!-- run:[run]:1 -->".to_owned())
        });
        let text = replace(
            &text,
            r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b",
            |_| Some("[id]".to_owned()),
        );
        let text = replace(&text, r"\[Run (\d+)\]", |found| {
            let id: u64 = found[1].parse().ok()?;
            (id > 1000).then(|| "[Run [run]]".to_owned())
        });
        // By GitHub's clock, which a test moves.
        let text = replace(&text, r"\bUpdated 20\d\d-\d\d-\d\d \d\d:\d\d UTC", |_| {
            Some("Updated [time] UTC".to_owned())
        });
        let text = replace(&text, r"\b20\d\d-\d\d-\d\d at the earliest", |_| {
            Some("[day] at the earliest".to_owned())
        });
        let text = replace(&text, r"\bat 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", |_| {
            Some("at [time]".to_owned())
        });
        let text = replace(&text, r"under way since \d\d:\d\d UTC", |_| {
            Some("under way since [time]".to_owned())
        });
        let text = replace(&text, r"; the last deployment took (?:\d+m )?\d+s", |_| {
            Some("; the last deployment took [time]".to_owned())
        });
        let text = replace(&text, r"<!-- (answer|production):(\d+):1(:\d+)? -->", |found| {
            let id: u64 = found[2].parse().ok()?;
            let comment = found.get(3).map_or("", |_| ":[comment]");
            (id > 1000).then(|| format!("<!-- {}:[run]:1{comment} -->", &found[1]))
        });
        // What our start commands print before and after a migration.
        let text = replace(&text, r"\bdo-deploy [0-9a-f]{16}:", |_| {
            Some("do-deploy [id]:".to_owned())
        });
        let text = replace(&text, r", deployed [^,\n]* ago", |_| {
            Some(", deployed [time] ago".to_owned())
        });
        let text = replace(
            &text,
            r"\b20\d\d-\d\d-\d\d \d\d:\d\d(?::\d\d)?\b|\b\d\d:\d\d:\d\d\b",
            |_| Some("[time]".to_owned()),
        );
        // Of which phases depends on the moment of each look.
        let text = replace(&text, r"\n\nTime: [^\n]*", |found| {
            let durations = Regex::new(r"(?:(\d+)m ?)?(?:(\d+)s)?(?:,|$)").expect("a pattern of this file");
            let is_plausible = |it: Captures<'_>| {
                let part = |at| it.get(at).map_or(Ok(0), |part| part.as_str().parse::<u64>());
                let whole = Some(part(1).ok()? * 60 + part(2).ok()?);
                whole.filter(|seconds| (1..=LONGEST_STEP.as_secs()).contains(seconds))
            };
            durations
                .captures_iter(&found[0])
                .all(|it| is_plausible(it).is_some())
                .then(String::new)
        });
        // Less than a second is not shown at all, so the words around a duration go with it.
        replace(&text, r" (?:in|after) (?:(\d+)m )?(\d+)s\b", |found| {
            let minutes: u64 = found.get(1).map_or(Some(0), |minutes| minutes.as_str().parse().ok())?;
            let seconds: u64 = found[2].parse().ok()?;
            let plausible = seconds < 60 && Duration::from_secs(minutes * 60 + seconds) <= LONGEST_STEP;
            plausible.then(String::new)
        })
    }
}

/// Replaces matches for which `hide` has something; the others stay.
fn replace(text: &str, pattern: &str, hide: impl Fn(&Captures<'_>) -> Option<String>) -> String {
    let pattern = Regex::new(pattern).expect("a pattern of this file");
    let replaced = pattern.replace_all(text, |found: &Captures<'_>| {
        hide(found).unwrap_or_else(|| found[0].to_owned())
    });
    replaced.into_owned()
}
