//! Whether an app is ours: asked before anything is changed or deleted.

use crate::flows::context::Ctx;
use crate::flows::sentence::list;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::names;
use crate::platforms::source::SourceKind;
use crate::platforms::{App, Deployment};

/// Passes an app that carries our marks for this repository and this environment.
///
/// # Errors
/// Any other app: previews never adopt, and nothing is deleted that is not marked as ours.
pub(crate) fn require(app: &App, repository: u64, environment: &Environment) -> Result<(), Failure> {
    let held = Failure::input(format!("the name `{}` is held by an app that is not ours", app.name));
    let manifest = app.document.words().manifest;
    match &app.marks {
        Some(_) if is_marked(app, repository, environment) => Ok(()),
        Some(marks) if marks.same_owner(repository, environment) => Err(held
            .why(format!(
                "it has the marks of `{environment}` without the name of its preview: they were copied"
            ))
            .next("remove the envs `DO_DEPLOY_REPOSITORY` and `DO_DEPLOY_ENVIRONMENT` from that app")),
        Some(marks) if marks.repository == repository => Err(held
            .why(format!(
                "it is marked as `{}` of this repository, not as `{environment}`",
                marks.environment
            ))
            .next("rename one of the two apps")),
        Some(marks) => Err(held
            .why(format!(
                "it is marked as `{}` of the repository with id {}",
                marks.environment, marks.repository
            ))
            .next(format!(
                "rename the app in your {manifest}, so that its previews get another name"
            ))),
        None => Err(held
            .why("it does not carry do-deploy's marks, so nothing of it is changed or deleted")
            .next(format!(
                "rename or delete that app, or rename the app in your {manifest}"
            ))),
    }
}

/// Passes an app that is known by its name alone and may be looked at as the environment's: with its marks, or without
/// any and built from this repository.
///
/// # Errors
/// Another repository's or environment's app, whatever it is called.
pub(crate) async fn not_anothers(ctx: &Ctx, app: &App, environment: &Environment) -> anyhow::Result<()> {
    let repository = ctx.github()?.repository().await?;
    if app.marks.is_some() {
        return Ok(require(app, repository.id, environment)?);
    }
    ctx.resolve_names_of(&repository, app).await?;
    let own = ctx.own();
    let facts = app.document.facts();
    let mut built = facts.sources().filter(|source| source.kind != SourceKind::Image);
    if built.any(|source| !source.is_repository(&own)) {
        require(app, repository.id, environment)?;
    }
    Ok(())
}

/// The app among some that carries our marks for the environment, whatever it is called.
///
/// # Errors
/// When several do: an app spec that was copied brings its marks along, and which of them is meant is not known.
pub(crate) fn only<'a>(
    apps: &'a [App],
    repository: u64,
    environment: &Environment,
) -> Result<Option<&'a App>, Failure> {
    let marked: Vec<&App> = among(apps, repository, environment).collect();
    if marked.len() < 2 {
        return Ok(marked.first().copied());
    }
    let names = list(marked.iter().map(|app| app.name.as_str()));
    Err(
        Failure::input(format!("several apps have the marks of `{environment}`: {names}"))
            .why(format!(
                "{} that was copied brings its marks along",
                marked[0].document.words().a_manifest()
            ))
            .next("remove the envs `DO_DEPLOY_REPOSITORY` and `DO_DEPLOY_ENVIRONMENT` from those that are copies"),
    )
}

/// Those of some apps that carry our marks for the environment.
pub(crate) fn among<'a>(apps: &'a [App], repository: u64, environment: &Environment) -> impl Iterator<Item = &'a App> {
    apps.iter().filter(move |app| is_marked(app, repository, environment))
}

/// Whether the app is that of the environment: by its marks, and a preview by its name as well. Marks are envs, which go
/// wherever someone copies an app spec.
pub(crate) fn is_marked(app: &App, repository: u64, environment: &Environment) -> bool {
    let marks = app.marks.as_ref();
    // Previews have names that we give, so a copied app spec is recognised; others are named by their spec.
    let has_name = match environment {
        Environment::Preview(number) => names::is_preview_app(&app.name, *number),
        Environment::Named(_) => true,
    };
    has_name && marks.is_some_and(|marks| marks.same_owner(repository, environment))
}

/// What a rollback to a deployment from before the app was adopted has to say: it brings the app spec of that time back.
pub(crate) fn marks_are_gone(earlier: &Deployment) -> Option<String> {
    let had_none = earlier.document.as_ref()?.marks().is_none();
    had_none.then(|| {
        "The app has no marks of do-deploy again, as it had none then: the next deployment has to adopt it".to_owned()
    })
}

/// The commit of this repository that the app's active deployment was built from, where that can be proven.
pub(crate) fn serving(ctx: &Ctx, app: &App) -> Option<Sha> {
    ctx.commit_of(app.active.as_ref()?)
}
