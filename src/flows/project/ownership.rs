//! Whether an app is ours: asked before anything is changed or deleted.

use std::collections::BTreeSet;

use crate::flows::context::Ctx;
use crate::flows::sentence::list;
use crate::model::app_identity::AppIdentity;
use crate::model::commit::Sha;
use crate::model::environment::Environment;
use crate::model::failure::Failure;
use crate::model::names;
use crate::platforms::{App, Deployment};

/// Passes an app that carries our marks for this repository, this app and this environment.
///
/// # Errors
/// Any other app: previews never adopt, and nothing is deleted that is not marked as ours.
pub(crate) fn require(
    app: &App,
    repository: u64,
    environment: &Environment,
    identity: &AppIdentity,
) -> Result<(), Failure> {
    require_any(app, repository, environment)?;
    match &app.marks {
        Some(marks) if !identity.owns(marks, &app.name) => {
            let held = Failure::input(format!(
                "the name `{}` is held by another app of this repository",
                app.name
            ));
            Err(identity.refused(held, marks))
        }
        _ => Ok(()),
    }
}

/// Passes an app that was found by its name, unless another app has the mark of the one that is meant: then the name is, or
/// was, a neighbour's. `apps`: what lives on the platforms.
///
/// # Errors
/// What the name is held by, and under which name the app itself lives.
pub(crate) fn not_a_neighbours(
    app: &App,
    apps: &[App],
    repository: u64,
    environment: &Environment,
    identity: &AppIdentity,
) -> Result<(), Failure> {
    if has_mark(app, identity) || app.marks.is_none() {
        return Ok(());
    }
    let is_itself =
        |it: &&App| it.id != app.id && is_of_environment(it, repository, environment) && has_mark(it, identity);
    let Some(itself) = apps.iter().find(is_itself) else {
        return Ok(());
    };
    let held = Failure::input(format!("`{}` is another app of {environment}", app.name));
    Err(held
        .why(format!("the mark of {identity} is on `{}`", itself.name))
        .next(format!(
            "give the app its earlier name back in the {}",
            app.document.words().manifest
        )))
}

/// Whether the app's mark is the one that this run would give it.
fn has_mark(app: &App, identity: &AppIdentity) -> bool {
    let mark = app.marks.as_ref().and_then(|marks| marks.app.as_deref());
    mark.is_some() && mark == identity.mark()
}

/// Passes an app that carries our marks for this repository and this environment, whichever app of the repository it is.
///
/// # Errors
/// Any other app.
pub(crate) fn require_any(app: &App, repository: u64, environment: &Environment) -> Result<(), Failure> {
    let held = Failure::input(format!("the name `{}` is held by an app that is not ours", app.name));
    let manifest = app.document.words().manifest;
    match &app.marks {
        Some(_) if is_of_environment(app, repository, environment) => Ok(()),
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

/// The app among some that carries our marks for the environment, whatever it is called.
///
/// # Errors
/// When several do: an app spec that was copied brings its marks along, and which of them is meant is not known.
pub(crate) fn only<'a>(
    apps: &'a [App],
    repository: u64,
    environment: &Environment,
    identity: &AppIdentity,
) -> Result<Option<&'a App>, Failure> {
    let is_its = |app: &&App| is_marked(app, repository, environment, identity);
    let marked: Vec<&App> = apps.iter().filter(is_its).collect();
    if marked.len() < 2 {
        return Ok(marked.first().copied());
    }
    // The only app may be any of them under an earlier name or key, but not where one says that it is.
    if let [itself] = marked.iter().filter(|app| has_mark(app, identity)).collect::<Vec<_>>()[..]
        && identity.others.is_empty()
    {
        return Ok(Some(itself));
    }
    let keys: BTreeSet<&str> = marked
        .iter()
        .filter_map(|app| app.marks.as_ref()?.app.as_deref())
        .collect();
    if identity.mark().is_none() && keys.len() == marked.len() {
        return Err(several(environment, keys));
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

/// That one app of several has to be named. `keys`: theirs.
pub(crate) fn several<'a>(environment: &Environment, keys: impl IntoIterator<Item = &'a str>) -> Failure {
    Failure::input(format!("`{environment}` has several apps: {}", list(keys)))
        .next("name the one that is meant with `--app NAME`")
}

/// Whether a live app is this app of the repository in the environment.
pub(crate) fn is_marked(app: &App, repository: u64, environment: &Environment, identity: &AppIdentity) -> bool {
    let is_its = |marks| identity.owns(marks, &app.name);
    is_of_environment(app, repository, environment) && app.marks.as_ref().is_some_and(is_its)
}

/// Whether a live app belongs to the environment, whichever app of the repository it is: by its marks, and a preview by its
/// name as well. Marks are envs, which go wherever someone copies an app spec.
pub(crate) fn is_of_environment(app: &App, repository: u64, environment: &Environment) -> bool {
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

#[cfg(test)]
mod tests {
    use super::{only, require};
    use crate::model::app_identity::{AppIdentity, AppNames};
    use crate::model::environment::Environment;
    use crate::model::marks::Marks;
    use crate::platforms::App;
    use crate::platforms::tests::new_app;

    const PREVIEW: Environment = Environment::Preview(12);

    fn app(name: &str, mark: &str) -> App {
        App {
            marks: Some(Marks {
                repository: 7,
                app: Some(mark.to_owned()),
                environment: PREVIEW,
                commit: None,
            }),
            ..new_app(name, name)
        }
    }

    /// `[apps.front]` and `[apps.api]`: the first.
    fn front() -> AppIdentity {
        let names = |key: &str, manifest: &str| AppNames {
            key: Some(key.to_owned()),
            manifest: Some(manifest.to_owned()),
        };
        AppIdentity {
            names: names("front", "web"),
            others: vec![names("api", "shop")],
        }
    }

    #[test]
    fn of_several_apps_of_a_pull_request_each_is_found_by_its_mark() {
        let apps = [app("shop-pr-12", "api"), app("web-pr-12", "front")];
        let found = only(&apps, 7, &PREVIEW, &front()).expect("one");
        assert_eq!(found.map(|app| app.name.as_str()), Some("web-pr-12"));
        let refused = only(&apps, 7, &PREVIEW, &AppIdentity::only_by_marks()).expect_err("several");
        assert_eq!(refused.what, "`pr-12` has several apps: `api`, `front`");
        // A copy of an app spec has the mark of its original.
        let copies = [app("shop-pr-12", "api"), app("web-pr-12", "api")];
        let refused = only(&copies, 7, &PREVIEW, &AppIdentity::only_by_marks()).expect_err("copies");
        assert_eq!(
            refused.what,
            "several apps have the marks of `pr-12`: `shop-pr-12`, `web-pr-12`"
        );
    }

    #[test]
    fn a_name_that_another_app_of_the_repository_holds_is_refused() {
        let ours = app("web-pr-12", "front");
        require(&ours, 7, &PREVIEW, &front()).expect("it is ours");
        let failure = require(&app("web-pr-12", "api"), 7, &PREVIEW, &front()).expect_err("it is the other app");
        insta::assert_snapshot!(format!("{failure}\n{}", failure.next.clone().unwrap_or_default()), @"
            the name `web-pr-12` is held by another app of this repository: its mark `DO_DEPLOY_APP` says `api`, and this run is for `front`
            give one of the two manifests another `name`; if it is `front` under an earlier key, set its env `DO_DEPLOY_APP` to `front`
        ");
    }
}
