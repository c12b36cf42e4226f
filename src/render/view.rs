//! What the templates are given: every decision taken, every address checked, foreign text still foreign.

use std::borrow::Cow;
use std::time::Duration;

use serde::Serialize;

use super::commits::{CommitView, Commits};
use super::context::RenderContext;
use super::failure::FailureView;
use super::listing::ListingView;
use super::markdown::web_address;
use super::row::{PageLink, RowView};
use super::state::{icon, word};
use crate::model::commands::{takes_app, usage};
use crate::model::commit::Sha;
use crate::model::count::plural;
use crate::model::report::{Cost, Database, Report, Sleep, State};
use crate::wait::{humanize, in_words};

/// Room for all logs of a page together, in bytes: half of what GitHub takes, whatever the rest needs.
const LOG_ROOM: usize = 30_000;
/// Room for a listing, in bytes.
const LISTING_ROOM: usize = 8_000;
/// More of them do not help the reader.
const NOTES: usize = 10;
pub(super) const CHANGES: usize = 200;

#[derive(Debug, Serialize)]
pub(super) struct PageView {
    /// The state of the app that needs attention most.
    icon: &'static str,
    word: &'static str,
    /// The apps in that state: `shop`, or `shop, production`.
    title: Option<String>,
    /// Of previews.
    pull: Option<u64>,
    rows: Vec<RowView>,
    /// When what the rows say was found to be so, and where to read more.
    updated: Option<String>,
    run_url: Option<String>,
    run_id: Option<u64>,
    pages: Vec<PageLink>,
    has_links: bool,
    several: bool,
    /// What there is to say about an app beyond its row.
    sections: Vec<AppView>,
    /// What several apps cost together.
    sum: Option<Sum>,
    /// What holds for all of several apps.
    notes: Vec<String>,
    commands: Vec<CommandView>,
    /// Whether one of them may name an app.
    names_apps: bool,
}

/// US dollars a month.
#[derive(Debug, Serialize)]
struct Sum {
    awake: String,
    asleep: Option<String>,
}

impl Sum {
    /// `None`: fewer than two of the apps are known to cost something.
    fn of(reports: &[Report]) -> Option<Self> {
        let costs: Vec<Cost> = reports.iter().filter_map(cost_of).collect();
        let asleep = |cost: &Cost| cost.asleep.unwrap_or(cost.awake);
        let sleeps = costs.iter().any(|cost| cost.asleep.is_some());
        (costs.len() > 1).then(|| Self {
            awake: format!("{:.2}", costs.iter().map(|cost| cost.awake).sum::<f64>()),
            asleep: sleeps.then(|| format!("{:.2}", costs.iter().map(asleep).sum::<f64>())),
        })
    }
}

/// Whether the app is there, so that it sleeps and costs by the hour.
fn lives(report: &Report) -> bool {
    match report.state {
        State::Building | State::Ready => true,
        // Where no app is known, or nothing of it ever served, there is nothing.
        State::Failed | State::Unknown => report.app_id.is_some() && !report.nothing_serves,
        State::Skipped | State::Removed | State::Cancelled => false,
    }
}

fn cost_of(report: &Report) -> Option<Cost> {
    report.cost.filter(|_| lives(report))
}

