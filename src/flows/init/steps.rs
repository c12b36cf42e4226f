//! What is left and only a person can do: the token with its scopes, and the secrets.

use std::fmt::Write as _;

use super::repository::Repository;
use super::workflows::Form;
use crate::config::Config;
use crate::platforms::Words;

pub(super) fn production_scopes(platform: &Words, config: &Config) -> Vec<&'static str> {
    let mut scopes = platform.scopes.production.to_vec();
    if config
        .apps()
        .iter()
        .any(|app| !app.config.production.project.is_empty())
    {
        scopes.extend(platform.scopes.project);
    }
    scopes
}

pub(super) fn words(platform: &Words, repository: &Repository, config: &Config, form: Form) -> String {
    let Repository { name, server, .. } = repository;
    let Words {
        vendor,
        token,
        token_page,
        team,
        access_page,
        ..
    } = platform;
    let mut text = format!(
        "\nTwo things are left that only you can do:\n\n\
         1. Create two {vendor} tokens with exactly these scopes, at {token_page}\n\n\
         \x20    production: {}\n     previews:   {}\n\n\
         \x20  The previews' token should be from a {team} of its own{}.\n\
         \x20  Give {vendor}'s GitHub app access to `{name}` in each team: {access_page}\n\n\
         2. Add each token as the secret `{token}` of its GitHub environment, at {server}/{name}/settings/environments\n\
         \x20  or with GitHub's command line:\n\n",
        production_scopes(platform, config).join(" "),
        platform.scopes.previews.join(" "),
        match form {
            Form::Plain => ", because anyone who can push a branch can use it",
            Form::Isolated => "",
        }
    );
    for command in commands(token, repository, form) {
        let _ = writeln!(text, "     {command}");
    }
    text += REVIEWERS;
    text += FORMS;
    text += "\nThen commit the files. A push to ";
    let next = match form {
        Form::Plain => "the next pull request gets a preview",
        // GitHub starts `workflow_run` only where the default branch has the file.
        Form::Isolated => "pull requests get previews once the files are on the default branch",
    };
    let _ = write!(text, "`{}` deploys production, and {next}.", repository.branch);
    text
}

/// Reviewers of `production` itself would be asked within the concurrency group.
const REVIEWERS: &str = "\nReviewers of production, if you want any, belong to the environment `production-approval`; also set `exact = true` under `[production]` in `do-deploy.toml`.\n";

/// The two forms of the previews' workflows, in three lines.
const FORMS: &str = "\nPreviews come in two forms; https://github.com/org/do-deploy/blob/v1/docs/security.md#two-forms-of-previews says who can do what:\n\
    \x20 plain, `do-deploy init`: one workflow; anyone who can push a branch can use the previews' token.\n\
    \x20 isolated, `do-deploy init --isolated`: two workflows; only what is on the default branch can use it.\n";

/// `production` is for its branch alone; plain previews are for every branch, isolated ones for the default branch.
fn commands(token: &str, repository: &Repository, form: Form) -> Vec<String> {
    let Repository { name, .. } = repository;
    let mut branches = vec![&repository.branch];
    // Redeploying by hand runs on the default branch.
    if repository.default_branch != repository.branch {
        branches.push(&repository.default_branch);
    }
    let mut commands = limited(name, "production", &branches);
    commands.push(format!("gh secret set {token} --repo {name} --env production"));
    match form {
        // Without a rule for branches: what removes a preview after the merge runs on the base branch, and commands and
        // the schedule on the default branch.
        Form::Plain => commands.push(format!("gh api --method PUT repos/{name}/environments/preview")),
        Form::Isolated => commands.extend(limited(name, "preview", &[&repository.default_branch])),
    }
    commands.push(format!("gh secret set {token} --repo {name} --env preview"));
    commands
}

/// An environment that only these branches may use.
/// <https://docs.github.com/rest/deployments/branch-policies#create-a-deployment-branch-policy>
fn limited(name: &str, environment: &str, branches: &[&String]) -> Vec<String> {
    let mut commands = vec![format!(
        "gh api --method PUT repos/{name}/environments/{environment} \
         -F 'deployment_branch_policy[protected_branches]=false' -F 'deployment_branch_policy[custom_branch_policies]=true'"
    )];
    commands.extend(branches.iter().map(|branch| {
        format!(
            "gh api --method POST repos/{name}/environments/{environment}/deployment-branch-policies -f name={}",
            crate::policy::shell::quote(branch)
        )
    }));
    commands
}
