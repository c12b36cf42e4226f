//! What is deployed where: environment, URL, commit, state, age, cost.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::context::Ctx;
use super::source::Source;
use super::{board, ownership};
use crate::github::repository::Repository;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::model::rollout::{Built, Phase};
use crate::model::status::{Status, oldest_first};
use crate::platform::{App, Platform};
use crate::render::page::Scene;
use crate::render::status as render;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// `None`: every environment of the repository.
    pub(crate) environment: Option<Environment>,
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
            let mut row = row(ctx, platform, &repository, environment, &app).await?;
            row.title = title(ctx, &row.environment).await;
            rows.push(row);
        }
    }
    if let Some(wanted) = request.environment.as_ref().filter(|_| rows.is_empty()) {
        return Err(Failure::input(format!("`{wanted}` is not deployed"))
            .next("see what is: `do-deploy status`")
            .into());
    }
    oldest_first(&mut rows);
    if ctx.json {
        ctx.console.document(
            &json!({"repository": repository.full_name, "apps": rows.iter().map(document).collect::<Vec<_>>()}),
        );
    } else if rows.is_empty() {
        ctx.console
            .say(&format!("Nothing of `{}` is deployed", repository.full_name));
    } else {
        ctx.console.data(&render::table(&rows));
    }
    let reports: Vec<Report> = rows.iter().map(report).collect();
    let summary = match rows.is_empty() {
        true => format!("Nothing of `{}` is deployed", repository.full_name),
        false => render::summary(&rows, &scene(ctx, &repository)),
    };
    board::record_text(&ctx.run, &ctx.console, &ctx.redactor, &reports, &summary);
    Ok(())
}

fn scene(ctx: &Ctx, repository: &Repository) -> Scene {
    Scene {
        repository_url: Some(format!("{}/{}", ctx.run.server_url(), repository.full_name)),
        ..Scene::default()
    }
}

/// What the outputs say of a row.
fn report(row: &Status) -> Report {
    let state = match row.state {
        "deploying" => State::Unknown,
        "failed" => State::Failed,
        _ => State::Ready,
    };
    let mut report = Report::new(&row.app, row.environment.clone(), state);
    report.url.clone_from(&row.url);
    report.commit.clone_from(&row.commit);
    report.cost = row.cost;
    report
}

/// The pull request's. A row that lacks it is better than none.
async fn title(ctx: &Ctx, environment: &Environment) -> Option<String> {
    let pull = ctx.github().ok()?.pull(environment.pull_request()?).await.ok()?;
    Some(pull.title).filter(|title| !title.is_empty())
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
) -> anyhow::Result<Status> {
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
    Ok(Status {
        newest_failed: state != "deploying" && newest_failed(platform, app).await,
        state,
        environment,
        app: app.name.clone(),
        title: None,
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

fn document(row: &Status) -> Value {
    json!({
        "environment": row.environment.to_string(),
        "app": row.app,
        "title": row.title,
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
