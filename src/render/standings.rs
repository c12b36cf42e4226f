//! The job summary of `status`: a table of what is deployed where, and the bill.

use serde::Serialize;

use super::commits::CommitView;
use super::context::RenderContext;
use super::markdown::web_address;
use super::templates;
use crate::model::standing::{Standing, total};
use crate::wait::humanize;

#[derive(Debug, Serialize)]
struct StandingsView {
    rows: Vec<StandingView>,
    /// Of several rows.
    total: Option<[String; 2]>,
}

#[derive(Debug, Serialize)]
struct StandingView {
    environment: String,
    /// Which app it is, where the repository has several.
    app: Option<String>,
    /// The page of the pull request.
    pull: Option<String>,
    title: Option<String>,
    url: Option<String>,
    state: String,
    commit: Option<CommitView>,
    /// The digest of what serves where no commit does.
    image: Option<String>,
    otherwise: &'static str,
    behind: String,
    age: Option<String>,
    prices: [String; 2],
}

/// One row for each, in the given order.
pub(crate) fn table(standings: &[Standing], context: &RenderContext) -> String {
    let view = StandingsView {
        rows: standings
            .iter()
            .map(|standing| StandingView::new(standing, context))
            .collect(),
        total: (standings.len() > 1).then(|| total(standings)),
    };
    templates::render("standings", &view)
}

impl StandingView {
    fn new(standing: &Standing, context: &RenderContext) -> Self {
        let commit = standing.commit.as_ref().map(|sha| CommitView::new(sha, context));
        Self {
            environment: standing.environment.to_string(),
            app: standing.key.clone(),
            pull: context.pull_url(&standing.environment).as_deref().and_then(web_address),
            title: standing.title.clone(),
            url: standing.url.as_deref().and_then(web_address),
            state: standing.described_state(),
            image: standing.serves().filter(|_| commit.is_none()).map(str::to_owned),
            commit,
            otherwise: standing.serves_otherwise(),
            behind: standing.how_far_behind(),
            age: standing.age.map(humanize),
            prices: standing.prices(),
        }
    }
}
