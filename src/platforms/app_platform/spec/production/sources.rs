//! One trigger and one branch: do-deploy deploys, and the platform builds what do-deploy was asked for.

use serde_json::Value;

use super::super::component;
use super::super::document::source;
use crate::model::failure::Failure;
use crate::platforms::plan::ProductionInput;
use crate::platforms::source::SourceKind;
use crate::policy::changes::Changes;

/// Switches automatic deployments of this repository's sources off. A branch that do-deploy.toml names wins over the
/// spec's; the repository's default branch, which nobody wrote down, only warns.
pub(super) fn follow(
    planned: &mut Value,
    input: &ProductionInput<'_>,
    changes: &mut Changes,
    warnings: &mut Vec<String>,
) {
    let named = is_named(input);
    component::each(planned, |mut component| {
        let name = component.name();
        let source = component.read().source();
        let Some(source) = source.filter(|it| it.is_repository(input.repository)) else {
            return;
        };
        let Some(mut from) = component.source_mut(source.kind) else {
            return;
        };
        if source.kind == SourceKind::GitHub && from.ignore_pushes() {
            changes.push(
                format!("switched `deploy_on_push` of `{name}` off"),
                "two triggers make two racing deployments",
            );
        }
        match source.branch.as_deref() {
            Some(branch) if branch == input.branch => {}
            Some(branch) if !named => warnings.push(format!(
                "`{name}` is built from `{branch}`, not from the default branch `{}`: name it with `branch` in `[production]`",
                input.branch
            )),
            before => {
                from.set_branch(input.branch);
                let what = match before {
                    Some(before) => format!("`{name}` is built from `{}` instead of `{before}`", input.branch),
                    None => format!("`{name}` is built from `{}`", input.branch),
                };
                changes.push(what, format!("the branch of {}", input.environment));
            }
        }
    });
}

/// Refuses a live app that builds another branch than the environment's: it is deployed as it is.
pub(super) fn same_branch(live: &Value, input: &ProductionInput<'_>) -> Result<(), Failure> {
    let (environment, wanted) = (input.environment, input.branch);
    let sources = source::sources(live);
    let other = sources
        .iter()
        .filter(|source| source.is_repository(input.repository))
        .find_map(|source| Some((&source.component, source.branch.as_deref().filter(|it| *it != wanted)?)));
    let Some((component, branch)) = other else {
        return Ok(());
    };
    Err(Failure::input(format!(
        "`{component}` is built from `{branch}` on the platform, but {environment} is deployed from `{wanted}`"
    ))
    .why("a forced build deploys the app's own spec, which it does not change")
    .next("deploy without `--force-build` first: that sets the branch"))
}

/// Whether somebody wrote the branch down.
fn is_named(input: &ProductionInput<'_>) -> bool {
    !input.target.branch.is_empty() || !input.environment.is_production()
}

/// The branches of this repository that the file's components are built from.
pub(super) fn branches(spec: &Value, input: &ProductionInput<'_>) -> Vec<String> {
    if is_named(input) {
        return vec![input.branch.to_owned()];
    }
    let own = source::sources(spec)
        .into_iter()
        .filter(|source| source.is_repository(input.repository));
    let branches: Vec<String> = own
        .map(|source| source.branch.unwrap_or_else(|| input.branch.to_owned()))
        .collect();
    match branches.is_empty() {
        true => vec![input.branch.to_owned()],
        false => branches,
    }
}
