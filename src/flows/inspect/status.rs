//! What is deployed where: environment, URL, commit, state, age, cost.

use serde_json::{Value, json};
use std::cmp::Reverse;

use crate::flows::context::Ctx;
use crate::flows::project::apps::identities;
use crate::flows::project::ownership;
use crate::flows::project::pull;
use crate::flows::project::revision::settings;
use crate::flows::project::source::Source;
use crate::github::repository::Repository;
use crate::model::age::age;
use crate::model::app_identity::{AppIdentity, AppNames};
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::report::{Report, State};
use crate::model::rollout::{Built, Phase};
use crate::model::standing::{Standing, total};
use crate::platforms::{App, ComponentHealth, Platform};
use crate::render::context::RenderContext;
use crate::render::standings;
use crate::report::{self, cleaned_standing};
use crate::wait::humanize;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// `None`: every environment of the repository.
    pub(crate) environment: Option<Environment>,
}

#[tracing::instrument(target = "flow", name = "status", skip_all)]
pub(crate) async fn run(ctx: &Ctx, request: &Request) -> anyhow::Result<()> {
    let repository = ctx.github()?.repository().await?;
    let platforms = ctx.clouds.reachable()?;
    let known = known_apps(ctx, &repository).await?;
    let mut listed = Vec::new();
    for platform in platforms {
        let apps = platform.list().await?;
        listed.extend(apps.into_iter().map(|app| (platform, app)));
    }
    let mut rows = Vec::new();
    for (platform, app) in listed {
        let (environment, key) = match &app.marks {
            Some(marks) if marks.repository == repository.id => {
                let owner = known
                    .iter()
                    .find(|known| known.claims(marks, &app.name) && known.owns(marks, &app.name));
                (
                    marks.environment.clone(),
                    owner.and_then(|known| known.names.key.clone()),
                )
            }
            // Production from before its first deploy by this tool carries no marks yet.
            None => match known
                .iter()
                .find(|known| known.names.manifest.as_ref() == Some(&app.name))
            {
                Some(known) => (Environment::production(), known.names.key.clone()),
                None => continue,
            },
            Some(_) => continue,
        };
        if ctx.app.is_some() && ctx.app != key {
            continue;
        }
        if request.environment.as_ref().is_none_or(|wanted| *wanted == environment) {
            let title = title(ctx, &environment).await;
            let row = row(ctx, &repository, &environment, platform.as_ref(), &app).await?;
            rows.push(cleaned_standing(&Standing { title, key, ..row }, &ctx.redactor));
        }
    }
    if let Some(wanted) = request.environment.as_ref().filter(|_| rows.is_empty()) {
        must_be_known(ctx, &repository, wanted).await?;
        return Err(Failure::input(format!("`{wanted}` is not deployed"))
            .next("see what is: `do-deploy status`")
            .into());
    }
    rows.sort_by_key(|row| (row.environment.pull_request(), row.environment.to_string()));
    let nothing = format!("Nothing of `{}` is deployed", repository.full_name);
    let reports: Vec<Report> = rows.iter().map(report).collect();
    if ctx.json {
        ctx.console.document(
            &json!({"repository": repository.full_name, "apps": rows.iter().map(document).collect::<Vec<_>>()}),
        );
    }
    // What has stood longest is what people come to look for.
    rows.sort_by_key(|row| Reverse(row.age));
    let context = RenderContext {
        repository_url: Some(format!("{}/{}", ctx.run.server_url(), repository.full_name)),
        ..RenderContext::default()
    };
    match rows.as_slice() {
        _ if ctx.json => {}
        [] => ctx.console.say(&nothing),
        rows => ctx.console.data(&table(rows, &context)),
    }
    let summary = match rows.as_slice() {
        [] => nothing,
        rows => standings::table(rows, &context),
    };
    report::record_as(&ctx.run, &ctx.console, &ctx.redactor, &reports, &summary);
    Ok(())
}

/// Passes a pull request that there is, and an environment that the configuration has.
///
/// # Errors
/// Any other: nothing of that name can be deployed.
async fn must_be_known(ctx: &Ctx, repository: &Repository, environment: &Environment) -> anyhow::Result<()> {
    match environment.pull_request() {
        Some(number) => drop(pull::pull(ctx, number).await?),
        None => {
            let source = Source::of_branch(ctx, &repository.default_branch).await;
            settings(&source.config().await?, environment)?;
        }
    }
    Ok(())
}

/// What the outputs say of a row.
fn report(row: &Standing) -> Report {
    let state = match row.state {
        "deploying" => State::Unknown,
        "failed" => State::Failed,
        _ => State::Ready,
    };
    let mut report = Report::new(&row.app, row.environment.clone(), state);
    report.key.clone_from(&row.key);
    report.url.clone_from(&row.url);
    report.commit.clone_from(&row.commit);
    report.cost = row.cost;
    report
}

/// A pull request's title. A row that lacks it is better than none.
async fn title(ctx: &Ctx, environment: &Environment) -> Option<String> {
    let pull = ctx.github.as_ref()?.pull(environment.pull_request()?).await;
    Some(pull.ok()?.title)
}

