//! What the templates are given: every decision taken, every address checked, foreign text still foreign.

use std::time::Duration;

use serde::Serialize;

use super::markdown::web_address;
use super::page::{Logs, Scene};
use crate::model::commit::Sha;
use crate::model::failure::{Excerpt, Failure, Shown};
use crate::model::report::{Database, Report, Sleep, State};
use crate::redact::Clean;
use crate::redact::strip::{cut, strip};
use crate::wait::humanize;

/// Room for all logs of a page together, in bytes: half of what GitHub takes, whatever the rest needs.
const LOG_ROOM: usize = 30_000;
/// Longest line of a log, in characters.
const LOG_LINE: usize = 500;
const LOG_LINES: usize = 100;
/// More of them say nothing to anybody.
const NOTES: usize = 10;
const CHANGES: usize = 200;

#[derive(Debug, Serialize)]
pub(super) struct PageView {
    /// Where there is one app, it needs no table.
    pub(super) one: Option<AppView>,
    pub(super) several: Vec<AppView>,
    pub(super) run_url: Option<String>,
    pub(super) run_id: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(super) struct AppView {
    app: String,
    /// What a section about it is called.
    heading: String,
    environment: String,
    deployment: Option<String>,
    is_preview: bool,
    state: &'static str,
    word: &'static str,
    /// By state, because templates cannot compare.
    building: bool,
    ready: bool,
    failed: bool,
    skipped: bool,
    removed: bool,
    unknown: bool,
    cancelled: bool,
    superseded_by: Option<CommitView>,
    url: Option<String>,
    commit: Option<CommitView>,
    /// What serves, where that is another commit.
    other: Option<CommitView>,
    /// How what is live does without what the update took from it.
    aftermath: Option<String>,
    /// It is not known to work.
    may_not_work: bool,
    /// The commit itself serves.
    serves: bool,
    /// When it took requests before it was found bad.
    was_live: Option<String>,
    /// And not any more.
    is_over: bool,
    /// It is known that no version ever served.
    nothing_serves: bool,
    duration: Option<String>,
    sleeps_after: Option<String>,
    never_sleeps: Option<String>,
    resets: bool,
    database: Option<String>,
    awake: Option<String>,
    asleep: Option<String>,
    has_facts: bool,
    failure: Option<FailureView>,
    notes: Vec<String>,
    /// Below a table: whether there is anything to say beyond the row.
    has_more: bool,
    /// What the list of changes is called.
    changes_title: &'static str,
    changes: Vec<ChangeView>,
}

#[derive(Debug, Serialize)]
pub(super) struct CommitView {
    short: String,
    url: Option<String>,
}

#[derive(Debug, Serialize)]
struct FailureView {
    what: String,
    why: Option<String>,
    points: Vec<String>,
    code: Option<String>,
    at: Option<String>,
    next: Option<String>,
    log: Option<LogView>,
    /// There is a log, but it is not shown here.
    log_withheld: bool,
}

#[derive(Debug, Serialize)]
struct LogView {
    kind: &'static str,
    component: Option<String>,
    lines: Vec<String>,
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct ChangeView {
    what: String,
    why: String,
}

impl PageView {
    pub(super) fn new(reports: &[Report], scene: &Scene) -> Self {
        let with_log = |report: &&Report| report.failure.as_ref().is_some_and(|failure| failure.log.is_some());
        let room = LOG_ROOM / reports.iter().filter(with_log).count().max(1);
        let mut apps: Vec<AppView> = reports.iter().map(|report| AppView::new(report, scene, room)).collect();
        let one = if apps.len() == 1 { apps.pop() } else { None };
        Self {
            one,
            several: apps,
            run_url: scene.run_url.as_deref().and_then(web_address),
            run_id: scene.run.map(|run| run.id),
        }
    }
}

impl AppView {
    fn new(report: &Report, scene: &Scene, room: usize) -> Self {
        let state = report.state;
        let commit = |sha: &Sha| CommitView::new(sha, scene);
        let same = |a: &Option<Sha>, b: &Sha| a.as_ref().is_some_and(|a| a.is(b));
        // What is ready are the images that the notes name, whatever the run's commit is.
        let about = report
            .commit
            .as_ref()
            .filter(|_| !(report.built_elsewhere && state == State::Ready));
        let lives = match state {
            State::Building | State::Ready => true,
            // Where no app is known, or nothing of it ever served, there is nothing that sleeps or costs by the hour.
            State::Failed | State::Unknown => report.app_id.is_some() && !report.nothing_serves,
            State::Skipped | State::Removed | State::Cancelled => false,
        };
        let other = report
            .serving
            .as_ref()
            .filter(|serving| !same(&report.commit, serving))
            .map(commit);
        let other_serves = other.is_some();
        let serves = report
            .serving
            .as_ref()
            .is_some_and(|serving| same(&report.commit, serving));
        let (sleeps_after, never_sleeps) = match &report.sleep {
            Some(Sleep::After(after)) if lives => (Some(humanize(*after)), None),
            Some(Sleep::Never(why)) if lives => (None, Some(why.clone())),
            _ => (None, None),
        };
        let cost = report.cost.filter(|_| lives);
        // The platform makes a database before the first version serves, and asks money for it.
        let made = report.app_id.is_some() && report.database == Some(Database::Development);
        let database = report.database.filter(|_| lives || (state == State::Failed && made));
        let has_facts = sleeps_after.is_some() || never_sleeps.is_some() || cost.is_some() || database.is_some();
        let failure = report
            .failure
            .as_ref()
            .map(|failure| FailureView::new(failure, scene, room));
        let notes: Vec<String> = report.notes.iter().take(NOTES).cloned().collect();
        Self {
            app: report.app.clone(),
            heading: heading(report),
            environment: report
                .environment
                .to_string()
                .chars()
                .filter(|c| is_plain_char(*c))
                .collect(),
            // Printed as part of a command: only what a shell and Markdown leave as it is.
            deployment: report.deployment_id.clone().filter(|id| is_plain(id)),
            is_preview: report.environment.pull_request().is_some(),
            state: status(state),
            word: word(report),
            building: state == State::Building,
            ready: state == State::Ready,
            failed: state == State::Failed,
            skipped: state == State::Skipped,
            removed: state == State::Removed,
            unknown: state == State::Unknown,
            cancelled: state == State::Cancelled,
            superseded_by: report.superseded_by.as_ref().map(commit),
            url: report
                .url
                .as_deref()
                .filter(|_| state != State::Removed)
                .and_then(web_address),
            commit: about.map(commit),
            other: other.filter(|_| state != State::Removed),
            aftermath: report.aftermath.as_ref().map(ToString::to_string),
            may_not_work: report.aftermath.as_ref().is_some_and(|it| it.works() != Some(true)),
            serves,
            was_live: report.was_live.map(|live| live.to_string()),
            is_over: report.was_live.is_some_and(|live| live.until.is_some()),
            nothing_serves: report.nothing_serves,
            duration: report
                .duration
                .filter(|time| *time >= Duration::from_secs(1))
                .map(humanize),
            resets: sleeps_after.is_some() && database == Some(Database::Sqlite),
            sleeps_after,
            never_sleeps,
            database: database.map(|database| database.to_string()),
            awake: cost.map(|cost| format!("{:.2}", cost.awake)),
            asleep: cost.and_then(|cost| cost.asleep).map(|asleep| format!("{asleep:.2}")),
            has_facts,
            has_more: failure.is_some() || !notes.is_empty(),
            failure,
            notes,
            changes_title: match (report.environment.pull_request(), state) {
                (None, State::Ready | State::Building) => "What this deployment changed",
                (None, _) => "What this deployment was to change",
                (Some(_), State::Failed) if other_serves => "What would be different from production's spec",
                (Some(_), _) => "What is different from production's spec",
            },
            changes: report
                .changes
                .iter()
                .take(CHANGES)
                .map(|change| ChangeView {
                    what: change.what.clone(),
                    why: change.why.clone(),
                })
                .collect(),
        }
    }
}

/// A preview's app is named after its environment already; without an app there is only the environment.
fn heading(report: &Report) -> String {
    let environment = &report.environment;
    match report.app.as_str() {
        "" => environment.to_string(),
        app if environment.pull_request().is_some() => app.to_owned(),
        app => format!("{app}: {environment}"),
    }
}

/// Letters, digits, `-` and `_`: the same to a shell, to Markdown and to people.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_plain_char)
}

fn is_plain_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

impl CommitView {
    pub(super) fn new(sha: &Sha, scene: &Scene) -> Self {
        let is_sha = sha.as_str().len() >= 7 && sha.as_str().chars().all(|c| c.is_ascii_hexdigit());
        let url = scene.repository_url.as_deref().filter(|_| is_sha);
        Self {
            short: sha.short().to_owned(),
            url: url.and_then(|url| web_address(&format!("{url}/commit/{sha}"))),
        }
    }
}

impl FailureView {
    fn new(failure: &Failure, scene: &Scene, room: usize) -> Self {
        let shown = failure.log.as_ref().filter(|log| scene.logs.show(log.kind));
        Self {
            what: failure.what.clone(),
            why: failure.why.clone(),
            points: failure.points.clone(),
            code: failure.code.clone(),
            at: failure.at.as_ref().map(ToString::to_string),
            next: failure.next.clone(),
            log_withheld: failure.log.is_some() && shown.is_none(),
            log: shown
                .map(|log| LogView::new(log, failure.component.clone(), room))
                .filter(|log| !log.lines.is_empty()),
        }
    }
}

impl LogView {
    /// The last lines that fit.
    fn new(log: &Excerpt, component: Option<String>, room: usize) -> Self {
        let lines = last_lines(&log.lines, room);
        Self {
            kind: match log.kind {
                Shown::Build => "build log",
                Shown::Migration => "migration's log",
                Shown::Run => "log",
            },
            component,
            left_out: log.lines.len() - lines.len(),
            lines,
        }
    }
}

/// The last lines that fit into so many bytes, each stripped and cut to what a person reads.
pub(super) fn last_lines(lines: &[Clean], room: usize) -> Vec<String> {
    let mut taken = 0;
    let mut last: Vec<String> = lines
        .iter()
        .rev()
        .take(LOG_LINES)
        .map(|line| cut(&strip(&cut(line, 8 * LOG_LINE)), LOG_LINE))
        .take_while(|line| {
            taken += line.len() + 1;
            taken <= room
        })
        .collect();
    last.reverse();
    last
}

impl Logs {
    pub(crate) fn show(self, kind: Shown) -> bool {
        match self {
            Self::All => true,
            Self::BuildsAndMigrations => kind != Shown::Run,
            Self::None => false,
        }
    }
}

/// The output `status`. A run that was cancelled found nothing out.
pub(super) fn status(state: State) -> &'static str {
    match state {
        State::Ready => "ready",
        State::Failed => "failed",
        State::Skipped => "skipped",
        State::Removed => "removed",
        State::Building | State::Unknown | State::Cancelled => "unknown",
    }
}

fn word(report: &Report) -> &'static str {
    match report.state {
        State::Building => "Building",
        State::Ready => "Ready",
        State::Failed => "Failed",
        State::Skipped => "Skipped",
        State::Removed => "Removed",
        State::Unknown => "Could not find out",
        State::Cancelled if report.superseded_by.is_some() => "Superseded",
        State::Cancelled => "Cancelled",
    }
}
