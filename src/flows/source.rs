//! Where spec and configuration come from: the working directory, else the repository on GitHub at one commit.

use std::collections::BTreeMap;
use std::path::Path;

use super::checkout;
use super::context::Ctx;
use crate::config::Config;
use crate::model::failure::Failure;
use crate::spec::AppSpec;

/// The configuration: of the checkout, else of `branch` on GitHub, else the defaults. A run that a comment started
/// must not take its policy from the pull request: give it the base branch.
pub(crate) async fn config(ctx: &Ctx, branch: &str) -> anyhow::Result<Config> {
    if let Some(config) = &ctx.local_config {
        return Ok(config.clone()?);
    }
    let Some(github) = &ctx.github else {
        return Ok(Config::default());
    };
    match github
        .file(&format!("{}{}", ctx.folder, ctx.config_file), branch)
        .await?
    {
        Some(text) => Ok(Config::parse(&text, &ctx.config_file)?),
        None if ctx.config_is_named => Err(Failure::input(format!(
            "the configuration `{}` does not exist on `{branch}`",
            ctx.config_file
        ))
        .next("correct `--config`")
        .into()),
        None => Ok(Config::default()),
    }
}

/// The app spec: `--spec`, else what the configuration names, else the usual places.
pub(crate) async fn spec(ctx: &Ctx, configured: &str, commit: &str) -> anyhow::Result<AppSpec> {
    let named = match ctx.spec_file.as_deref() {
        Some(path) => Some((path, found(ctx, path, commit, checkout::file).await?)),
        None if configured.is_empty() => None,
        None => Some((configured, file(ctx, configured, commit).await?)),
    };
    if let Some((path, text)) = named {
        let text = text.ok_or_else(|| {
            Failure::input(format!("the app spec `{path}` does not exist"))
                .next("correct the path, or write the spec there")
        })?;
        return parsed(ctx, &text, path);
    }
    match usual_spec(ctx, commit).await? {
        Some(spec) => Ok(spec),
        None => Err(Failure::input("there is no app spec")
            .why(format!(
                "looked {}for `{}` and for one `app.yaml` one folder down",
                looked_in(ctx),
                crate::spec::USUAL.join("`, `")
            ))
            .next("write one: `do-deploy init`; or name it with `--spec FILE` or `spec = \"FILE\"` in `do-deploy.toml`")
            .into()),
    }
}

fn looked_in(ctx: &Ctx) -> String {
    match ctx.folder.trim_end_matches('/') {
        "" => String::new(),
        folder => format!("in `{folder}` "),
    }
}

/// The app spec in a usual place. `None`: there is none.
pub(crate) async fn usual_spec(ctx: &Ctx, commit: &str) -> anyhow::Result<Option<AppSpec>> {
    for path in crate::spec::USUAL {
        if let Some(text) = file(ctx, path, commit).await? {
            return Ok(Some(parsed(ctx, &text, path)?));
        }
    }
    let mut found = BTreeMap::new();
    for folder in folders(ctx, commit).await? {
        let path = format!("{folder}/app.yaml");
        if let Some(text) = file(ctx, &path, commit).await? {
            found.insert(path, text);
        }
    }
    let paths: Vec<&str> = found.keys().map(String::as_str).collect();
    match crate::spec::find_default(&paths)? {
        Some(path) => Ok(Some(parsed(ctx, &found[path], path)?)),
        None => Ok(None),
    }
}

fn parsed(ctx: &Ctx, text: &str, path: &str) -> anyhow::Result<AppSpec> {
    ctx.console.debug(&format!("the app spec is `{path}`"));
    let spec = crate::spec::parse(text, path)?;
    ctx.learn(spec.value());
    Ok(spec)
}

/// The texts of those files that exist, by their paths from the repository's root.
pub(crate) async fn files(ctx: &Ctx, paths: &[String], commit: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let root = ctx.checkout.as_deref().and_then(checkout::root);
    let mut found = BTreeMap::new();
    for path in paths {
        let text = match (&root, &ctx.github) {
            (Some(root), _) => checkout::own_file(root, path)?,
            (None, Some(github)) => github.file(path, commit).await?,
            (None, None) => None,
        };
        found.extend(text.map(|text| (path.clone(), text)));
    }
    Ok(found)
}

/// A file of the working directory, else of the commit on GitHub.
async fn file(ctx: &Ctx, path: &str, commit: &str) -> anyhow::Result<Option<String>> {
    found(ctx, path, commit, checkout::own_file).await
}

async fn found(
    ctx: &Ctx,
    path: &str,
    commit: &str,
    local: fn(&Path, &str) -> Result<Option<String>, Failure>,
) -> anyhow::Result<Option<String>> {
    if let Some(checkout) = &ctx.checkout
        && let Some(text) = local(checkout, path)?
    {
        return Ok(Some(text));
    }
    // The checkout is the commit concerned: what is missing there is missing on GitHub too.
    if ctx.checkout.as_deref().and_then(checkout::root).is_some() {
        return Ok(None);
    }
    match &ctx.github {
        Some(github) => Ok(github.file(&format!("{}{path}", ctx.folder), commit).await?),
        None => Ok(None),
    }
}

async fn folders(ctx: &Ctx, commit: &str) -> anyhow::Result<Vec<String>> {
    if let Some(checkout) = &ctx.checkout
        && checkout::root(checkout).is_some()
    {
        let entries = std::fs::read_dir(checkout)
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
            .filter(|entry| entry.path().is_dir());
        let mut folders: Vec<String> = entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        folders.retain(|name| !name.starts_with('.') && name != "node_modules" && name != "target");
        folders.sort();
        return Ok(folders);
    }
    match &ctx.github {
        Some(github) => Ok(github.folders(ctx.folder.trim_end_matches('/'), commit).await?),
        None => Ok(Vec::new()),
    }
}
