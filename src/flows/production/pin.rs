//! The pin that a rollback leaves on an app: who set it, and how it is released.

use crate::flows::context::Ctx;
use crate::flows::failure::{cancelled, failure_of};
use crate::flows::project::target::{Target, flags};
use crate::model::app_identity::AppIdentity;
use crate::model::environment::Environment;
use crate::model::failure::Kind;
use crate::platforms::App;

/// Who pinned the app, when, and how it is released.
pub(crate) fn described(app: &App, environment: &Environment, identity: &AppIdentity) -> String {
    let pinned = app.pinned.as_ref();
    let who = pinned
        .and_then(|pinned| pinned.cause.user.as_deref())
        .unwrap_or("someone");
    let when = pinned
        .and_then(|pinned| pinned.created_at)
        .map(|at| format!(" at {at:.0}"))
        .unwrap_or_default();
    let id = pinned.map(|pinned| pinned.id.as_str()).unwrap_or_default();
    let input = identity.names.key.as_ref().map(|key| format!(", `app: {key}`"));
    format!(
        "{who} rolled `{}` back{when}, which pinned it to deployment {id}; `do-deploy deploy {} --release` releases it and deploys the branch, and so does a dispatched run with `command: deploy`{} and `release: true`",
        app.name,
        flags(environment, identity),
        input.unwrap_or_default()
    )
}

/// Takes the pin of a rollback off, so that the app can be deployed again. Returns the app as it is then.
pub(crate) async fn release(ctx: &Ctx, target: &Target, app: &App) -> anyhow::Result<App> {
    ctx.wait.check()?;
    ctx.console.say(&format!("Releasing `{}` from its rollback", app.name));
    target.platform.release(app).await?;
    target.living(app).await
}

/// What a person has to know where nothing took the place of a pin that was taken off.
pub(crate) fn is_off(error: anyhow::Error, app: &App) -> anyhow::Error {
    if cancelled(&error).is_some() {
        return error;
    }
    let mut failure = failure_of(&error);
    // Something was touched, whatever refused the rest.
    failure.kind = Kind::Unknown;
    failure
        .point(format!(
            "`{}` is no longer pinned, and nothing new was deployed: the next push deploys over what serves",
            app.name
        ))
        .into()
}
