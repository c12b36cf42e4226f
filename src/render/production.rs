//! Production's line on the comment of a merged pull request. It stays there while others deploy, so each says when.

use jiff::Timestamp;
use serde::Serialize;

use super::commits::CommitView;
use super::context::RenderContext;
use super::markdown::{code, prose, web_address};
use super::templates;
use crate::model::commit::Sha;
use crate::model::failure::Failure;
use crate::model::live::Live;
use crate::model::report::{Report, State};

/// What a rollback of production means for one commit.
#[derive(Clone, Debug)]
pub(crate) enum RolledBack {
    /// It was taken out of service.
    Left { commit: Sha, was_live: Option<Live> },
    /// It is the one that production went back to.
    Back,
}

/// How the commit's deployment to production ended: that of the app that needs attention most. `reports`: one for each app.
pub(crate) fn deployment_line(reports: &[Report], context: &RenderContext, now: Timestamp) -> String {
    #[derive(Serialize)]
    struct Place {
        app: String,
        url: Option<String>,
    }
    #[derive(Serialize)]
    struct View {
        at: String,
        /// Where there are several, the one that it is about.
        app: Option<String>,
        /// Where there are several, each that was deployed.
        places: Vec<Place>,
        ready: bool,
        failed: bool,
        what: Option<String>,
        why: Option<String>,
        url: Option<String>,
        commit: Option<CommitView>,
        was_live: Option<String>,
        /// What took its place.
        other: Option<CommitView>,
        aftermath: Option<String>,
        run_url: Option<String>,
    }
    let Some(report) = reports.iter().max_by_key(|report| report.state.urgency()) else {
        return String::new();
    };
    let is_several = report.key.is_some();
    let ready = reports.iter().filter(|it| is_several && it.state == State::Ready);
    let places = ready.map(|it| Place {
        app: it.spec_name().to_owned(),
        url: it.url.as_deref().and_then(web_address),
    });
    let failure = report.failure.as_ref();
    let commit = report
        .serving
        .as_ref()
        .or(report.commit.as_ref().filter(|_| !report.built_elsewhere));
    let view = View {
        at: minute(now),
        app: is_several.then(|| report.spec_name().to_owned()),
        places: places.collect(),
        ready: report.state == State::Ready,
        failed: report.state == State::Failed,
        what: failure.map(|failure| failure.what.clone()),
        why: failure.and_then(|failure| failure.why.clone()),
        url: report.url.as_deref().and_then(web_address),
        commit: commit.map(|sha| CommitView::new(sha, context)),
        was_live: report.was_live.map(|live| live.to_string()),
        other: report
            .serving
            .as_ref()
            .filter(|serving| {
                let is_another = report.commit.as_ref().is_none_or(|commit| !commit.is(serving));
                report.was_live.is_some() && is_another
            })
            .map(|sha| CommitView::new(sha, context)),
        aftermath: report.aftermath.as_ref().map(ToString::to_string),
        run_url: context.run_url.as_deref().and_then(web_address),
    };
    templates::render("production", &view).replace('\n', " ")
}

/// The same where nothing was deployed, because the run refused to.
pub(crate) fn refused_line(failure: &Failure, context: &RenderContext) -> String {
    let facts = failure.why.iter().chain(&failure.points).map(|fact| prose(fact));
    let facts: Vec<String> = facts.collect();
    let line = format!(
        "❌ Not deployed to production: {}{}{}{}",
        prose(&failure.what),
        if facts.is_empty() { "" } else { ": " },
        facts.join("; "),
        run_link(context)
    );
    line.replace('\n', " ")
}

/// The notice that the deployment of a merge failed; the one comment has the rest.
///
/// `app`: which of several it is about.
pub(crate) fn failed_notice(failure: Option<&Failure>, app: Option<&str>, context: &RenderContext) -> String {
    let what = failure.map(|failure| format!(": {}", prose(&failure.what)));
    let app = app.map(|app| format!(", app {}", code(app))).unwrap_or_default();
    format!(
        "❌ The production deployment of this pull request failed{app}{}{}",
        what.unwrap_or_default(),
        run_link(context)
    )
}

fn run_link(context: &RenderContext) -> String {
    let run = context.run_url.as_deref().and_then(web_address);
    run.map(|run| format!(" ([run]({run}))")).unwrap_or_default()
}

/// What a rollback did to the commit. `report`: the rollback's own, whose commit is the one that production went back to.
pub(crate) fn rollback_line(rolled: &RolledBack, report: &Report, context: &RenderContext, now: Timestamp) -> String {
    #[derive(Serialize)]
    struct View {
        at: String,
        /// Which of several apps was rolled back.
        app: Option<String>,
        left: Option<CommitView>,
        was_live: Option<String>,
        to: Option<CommitView>,
        url: Option<String>,
        run_url: Option<String>,
    }
    let (left, was_live) = match rolled {
        RolledBack::Left { commit, was_live } => (Some(commit), *was_live),
        RolledBack::Back => (None, None),
    };
    let view = View {
        at: minute(now),
        app: report.key.as_ref().map(|_| report.spec_name().to_owned()),
        left: left.map(|sha| CommitView::new(sha, context)),
        was_live: was_live.map(|live| live.to_string()),
        to: report.commit.as_ref().map(|sha| CommitView::new(sha, context)),
        url: report.url.as_deref().and_then(web_address),
        run_url: context.run_url.as_deref().and_then(web_address),
    };
    templates::render("rolled_back", &view).replace('\n', " ")
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
