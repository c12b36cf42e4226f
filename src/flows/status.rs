//! What is deployed where: environment, URL, commit, state, age, cost.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::context::Ctx;
use super::source::Source;
use super::{board, ownership};
use crate::github::repository::Repository;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::{Cost, Report, State};
use crate::model::rollout::{Built, Phase};
use crate::platform::{App, Platform};
use crate::wait::humanize;

/// `sha256:` and twelve digits, as registries show it.
const SHORT_DIGEST: usize = 19;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// `None`: every environment of the repository.
    pub(crate) environment: Option<Environment>,
}

pub(super) struct Row {
    environment: Environment,
    pub(super) app: String,
    pub(super) url: Option<String>,
    pub(super) commit: Option<Sha>,
    /// The digest of an image that serves where no commit does.
    image: Option<String>,
    /// Commits that the branch is ahead of what serves; `None` where it could not be found out.
    pub(super) behind: Option<u64>,
    /// `deploying`, `failed`, `asleep`, `pinned`, `active`
    pub(super) state: &'static str,
    /// The newest attempt to deploy ended badly; what serves is older.
    pub(super) newest_failed: bool,
    pub(super) age: Option<Duration>,
    pub(super) cost: Option<Cost>,
}

pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<()> {
    let repository = ctx.github()?.repository().await?;
    let platform = ctx.platform()?;
    let production = production_name(ctx, &repository).await;
    let mut rows = Vec::new();
    for app in platform.list().await? {
        let environment = match &app.marks {
            Some(marks) if marks.repository == repository.id => marks.environment.clone(),
            // Production from before its first deploy by this tool carries no marks yet.
            None if production.as_deref() == Some(app.name.as_str()) => Environment::production(),
            _ => continue,
        };
        if request.environment.as_ref().is_none_or(|wanted| *wanted == environment) {
            rows.push(row(ctx, platform, &repository, environment, &app).await?);
        }
    }
    if let Some(wanted) = request.environment.as_ref().filter(|_| rows.is_empty()) {
        return Err(Failure::input(format!("`{wanted}` is not deployed"))
            .next("see what is: `do-deploy status`")
            .into());
    }
    rows.sort_by_key(|row| (row.environment.pull_request(), row.environment.to_string()));
    if ctx.json {
        ctx.console.document(
            &json!({"repository": repository.full_name, "apps": rows.iter().map(document).collect::<Vec<_>>()}),
        );
    } else if rows.is_empty() {
        ctx.console
            .say(&format!("Nothing of `{}` is deployed", repository.full_name));
    } else {
        ctx.console.data(&table(&rows));
    }
    let reports: Vec<Report> = rows.iter().map(report).collect();
    let nothing = format!("Nothing of `{}` is deployed", repository.full_name);
    board::record_all(&ctx.run, &ctx.console, &ctx.redactor, &reports, &nothing);
    Ok(())
}

