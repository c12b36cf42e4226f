//! Prepares a repository: its workflows, a first app spec, and what is left for a person to do.

mod app_spec;
mod apps;
mod files;
mod git;
mod pin;
mod repository;
mod steps;
mod updates;
mod workflows;

use std::path::Path;

use serde_json::json;

pub(crate) use git::root;
pub(crate) use pin::ACTION;
pub(crate) use repository::origin;
pub(crate) use workflows::Form;

use app_spec::{App, Chosen};
use files::{File, State};
use pin::Pin;
use repository::Repository;

use super::context::Ctx;
use crate::config::Config;
use crate::flows::project::source::Source;
use crate::github::GitHub;
use crate::model::failure::Failure;

#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// What `--repo` says. It wins over the clone's `origin`, which wins over `GITHUB_REPOSITORY`.
    pub(crate) repository: Option<String>,
    /// Which of the two forms of the previews' workflows.
    pub(crate) form: Form,
    /// The live app whose spec is taken.
    pub(crate) from_app: Option<String>,
    /// The action's own repository: which commit is this program's version.
    pub(crate) action: GitHub,
    /// Write an entry for Dependabot or Renovate.
    pub(crate) updates: bool,
    /// Overwrite files that differ.
    pub(crate) force: bool,
    pub(crate) dry_run: bool,
}

/// `root`: the repository's top folder, as [`root`] found it.
#[tracing::instrument(target = "flow", name = "init", skip_all)]
pub(crate) async fn run(ctx: &Ctx, root: &Path, request: &Request) -> anyhow::Result<()> {
    outside_a_workflow(ctx)?;
    // Of the clone, and never of GitHub: there need not be a network.
    let config = Source::working_copy(ctx).await.config().await?;
    let repository = Repository::find(ctx, root, &config, request.repository.as_deref()).await?;
    let live = request.from_app.as_deref();
    let several = match live {
        None => apps::choose(ctx, root, &config).await?,
        Some(_) => None,
    };
    let chosen = match several {
        Some(several) => several,
        None => app_spec::choose(ctx, root, &config, &repository, live).await?,
    };
    let words = chosen.words();
    let mut wanted = workflows::write(words, request.form, &repository.branch, chosen.input.as_deref());
    let pin = Pin::ask(&request.action, env!("CARGO_PKG_VERSION")).await;
    pin.apply(root, &mut wanted)?;
    let mut notes = chosen.notes.clone();
    if live.is_none() {
        notes.extend(apps::left_out(ctx, root, &config, &chosen).await?);
    }
    notes.extend(pin.note(&wanted));
    wanted.extend(chosen.files.clone());
    let mut files = files::compare(root, wanted)?;
    let updates = updates::find(root)?;
    if request.updates {
        let (outcome, file) = updates.written()?;
        notes.push(outcome);
        files.extend(file);
    } else if !updates.are_there() && pin.is_known() {
        notes.push(updates::MISSING.to_owned());
    }
    notes.extend(repository.notes(chosen.manifests(), &config));
    notes.extend(workflows::others(words, root));

    if ctx.json {
        ctx.console
            .data(&document(&chosen, &repository, &files, &notes, request, &config).to_string());
    } else {
        show(ctx, &repository, &chosen, &files);
    }
    files::may_overwrite(&files, request.force)?;
    if !request.dry_run {
        files::write(root, &files)?;
    }
    if !ctx.json {
        conclude(ctx, &files, &notes, request);
        ctx.console
            .say(&steps::words(words, &repository, &config, request.form));
    }
    Ok(())
}

fn outside_a_workflow(ctx: &Ctx) -> Result<(), Failure> {
    if !ctx.run.is_ci {
        return Ok(());
    }
    Err(Failure::input("`init` does nothing in a workflow run")
        .why("it writes files that a person reads and commits")
        .next("run `do-deploy init` in a clone of the repository on your own machine"))
}

fn show(ctx: &Ctx, repository: &Repository, chosen: &Chosen, files: &[File]) {
    ctx.console.say(&format!(
        "`{}`, whose production is the branch `{}`",
        repository.name, repository.branch
    ));
    ctx.console.say(&chosen.outcome);
    for file in files.iter().filter(|file| file.state != State::Same) {
        ctx.console.data(&file.diff());
    }
}

fn conclude(ctx: &Ctx, files: &[File], notes: &[String], request: &Request) {
    let changed: Vec<&File> = files.iter().filter(|file| file.state != State::Same).collect();
    if changed.is_empty() {
        ctx.console.say("Nothing to do: every file is there already");
    } else if request.dry_run {
        ctx.console.say("Nothing was written, because of `--dry-run`");
    }
    for file in changed.iter().filter(|_| !request.dry_run) {
        let verb = match file.state {
            State::New => "Wrote",
            State::Extended => "Extended",
            State::Same | State::Different => "Replaced",
        };
        ctx.console.say(&format!("{verb} `{}`", file.path));
    }
    for note in notes {
        ctx.console.notice(note);
    }
}

fn document(
    chosen: &Chosen,
    repository: &Repository,
    files: &[File],
    notes: &[String],
    request: &Request,
    config: &Config,
) -> serde_json::Value {
    let platform = chosen.words();
    let files: Vec<_> = files
        .iter()
        .map(|file| json!({"path": file.path, "change": file.state.word(), "diff": file.diff()}))
        .collect();
    let mut document = json!({
        "repository": repository.name,
        "branch": repository.branch,
        "files": files,
        "notes": notes,
        "dry_run": request.dry_run,
        // A token for each GitHub environment that the workflows name.
        "token": {
            "secret": platform.token,
            "scopes": {"production": steps::production_scopes(platform, config), "preview": platform.scopes.previews},
        },
    });
    match &chosen.apps[..] {
        [App { key: None, manifest }] => document["spec"] = json!(manifest.file()),
        apps => {
            let apps = apps.iter();
            document["apps"] = apps
                .map(|app| json!({"app": app.key, "spec": app.manifest.file()}))
                .collect();
        }
    }
    document
}