/// The repository's apps, as far as the default branch says what they are called.
async fn known_apps(ctx: &Ctx, repository: &Repository) -> anyhow::Result<Vec<AppIdentity>> {
    let source = Source::of_branch(ctx, &repository.default_branch).await;
    let Ok(config) = source.config().await else {
        return Ok(Vec::new());
    };
    let entries = config.apps();
    ctx.accept_apps(&entries)?;
    let mut names = Vec::new();
    for entry in entries {
        let manifest = match source.manifest(&entry.config.spec).await {
            Ok(manifest) => Some(manifest.name().to_owned()),
            Err(error) => {
                if ctx.spec_file.is_some() {
                    ctx.console
                        .warn(&format!("Apps are known by their marks alone: {error:#}"));
                }
                None
            }
        };
        names.push(AppNames {
            key: entry.key,
            manifest,
        });
    }
    Ok(identities(&names))
}

/// What there is to say of an app, whichever app of the environment it is.
pub(crate) async fn row(
    ctx: &Ctx,
    repository: &Repository,
    environment: &Environment,
    platform: &dyn Platform,
    app: &App,
) -> anyhow::Result<Standing> {
    // A row that lacks its commit is better than none.
    ctx.resolve_names_or_say(repository, app).await?;
    ctx.warn_of_refused_url(app);
    let own = ctx.own();
    let commit = ownership::serving(ctx, app);
    let facts = app.document.facts();
    let branch = facts
        .sources()
        .find(|source| source.is_repository(&own))
        .and_then(|source| source.branch.clone());
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
        let built = active.built_from(&own);
        built.into_iter().find_map(|(_, built)| match built {
            Built::Digest(digest) => Some(digest),
            _ => None,
        })
    });
    let since = app.active.as_ref().map_or(app.created_at, |active| active.created_at);
    let state = state(platform, app).await;
    Ok(Standing {
        newest_failed: state != "deploying" && newest_failed(platform, app).await,
        state,
        environment: environment.clone(),
        title: None,
        key: None,
        app: app.name.clone(),
        url: app.url.clone(),
        age: since.map(|at| age(platform.now(), at)),
        cost: platform.cost(&app.document, Some(&app.id)).await.ok(),
        is_serving: app.active.is_some(),
        commit,
        image,
        behind,
    })
}

async fn state(platform: &dyn Platform, app: &App) -> &'static str {
    if app.in_progress.as_ref().is_some_and(|it| !it.phase.is_final()) {
        return "deploying";
    }
    if app.active.is_none() {
        return "failed";
    }
    match platform.health(&app.id).await {
        Ok(components) if ComponentHealth::is_asleep(&components) => "asleep",
        _ if app.pinned.is_some() => "pinned",
        _ => "active",
    }
}

/// Whether the newest deployment failed. What cannot be determined is not claimed.
pub(crate) async fn newest_failed(platform: &dyn Platform, app: &App) -> bool {
    let newest = platform.deployments(&app.id, 1).await;
    newest.is_ok_and(|newest| newest.first().is_some_and(|newest| newest.phase == Phase::Failed))
}

fn document(row: &Standing) -> Value {
    let mut document = json!({
        "environment": row.environment.to_string(),
        "title": row.title,
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
    });
    if let Some(key) = &row.key {
        document["key"] = key.clone().into();
    }
    document
}

/// Columns as wide as their widest cell, two spaces between them.
fn table(rows: &[Standing], context: &RenderContext) -> String {
    // Which app it is says its URL, where the repository has one.
    let shows_apps = rows.iter().any(|row| row.key.is_some());
    let line = |app: &str, cells: [String; 8]| {
        let [environment, cells @ ..] = cells;
        let app = shows_apps.then(|| app.to_owned());
        std::iter::once(environment).chain(app).chain(cells).collect::<Vec<_>>()
    };
    let head = [
        "ENVIRONMENT",
        "STATE",
        "COMMIT",
        "AGE",
        "AWAKE/MONTH",
        "ASLEEP/MONTH",
        "URL",
        "PULL REQUEST",
    ];
    let mut lines = vec![line("APP", head.map(str::to_owned))];
    for row in rows {
        let [awake, asleep] = row.prices();
        let pull = context.pull_url(&row.environment).into_iter().chain(row.title.clone());
        let cells = [
            row.environment.to_string(),
            row.described_state(),
            format!(
                "{}{}",
                row.serves().unwrap_or(row.serves_otherwise()),
                row.how_far_behind()
            ),
            row.age.map(humanize).unwrap_or_default(),
            awake,
            asleep,
            row.url.clone().unwrap_or_default(),
            pull.collect::<Vec<_>>().join(" "),
        ];
        lines.push(line(row.shown_app(), cells));
    }
    if rows.len() > 1 {
        let [awake, asleep] = total(rows);
        let [name, none] = ["total", ""].map(str::to_owned);
        let cells = [
            name,
            none.clone(),
            none.clone(),
            none.clone(),
            awake,
            asleep,
            none.clone(),
            none,
        ];
        lines.push(line("", cells));
    }
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let print = |line: &Vec<String>| {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    lines.iter().map(print).collect::<Vec<_>>().join("\n")
}
