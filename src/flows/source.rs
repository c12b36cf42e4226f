//! Where spec and configuration come from: the working directory, else the repository on GitHub at one commit.

use std::collections::BTreeMap;
use std::path::Path;

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
    match github.file(&ctx.config_file, branch).await? {
        Some(text) => Ok(Config::parse(&text, &ctx.config_file)?),
        None => Ok(Config::default()),
    }
}

/// The app spec: `--spec`, else what the configuration names, else the usual places.
pub(crate) async fn spec(ctx: &Ctx, configured: &str, commit: &str) -> anyhow::Result<AppSpec> {
    if let Some(path) = ctx
        .spec_file
        .as_deref()
        .or(Some(configured).filter(|path| !path.is_empty()))
    {
        let text = file(ctx, path, commit).await?.ok_or_else(|| {
            Failure::input(format!("the app spec `{path}` does not exist"))
                .next("correct the path, or write the spec there")
        })?;
        return parsed(ctx, &text, path);
    }
    for path in crate::spec::USUAL {
        if let Some(text) = file(ctx, path, commit).await? {
            return parsed(ctx, &text, path);
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
        Some(path) => parsed(ctx, &found[path], path),
        None => Err(Failure::input("there is no app spec")
            .why(format!(
                "looked for `{}` and for one `app.yaml` one folder down",
                crate::spec::USUAL.join("`, `")
            ))
            .next("write one to `.do/app.yaml`, or name it with `--spec FILE` or `spec = \"FILE\"` in `do-deploy.toml`")
            .into()),
    }
}

fn parsed(ctx: &Ctx, text: &str, path: &str) -> anyhow::Result<AppSpec> {
    ctx.console.debug(&format!("the app spec is `{path}`"));
    let spec = crate::spec::parse(text, path)?;
    ctx.learn(spec.value());
    Ok(spec)
}

/// The texts of those files that exist.
pub(crate) async fn files(ctx: &Ctx, paths: &[String], commit: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for path in paths {
        if let Some(text) = file(ctx, path, commit).await? {
            found.insert(path.clone(), text);
        }
    }
    Ok(found)
}

/// A file of the checkout, else of the commit on GitHub.
async fn file(ctx: &Ctx, path: &str, commit: &str) -> anyhow::Result<Option<String>> {
    if let Some(checkout) = &ctx.checkout
        && let Some(text) = local(checkout, path)?
    {
        return Ok(Some(text));
    }
    // The checkout is the commit concerned: what is missing there is missing on GitHub too.
    if ctx.checkout.as_deref().is_some_and(is_git_checkout) {
        return Ok(None);
    }
    match &ctx.github {
        Some(github) => Ok(github.file(path, commit).await?),
        None => Ok(None),
    }
}

async fn folders(ctx: &Ctx, commit: &str) -> anyhow::Result<Vec<String>> {
    if let Some(checkout) = &ctx.checkout
        && is_git_checkout(checkout)
    {
        let entries = std::fs::read_dir(checkout)?
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
        Some(github) => Ok(github.folders(commit).await?),
        None => Ok(Vec::new()),
    }
}

/// A file of a folder, if it exists and is text.
///
/// # Errors
/// When it exists and cannot be read.
pub(crate) fn local(folder: &Path, path: &str) -> Result<Option<String>, Failure> {
    match std::fs::read_to_string(folder.join(path)) {
        Ok(text) => Ok(Some(text)),
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Err(Failure::input(format!("`{path}` is no text"))
                .why("some of its bytes are not UTF-8")
                .next("save it as UTF-8"))
        }
        Err(error) => Err(Failure::input(format!("`{path}` cannot be read"))
            .why(error.to_string())
            .next("correct its rights, or name another file")),
    }
}

fn is_git_checkout(folder: &Path) -> bool {
    folder.join(".git").exists()
}
