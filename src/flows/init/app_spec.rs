//! Which app spec the repository has, or gets: its own, a live app's, or a first one.

use std::path::Path;

use super::files::Wanted;
use super::git;
use super::repository::Repository;
use crate::config::Config;
use crate::flows::context::Ctx;
use crate::flows::project::checkout;
use crate::flows::project::source::Source;
use crate::model::failure::Failure;
use crate::platforms::scaffold::Tree;
use crate::platforms::{Manifest, Platform, Words};

pub(super) struct App {
    /// Under `[apps]`. `None`: the repository has one app.
    pub(super) key: Option<String>,
    pub(super) manifest: Manifest,
}

pub(super) struct Chosen {
    /// At least one.
    pub(super) apps: Vec<App>,
    /// Where they come from, as a sentence.
    pub(super) outcome: String,
    /// What has to be written for them; nothing where it is there already.
    pub(super) files: Vec<Wanted>,
    pub(super) notes: Vec<String>,
    /// The action's input `spec`, where do-deploy would not find the manifest without it.
    pub(super) input: Option<String>,
}

impl Chosen {
    pub(super) fn words(&self) -> &'static Words {
        self.apps[0].manifest.words()
    }

    pub(super) fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.apps.iter().map(|app| &app.manifest)
    }
}

/// The manifest of the only app, or a further one's, which is taken from a live app.
pub(super) async fn choose(
    ctx: &Ctx,
    root: &Path,
    config: &Config,
    repository: &Repository,
    from_app: Option<&str>,
) -> anyhow::Result<Chosen> {
    let configured = Some(config.spec.as_str()).filter(|path| !path.is_empty());
    // An ambiguous search does not matter when the spec is named.
    let usual = match (configured, Source::working_copy(ctx).await.usual_manifest().await) {
        (Some(path), _) => Some(path.to_owned()),
        (None, Ok(spec)) => spec.map(|spec| spec.file().to_owned()),
        (None, Err(_)) if ctx.spec_file.is_some() || from_app.is_some() => None,
        (None, Err(error)) => return Err(error),
    };
    let usual_files = ctx.clouds.usual().manifests.usual_files();
    let named = ctx.spec_file.as_deref().map(inside).transpose()?;
    let path = named.or(usual.clone()).unwrap_or_else(|| usual_files[0].to_owned());
    let found_by_itself = match &usual {
        Some(usual) => *usual == path,
        None => usual_files.contains(&path.as_str()),
    };
    let needs_input = !found_by_itself && !config.has_apps();
    let chosen = |manifest, outcome, files, notes| Chosen {
        apps: vec![App { key: None, manifest }],
        outcome,
        files,
        notes,
        input: needs_input.then(|| path.clone()),
    };
    if let Some(name) = from_app {
        hide_secrets(ctx, root, &path)?;
        let (text, notes) = live(ctx.clouds.of_file(&path).platform()?.as_ref(), name).await?;
        let manifest = ctx.clouds.of_file(&path).manifests.read(&text, &path)?;
        let outcome = format!("The {} `{path}` is the live app's, `{name}`", manifest.words().manifest);
        return Ok(chosen(manifest, outcome, vec![wanted(&path, text)], notes));
    }
    if let Some(text) = checkout::file(root, &path)? {
        let manifest = ctx.clouds.of_file(&path).manifests.read(&text, &path)?;
        let outcome = format!("The {} is `{path}`; it stays as it is", manifest.words().manifest);
        return Ok(chosen(manifest, outcome, Vec::new(), Vec::new()));
    }
    let paths = git::files(root).await?;
    let read = |path: &str| checkout::file(root, path).ok().flatten();
    let tree = Tree {
        paths: &paths,
        read: &read,
    };
    let made = ctx
        .clouds
        .of_file(&path)
        .manifests
        .scaffold(&tree, &repository.name, &repository.branch)?;
    let manifest = ctx.clouds.of_file(&path).manifests.read(&made.text, &path)?;
    let mut files = vec![wanted(&path, made.text)];
    files.extend(made.further.into_iter().map(|(path, text)| wanted(&path, text)));
    let outcome = format!(
        "There is no {}; this is {}, and `{path}` is its first one",
        manifest.words().manifest,
        made.kind
    );
    Ok(chosen(manifest, outcome, files, made.notes))
}

fn wanted(path: &str, text: String) -> Wanted {
    Wanted {
        path: path.to_owned(),
        text,
    }
}

/// A path that leads nowhere else than into the repository.
fn inside(path: &str) -> Result<String, Failure> {
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    if path.starts_with('/') || parts.is_empty() || parts.contains(&"..") {
        return Err(Failure::input(format!("`{path}` is not a path inside the repository"))
            .next("give `--spec` from the repository's root, such as `.do/app.yaml`"));
    }
    Ok(parts.join("/"))
}

/// The difference to a spec that is there already shows that one, too.
fn hide_secrets(ctx: &Ctx, root: &Path, path: &str) -> Result<(), Failure> {
    let Some(text) = checkout::file(root, path)? else {
        return Ok(());
    };
    if let Ok(manifest) = ctx.clouds.of_file(path).manifests.read(&text, path) {
        ctx.register_secrets(manifest.document());
    }
    Ok(())
}

/// The live app's spec as a file, and what has to be known about it.
async fn live(platform: &dyn Platform, name: &str) -> anyhow::Result<(String, Vec<String>)> {
    let Some(app) = platform.find(name).await? else {
        let mut names: Vec<String> = platform.list().await?.into_iter().map(|app| app.name).collect();
        names.sort();
        let why = match names.is_empty() {
            true => "the token sees no app at all".to_owned(),
            false => format!("the token sees `{}`", names.join("`, `")),
        };
        return Err(Failure::input(format!("there is no app `{name}`"))
            .why(why)
            .next("correct `--from-app`, or use a token of the team that has the app")
            .into());
    };
    if let Some(pull_request) = app.marks.as_ref().and_then(|marks| marks.environment.pull_request()) {
        return Err(
            Failure::input(format!("`{name}` is the preview of pull request {pull_request}"))
                .next("name the production app")
                .into(),
        );
    }
    let taken = app.document.export();
    let mut notes = Vec::new();
    if !taken.secrets.is_empty() {
        notes.push(format!(
            "Kept without their values: `{}`; a deployment takes them from the step's environment, else from the live app",
            taken.secrets.join("`, `")
        ));
    }
    if !taken.passwords.is_empty() {
        notes.push(format!(
            "Made a SECRET because a credential is in it: `{}`; the next deployment takes the value from the live app",
            taken.passwords.join("`, `")
        ));
    }
    if !taken.credentials.is_empty() {
        notes.push(format!(
            "Left out, because credentials do not belong in a repository: {}",
            taken.credentials.join(", ")
        ));
    }
    let head = format!(
        "# The {} of the live app `{name}`. A SECRET without a value keeps the one that the app has.\n",
        app.document.words().document
    );
    Ok((format!("{head}{}", taken.text), notes))
}