#[derive(Debug, Serialize)]
struct CommandView {
    usage: Cow<'static, str>,
    does: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct AppView {
    app: String,
    /// Its name under `[apps]`.
    key: Option<String>,
    environment: String,
    deployment: Option<String>,
    is_preview: bool,
    /// By state, because templates cannot compare.
    building: bool,
    ready: bool,
    failed: bool,
    removed: bool,
    unknown: bool,
    cancelled: bool,
    superseded_by: Option<CommitView>,
    /// Of a deployment that is under way.
    since: Option<String>,
    step: Option<String>,
    last_took: Option<String>,
    commit: Option<CommitView>,
    /// What serves, where that is another commit.
    other: Option<CommitView>,
    /// How what is live does without what the update took from it.
    aftermath: Option<String>,
    /// The commit itself serves.
    serves: bool,
    /// When it took requests before it was found bad.
    was_live: Option<String>,
    /// And not any more.
    is_over: bool,
    /// It is known that no version ever served.
    nothing_serves: bool,
    /// It is known that this commit never did: something else serves, or its own deployment failed.
    never_live: bool,
    /// Whether the line of facts says something about sleep, and anything before the cost.
    sleeps: bool,
    before_cost: bool,
    sleeps_after: Option<String>,
    never_sleeps: Option<String>,
    resets: bool,
    database: Option<String>,
    awake: Option<String>,
    asleep: Option<String>,
    /// What a sweep waits for, and the first day on which it may come.
    swept_after: Option<String>,
    swept_from: Option<String>,
    before_sweep: bool,
    failure: Option<FailureView>,
    notes: Vec<String>,
    notes_title: String,
    listing: Option<ListingView>,
    /// Below a table: whether there is anything to say beyond the row.
    has_more: bool,
    /// What the list of changes is called.
    changes_title: String,
    changes: Vec<ChangeView>,
}

#[derive(Debug, Serialize)]
struct ChangeView {
    what: String,
    why: String,
}

impl PageView {
    pub(super) fn new(reports: &[Report], context: &RenderContext) -> Self {
        let with_log = |report: &&Report| report.failure.as_ref().is_some_and(|failure| failure.log.is_some());
        let room = LOG_ROOM / reports.iter().filter(with_log).count().max(1);
        let (run_url, pages) = (context.run_url.as_deref().and_then(web_address), PageLink::all(reports));
        let worst = reports.iter().max_by_key(|report| report.state.urgency());
        let has_keys = reports.iter().any(|report| report.key.is_some());
        let is_removed = worst.is_some_and(|worst| worst.state == State::Removed);
        Self {
            icon: worst.map_or("", |report| icon(report)),
            word: worst.map_or("", |report| word(report)),
            title: worst.and_then(|worst| title(reports, worst.state)),
            pull: reports.iter().find_map(|report| report.environment.pull_request()),
            rows: reports.iter().flat_map(|report| RowView::of(report, context)).collect(),
            updated: context
                .updated
                .map(|updated| updated.strftime("%Y-%m-%d %H:%M").to_string()),
            run_id: context.run.map(|run| run.id),
            has_links: run_url.is_some() || !pages.is_empty(),
            run_url,
            pages,
            several: reports.len() > 1,
            // Of what is gone there is nothing to say but that.
            sections: reports
                .iter()
                .take(if is_removed { 1 } else { reports.len() })
                .map(|report| AppView::new(report, context, room))
                .collect(),
            sum: Sum::of(reports),
            notes: context.notes.clone(),
            names_apps: has_keys && context.commands.iter().any(|(command, _)| takes_app(command)),
            commands: context
                .commands
                .iter()
                .map(|(command, does)| CommandView {
                    usage: usage(command, has_keys),
                    does,
                })
                .collect(),
        }
    }
}

impl AppView {
    fn new(report: &Report, context: &RenderContext, room: usize) -> Self {
        let state = report.state;
        let commit = |sha: &Sha| CommitView::new(sha, context);
        let Commits { own, serves, other } = Commits::of(report);
        let lives = lives(report);
        let (sleeps_after, never_sleeps) = match &report.sleep {
            Some(Sleep::After(after)) if lives => (Some(in_words(*after)), None),
            Some(Sleep::Never(why)) if lives => (None, Some(why.clone())),
            _ => (None, None),
        };
        let (manifest, document) = report
            .words
            .map_or(("manifest", "manifest"), |words| (words.manifest, words.document));
        let sleeps = sleeps_after.is_some() || never_sleeps.is_some();
        let cost = cost_of(report);
        let is_swept = lives && state != State::Building && report.environment.pull_request().is_some();
        let swept_after = context.swept_after.filter(|_| is_swept);
        let swept_from = swept_after.and_then(|ttl| context.updated?.checked_add(ttl).ok());
        // The platform makes a database before the first version serves, and asks money for it.
        let made = report.app_id.is_some() && report.database == Some(Database::Development);
        let database = report.database.filter(|_| lives || (state == State::Failed && made));
        let failure = report
            .failure
            .as_ref()
            .map(|failure| FailureView::new(failure, context, room));
        let notes: Vec<String> = report.notes.iter().take(NOTES).cloned().collect();
        Self {
            app: report.app.clone(),
            environment: report
                .environment
                .to_string()
                .chars()
                .filter(|c| is_plain_char(*c))
                .collect(),
            // Printed as part of a command: only what a shell and Markdown leave as it is.
            key: report.key.clone().filter(|key| is_plain(key)),
            deployment: report.deployment_id.clone().filter(|id| is_plain(id)),
            is_preview: report.environment.pull_request().is_some(),
            building: state == State::Building,
            ready: state == State::Ready,
            failed: state == State::Failed,
            removed: state == State::Removed,
            unknown: state == State::Unknown,
            cancelled: state == State::Cancelled,
            superseded_by: report.superseded_by.as_ref().map(commit),
            since: report
                .underway
                .since
                .map(|since| since.strftime("%H:%M UTC").to_string()),
            step: report.underway.step.clone(),
            last_took: report
                .underway
                .last_took
                .filter(|took| *took >= Duration::from_secs(1))
                .map(humanize),
            commit: own.map(commit),
            other: other.map(commit),
            aftermath: report.aftermath.as_ref().map(ToString::to_string),
            serves,
            was_live: report.was_live.map(|live| live.to_string()),
            is_over: report.was_live.is_some_and(|live| live.until.is_some()),
            nothing_serves: report.nothing_serves,
            never_live: other.is_some() || report.nothing_serves || report.deployment_id.is_some(),
            sleeps,
            before_cost: sleeps || database.is_some(),
            resets: sleeps_after.is_some() && database == Some(Database::Sqlite),
            sleeps_after,
            never_sleeps,
            database: database.map(|database| database.to_string()),
            awake: cost.map(|cost| format!("{:.2}", cost.awake)),
            swept_after: swept_after.map(in_words),
            swept_from: swept_from.map(|from| from.strftime("%Y-%m-%d").to_string()),
            before_sweep: sleeps || database.is_some() || cost.is_some(),
            asleep: cost.and_then(|cost| cost.asleep).map(|asleep| format!("{asleep:.2}")),
            has_more: failure.is_some()
                || report.listing.is_some()
                || !notes.is_empty()
                || cost.is_some()
                || database.is_some()
                || swept_from.is_some(),
            failure,
            listing: report
                .listing
                .as_ref()
                .map(|listing| ListingView::new(listing, LISTING_ROOM, false)),
            notes_title: plural(notes.len() as u64, "note"),
            notes,
            changes_title: match (report.environment.pull_request(), state) {
                // Much of it is the same in every deployment: how it differs from what was live is a listing of its own.
                (None, _) => format!("How the {manifest} was prepared"),
                (Some(_), State::Failed) if other.is_some() => {
                    format!("What would be different from production's {document}")
                }
                (Some(_), _) => format!("What is different from production's {document}"),
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

/// The apps in that state, and the environment where it is no preview: that one is named by its number.
fn title(reports: &[Report], state: State) -> Option<String> {
    let in_it: Vec<&Report> = reports.iter().filter(|report| report.state == state).collect();
    let mut named: Vec<String> = in_it.iter().map(|report| report.spec_name().to_owned()).collect();
    let environments = in_it
        .iter()
        .filter(|report| report.environment.pull_request().is_none());
    named.extend(environments.map(|report| report.environment.to_string()).next());
    named.retain(|name| !name.is_empty());
    (!named.is_empty()).then(|| named.join(", "))
}

/// Letters, digits, `-` and `_`: the same to a shell, to Markdown and to people.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_plain_char)
}

fn is_plain_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}
