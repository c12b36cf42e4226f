//! Several apps of one repository: those that the configuration names, or the manifests that are found and their tables.

use std::path::Path;

use super::app_spec::{App, Chosen};
use super::files::Wanted;
use super::git;
use crate::config::Config;
use crate::flows::context::Ctx;
use crate::flows::project::source::Source;
use crate::flows::project::{apps, checkout};
use crate::flows::sentence::list;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::platforms::Manifest;
use crate::platforms::candidates::{Candidate, candidates, tables};

/// The page about them.
const SEVERAL_APPS: &str = "https://github.com/org/do-deploy/blob/v1/docs/several-apps.md";

/// `None`: the repository has one app, or none yet.
///
/// # Errors
/// What is wrong with one of the manifests, and two that go by one name.
pub(super) async fn choose(ctx: &Ctx, root: &Path, config: &Config) -> anyhow::Result<Option<Chosen>> {
    let named = config.apps();
    ctx.accept_apps(&named)?;
    let is_one = ctx.spec_file.is_some() || !config.spec.is_empty();
    if is_one && !config.has_apps() {
        return Ok(None);
    }
    let paths = git::files(root).await?;
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let usual = ctx.clouds.places().usual;
    if !config.has_apps() && usual.iter().any(|file| paths.contains(file)) {
        return Ok(None);
    }
    let mut notes = Vec::new();
    let mut further = candidates(&paths, &usual);
    further.retain(|found| {
        !named.iter().any(|app| app.config.names(found.path)) && is_manifest(ctx, root, found, &mut notes)
    });
    if !config.has_apps() && is_only_one(ctx, &further).await {
        return Ok(None);
    }
    let lines = tables(&further);
    let file = ctx.config_file.as_str();
    let mut files = Vec::new();
    if !further.is_empty() {
        match checkout::own_file(root, file)? {
            None => files.push(Wanted {
                path: file.to_owned(),
                text: format!("{}\n{lines}", head(&ctx.clouds.manifest())),
            }),
            Some(_) => notes.push(format!("`{file}` stays as it is. Add these lines to it:\n\n{lines}")),
        }
    }
    let entries = match config.has_apps() {
        true => named,
        false => Config::parse(&lines, file)?.apps(),
    };
    let source = Source::working_copy(ctx).await;
    let read = apps::read(&source, entries, &Environment::production()).await?;
    let apps = read.into_iter().map(|app| {
        let (key, manifest) = (app.entry.key, app.manifest?);
        Ok(App { key, manifest })
    });
    let apps = apps.collect::<anyhow::Result<Vec<App>>>()?;
    Ok(Some(Chosen {
        outcome: outcome(&apps),
        apps,
        files,
        notes,
        input: None,
    }))
}

/// Whether a repository without a manifest at its top has none at all, or one that is found where it is. Of any other the
/// configuration has to say where it is.
async fn is_only_one(ctx: &Ctx, found: &[Candidate<'_>]) -> bool {
    match found {
        [] => true,
        [_] => matches!(Source::working_copy(ctx).await.usual_manifest().await, Ok(Some(_))),
        _ => false,
    }
}

/// What is said of further manifests where one is the repository's only app, because it is where one is looked for.
///
/// # Errors
/// When the repository's files cannot be listed.
pub(super) async fn left_out(
    ctx: &Ctx,
    root: &Path,
    config: &Config,
    chosen: &Chosen,
) -> anyhow::Result<Option<String>> {
    let [App { key: None, manifest }] = &chosen.apps[..] else {
        return Ok(None);
    };
    if ctx.spec_file.is_some() || !config.spec.is_empty() {
        return Ok(None);
    }
    let (paths, used) = (git::files(root).await?, manifest.file());
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut others = candidates(&paths, &ctx.clouds.places().usual);
    others.retain(|found| found.path != used && read(ctx, root, found.path).is_ok());
    Ok((!others.is_empty()).then(|| {
        format!(
            "`{used}` is the only app; left out: {}. For several apps, give each a table in `{}`, also `{used}`: {SEVERAL_APPS}",
            list(others.iter().map(|found| found.path)),
            ctx.config_file,
        )
    }))
}

/// Other tools have files of that name as well.
fn is_manifest(ctx: &Ctx, root: &Path, found: &Candidate<'_>, notes: &mut Vec<String>) -> bool {
    match read(ctx, root, found.path) {
        Ok(_) => true,
        Err(failure) => {
            notes.push(format!("No app is made of `{}`: {}", found.path, failure.what));
            false
        }
    }
}

fn read(ctx: &Ctx, root: &Path, path: &str) -> Result<Manifest, Failure> {
    let text = checkout::own_file(root, path)?.unwrap_or_default();
    ctx.clouds.of_file(path).manifests.read(&text, path)
}

fn outcome(apps: &[App]) -> String {
    let app = |app: &App| {
        format!(
            "`{}` from `{}`",
            app.key.as_deref().unwrap_or_default(),
            app.manifest.file()
        )
    };
    let list: Vec<String> = apps.iter().map(app).collect();
    format!("Apps: {}; their files stay as they are", list.join(", "))
}

/// What the file begins with. `manifest`: what one is called.
fn head(manifest: &str) -> String {
    format!(
        "# A table for each app: its name, its {manifest}, and the files that belong to it. A pull request that changes none of an\n\
         # app's files gets no preview of that app. More: {SEVERAL_APPS}\n"
    )
}
