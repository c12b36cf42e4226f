//! One row of the table of apps: where it is, state, which commit. A phone shows three columns without scrolling.

use std::time::Duration;

use serde::Serialize;

use super::commits::{CommitView, Commits};
use super::context::RenderContext;
use super::markdown::web_address;
use super::state::{icon, word};
use crate::model::report::{Report, State};
use crate::wait::humanize;

#[derive(Debug, Serialize)]
pub(super) struct RowView {
    /// Its name under `[apps]`, where it is called otherwise: what a command names it by.
    key: Option<String>,
    app: String,
    /// Of an app with several public components, the one that this row is about.
    component: Option<String>,
    icon: &'static str,
    word: &'static str,
    /// `in 2m 23s`, `after 2m 23s`.
    duration: Option<String>,
    url: Option<String>,
    commit: Option<CommitView>,
    serves: bool,
    /// What serves, where that is another commit.
    other: Option<CommitView>,
    /// It is not known to work.
    may_not_work: bool,
    /// What serves was seen before this run, and not since.
    was_serving: bool,
}

/// The platform's own page of the deployment.
#[derive(Debug, Serialize)]
pub(super) struct PageLink {
    name: &'static str,
    /// Where there are several.
    app: Option<String>,
    url: String,
}

impl RowView {
    /// One, or one for each public component where there are several.
    pub(super) fn of(report: &Report, context: &RenderContext) -> Vec<Self> {
        if report.routes.len() < 2 || report.state == State::Removed {
            return vec![Self::new(report, context, None, report.url.as_deref())];
        }
        let routes = report.routes.iter();
        routes
            .map(|route| Self::new(report, context, Some(&route.component), Some(&route.url)))
            .collect()
    }

    fn new(report: &Report, context: &RenderContext, component: Option<&str>, url: Option<&str>) -> Self {
        let state = report.state;
        let Commits { own, serves, other } = Commits::of(report);
        Self {
            key: report.key.clone().filter(|key| *key != report.app),
            app: match report.app.as_str() {
                "" => report.environment.to_string(),
                app => app.to_owned(),
            },
            component: component.map(str::to_owned),
            icon: icon(report),
            word: word(report),
            duration: report
                .duration
                .filter(|time| *time >= Duration::from_secs(1))
                .and_then(|time| match state {
                    State::Ready => Some(format!("in {}", humanize(time))),
                    State::Failed => Some(format!("after {}", humanize(time))),
                    _ => None,
                }),
            url: url.filter(|_| state != State::Removed).and_then(web_address),
            commit: own.map(|sha| CommitView::new(sha, context)),
            serves,
            other: other.map(|sha| CommitView::new(sha, context)),
            may_not_work: report.aftermath.as_ref().is_some_and(|it| it.works() != Some(true)),
            was_serving: state == State::Unknown,
        }
    }
}

impl PageLink {
    /// One for each app that the platform has.
    pub(super) fn all(reports: &[Report]) -> Vec<Self> {
        let mut pages: Vec<Self> = reports.iter().filter_map(Self::to).collect();
        if pages.len() == 1 {
            pages[0].app = None;
        }
        pages
    }

    fn to(report: &Report) -> Option<Self> {
        let pages = report.pages.filter(|_| report.state != State::Removed)?;
        let url = (pages.url)(report.app_id.as_deref()?, report.deployment_id.as_deref());
        let url = web_address(&url)?;
        Some(Self {
            name: pages.name,
            app: Some(report.app.clone()),
            url,
        })
    }
}
