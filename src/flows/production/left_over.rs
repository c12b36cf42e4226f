//! Apps of an environment that belong to none of the repository's apps any more: named, and never touched.

use crate::flows::context::Ctx;
use crate::flows::project::app_revision::EnvironmentApp;
use crate::flows::project::revision::Revision;
use crate::flows::project::target::any_of_environment;
use crate::flows::sentence::list;

/// Says which apps are left over, where every manifest could be read. `apps`: all that the environment has.
///
/// # Errors
/// When the platforms cannot be asked.
pub(crate) async fn notice(
    ctx: &Ctx,
    revision: &Revision<'_>,
    apps: &[EnvironmentApp],
) -> anyhow::Result<Option<String>> {
    if apps.iter().any(|app| app.revision.is_err()) {
        return Ok(None);
    }
    let environment = &revision.environment;
    let mut found = any_of_environment(ctx, &revision.repository, environment).await?;
    found.retain(|(_, live)| {
        let is_its = |app: &EnvironmentApp| {
            live.marks
                .as_ref()
                .is_some_and(|it| app.identity.claims(it, &live.name))
        };
        !apps.iter().any(is_its)
    });
    if found.is_empty() {
        return Ok(None);
    }
    let names = list(found.iter().map(|(_, app)| app.name.as_str()));
    let (belongs, it, needed) = match found.as_slice() {
        [_] => ("belongs", "it", "it is"),
        _ => ("belong", "them", "they are"),
    };
    let says = format!(
        "{names} in {environment} {belongs} to no app of `{}`: nothing is deployed to {it} any more. Delete {it} on the platform if {needed} no longer needed, or put the entry under `[apps]` back",
        ctx.config_file
    );
    ctx.console.notice(&says);
    Ok(Some(says))
}