/// What summary and outputs say of a row.
fn report(row: &Row) -> Report {
    let state = match row.state {
        "deploying" => State::Unknown,
        "failed" => State::Failed,
        _ => State::Ready,
    };
    let mut report = Report::new(&row.app, row.environment.clone(), state);
    report.url.clone_from(&row.url);
    report.commit.clone_from(&row.commit);
    report.cost = row.cost;
    let facts = [
        Some(row.state.to_owned()),
        row.newest_failed.then(|| "newest failed".to_owned()),
        serves(row).map(|serves| format!("`{serves}`")),
        row.age.map(|age| format!("{} old", humanize(age))),
        row.cost.map(|cost| format!("${:.2} a month", cost.awake)),
        row.url.clone(),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    report.notes = vec![format!("{}: {}", row.environment, facts.join(", "))];
    report
}

async fn production_name(ctx: &Ctx, repository: &Repository) -> Option<String> {
    let source = Source::of_branch(ctx, &repository.default_branch).await;
    let config = source.config().await.ok()?;
    let spec = source.spec(&config.spec).await.ok()?;
    Some(spec.name().to_owned())
}

pub(super) async fn row(
    ctx: &Ctx,
    platform: &Platform,
    repository: &Repository,
    environment: Environment,
    app: &App,
) -> anyhow::Result<Row> {
    // A row that lacks its commit is better than none.
    ctx.learn_names_or_say(repository, app).await?;
    let own = ctx.own();
    let commit = ownership::serving(ctx, app);
    let branch = crate::spec::sources(&app.spec)
        .into_iter()
        .find(|source| source.is_repository(&own))
        .and_then(|source| source.branch);
    let behind = match (&commit, &branch) {
        (Some(commit), Some(branch)) => ctx
            .github()?
            .compare(commit.as_str(), branch)
            .await
            .ok()
            .flatten()
            .map(|c| c.ahead_by),
        _ => None,
    };
    let image = app.active.as_ref().filter(|_| commit.is_none()).and_then(|active| {
        let built = platform.built_from(active, &own);
        built.into_iter().find_map(|(_, built)| match built {
            Built::Digest(digest) => Some(digest),
            _ => None,
        })
    });
    let deployed = app.active.as_ref().and_then(|active| active.created_at);
    let state = state(platform, app).await;
    Ok(Row {
        newest_failed: state != "deploying" && newest_failed(platform, app).await,
        state,
        environment,
        app: app.name.clone(),
        url: app.url.clone(),
        age: deployed.map(|at| age(platform.now(), at)),
        cost: platform.cost(&app.spec, Some(&app.id)).await.ok(),
        commit,
        image,
        behind,
    })
}

async fn state(platform: &Platform, app: &App) -> &'static str {
    if app.latest.as_ref().is_some_and(|latest| !latest.phase.is_final()) {
        return "deploying";
    }
    if app.active.is_none() {
        return "failed";
    }
    match platform.sleeping(&app.id).await {
        Ok(Some(true)) => "asleep",
        _ if app.pinned.is_some() => "pinned",
        _ => "active",
    }
}

/// Whether the newest deployment failed. What cannot be found out is not claimed.
async fn newest_failed(platform: &Platform, app: &App) -> bool {
    let newest = platform.deployments(&app.id, 1).await;
    newest.is_ok_and(|newest| newest.first().is_some_and(|newest| newest.phase == Phase::Failed))
}

fn age(now: Timestamp, at: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(now.as_second() - at.as_second()).unwrap_or(0))
}

fn document(row: &Row) -> Value {
    json!({
        "environment": row.environment.to_string(),
        "app": row.app,
        "url": row.url,
        "commit": row.commit,
        "image": row.image,
        "behind": row.behind,
        "state": row.state,
        "newest_failed": row.newest_failed,
        "age_seconds": row.age.map(|age| age.as_secs()),
        "monthly_cost": row.cost.map(|cost| cost.awake),
        "monthly_cost_asleep": row.cost.and_then(|cost| cost.asleep),
    })
}

/// What serves, as short as it can be told apart: a commit, else an image's digest.
fn serves(row: &Row) -> Option<&str> {
    let image = || {
        row.image
            .as_deref()
            .map(|digest| digest.get(..SHORT_DIGEST).unwrap_or(digest))
    };
    row.commit.as_ref().map(Sha::short).or_else(image)
}

/// Columns as wide as their widest cell, two spaces between them.
fn table(rows: &[Row]) -> String {
    let mut lines = vec![["ENVIRONMENT", "STATE", "COMMIT", "AGE", "COST/MONTH", "URL"].map(str::to_owned)];
    for row in rows {
        let commit = serves(row).unwrap_or("unknown");
        let behind = row
            .behind
            .filter(|n| *n > 0)
            .map(|n| format!(" ({n} behind)"))
            .unwrap_or_default();
        lines.push([
            row.environment.to_string(),
            match row.state {
                state if row.newest_failed && state != "failed" => format!("{state}, newest failed"),
                state => state.to_owned(),
            },
            format!("{commit}{behind}"),
            row.age.map(humanize).unwrap_or_default(),
            row.cost.map(|cost| format!("${:.2}", cost.awake)).unwrap_or_default(),
            row.url.clone().unwrap_or_default(),
        ]);
    }
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    let print = |line: &[String; 6]| {
        let cells: Vec<String> = line
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    lines.iter().map(print).collect::<Vec<_>>().join("\n")
}
