//! What is left and only a person can do: the token with its scopes, and the secrets.

use std::fmt::Write as _;

use super::repository::Repository;
use crate::config::Config;
use crate::platform::scopes;

/// What the workflows call the token.
pub(super) const SECRET: &str = "DIGITALOCEAN_ACCESS_TOKEN";

pub(super) fn production_scopes(config: &Config) -> Vec<&'static str> {
    let mut scopes = scopes::PRODUCTION.to_vec();
    if !config.production.project.is_empty() {
        scopes.extend(scopes::PROJECT);
    }
    scopes
}

pub(super) fn words(repository: &Repository, config: &Config) -> String {
    let Repository { name, server, .. } = repository;
    let mut text = format!(
        "\nTwo things are left that only you can do:\n\n\
         1. Create two DigitalOcean tokens with exactly these scopes, at https://cloud.digitalocean.com/account/api/tokens/new\n\n\
         \x20    production: {}\n     previews:   {}\n\n\
         \x20  The previews' token should be from a DigitalOcean team of its own, because whoever can push a branch can use it.\n\
         \x20  Each team has to be allowed to read `{name}`: https://cloud.digitalocean.com/apps/github/install\n\n\
         2. Add each token as the secret `{SECRET}` of its GitHub environment, at {server}/{name}/settings/environments\n\
         \x20  or with GitHub's command line:\n\n",
        production_scopes(config).join(" "),
        scopes::PREVIEWS.join(" ")
    );
    for command in commands(repository) {
        let _ = writeln!(text, "     {command}");
    }
    text += "\nThen commit the files. A push to ";
    let _ = write!(
        text,
        "`{}` deploys production, and the next pull request gets a preview.",
        repository.branch
    );
    text
}

/// `production` is for its branch alone; previews are for every branch.
fn commands(repository: &Repository) -> Vec<String> {
    let Repository { name, .. } = repository;
    let mut commands = vec![format!(
        "gh api --method PUT repos/{name}/environments/production \
         -F 'deployment_branch_policy[protected_branches]=false' -F 'deployment_branch_policy[custom_branch_policies]=true'"
    )];
    let mut branches = vec![&repository.branch];
    // Redeploying by hand runs on the default branch.
    if repository.default_branch != repository.branch {
        branches.push(&repository.default_branch);
    }
    for branch in branches {
        commands.push(format!(
            "gh api --method POST repos/{name}/environments/production/deployment-branch-policies -f name={}",
            crate::spec::shell_word(branch)
        ));
    }
    commands.push(format!("gh secret set {SECRET} --repo {name} --env production"));
    // Without a rule for branches: what removes a preview after the merge runs on the base branch, and commands and the
    // schedule on the default branch.
    commands.push(format!("gh api --method PUT repos/{name}/environments/preview"));
    commands.push(format!("gh secret set {SECRET} --repo {name} --env preview"));
    commands
}
