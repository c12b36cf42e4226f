//! The repository's name on GitHub, and the branch that production is built from.

use std::path::Path;

use url::Url;

use super::git::git;
use crate::config::Config;
use crate::flows::context::Ctx;
use crate::model::failure::Failure;
use crate::model::own::OwnRepository;
use crate::platforms::Manifest;

#[derive(Clone, Debug)]
pub(super) struct Repository {
    /// `owner/name`
    pub(super) name: String,
    /// What `origin` is, where it is on GitHub.
    cloned_from: Option<String>,
    /// Production's branch: what do-deploy.toml names, else the default branch.
    pub(super) branch: String,
    /// On which workflows run that no push starts.
    pub(super) default_branch: String,
    /// Where people see GitHub, without a slash at the end.
    pub(super) server: String,
}

impl Repository {
    /// `named`: as the caller names it. Else it is what the clone was made of: a variable that is left in a shell
    /// may be about another repository, and counts only where the clone does not say.
    pub(super) async fn find(ctx: &Ctx, root: &Path, config: &Config, named: Option<&str>) -> Result<Self, Failure> {
        let default_branch = default_branch(root).await?;
        let branch = Some(config.production.branch.clone()).filter(|branch| !branch.is_empty());
        let server = ctx.run.server_url().to_owned();
        let origin = origin(root, &server).await;
        let cloned_from = origin.as_ref().ok().cloned();
        Ok(Self {
            name: match (named, &ctx.repository) {
                (Some(name), _) => name.to_owned(),
                (None, Some(variable)) => origin.unwrap_or_else(|_| variable.clone()),
                (None, None) => origin?,
            },
            cloned_from,
            branch: branch.unwrap_or_else(|| default_branch.clone()),
            default_branch,
            server,
        })
    }

    /// What does not fit together.
    pub(super) fn notes<'a>(&self, manifests: impl Iterator<Item = &'a Manifest>, config: &Config) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(origin) = self
            .cloned_from
            .as_ref()
            .filter(|origin| !origin.eq_ignore_ascii_case(&self.name))
        {
            notes.push(format!(
                "`--repo` says `{}`, and that counts, but this clone's `origin` is `{origin}`",
                self.name
            ));
        }
        let own = OwnRepository::new(&self.name, &self.server);
        for manifest in manifests {
            let facts = manifest.document().facts();
            let sources: Vec<_> = facts.sources().collect();
            if !sources.is_empty() && !sources.iter().any(|source| source.is_repository(&own)) {
                let list: Vec<&str> = sources.iter().map(|source| source.repo.as_str()).collect();
                notes.push(format!(
                    "No component of `{}` is built from `{}`, but from `{}`",
                    manifest.file(),
                    self.name,
                    list.join("`, `")
                ));
            }
        }
        for (name, target) in &config.environments {
            notes.push(format!(
                "`{name}` needs a workflow of its own: copy `{}` with the branch `{}`, the group `do-deploy-{name}` and the environment `{name}`",
                super::workflows::PRODUCTION,
                target.branch
            ));
        }
        notes
    }
}

/// What the clone knows as `origin/HEAD`; else `main`, `master`, or what is checked out.
async fn default_branch(root: &Path) -> Result<String, Failure> {
    let head = git(
        root,
        &["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"],
    )
    .await?;
    if let Some(branch) = head.as_deref().and_then(|head| head.strip_prefix("origin/")) {
        return Ok(branch.to_owned());
    }
    for branch in ["main", "master"] {
        for reference in [format!("refs/heads/{branch}"), format!("refs/remotes/origin/{branch}")] {
            if git(root, &["show-ref", "--verify", "--quiet", &reference])
                .await?
                .is_some()
            {
                return Ok(branch.to_owned());
            }
        }
    }
    let current = git(root, &["symbolic-ref", "--quiet", "--short", "HEAD"]).await?;
    Ok(current.unwrap_or_else(|| "main".to_owned()))
}

/// `owner/name` of the repository that a clone was made of.
pub(crate) async fn origin(root: &Path, server: &str) -> Result<String, Failure> {
    let next = "give it as `--repo OWNER/NAME`";
    let Some(url) = git(root, &["remote", "get-url", "origin"]).await? else {
        return Err(Failure::input("it is not known which repository on GitHub this is")
            .why("there is no remote `origin`")
            .next(next));
    };
    on_github(&url, server).ok_or_else(|| {
        Failure::input("it is not known which repository on GitHub this is")
            .why("the remote `origin` is somewhere else")
            .next(next)
    })
}

/// `owner/name` of a clone URL in one of Git's forms.
fn on_github(url: &str, server: &str) -> Option<String> {
    let host = Url::parse(server).ok()?.host_str()?.to_owned();
    let (found, path) = match Url::parse(url) {
        Ok(url) if url.has_host() => (url.host_str()?.to_owned(), url.path().to_owned()),
        // `git@github.com:owner/name.git`
        _ => {
            let (who, path) = url.split_once(':')?;
            let host = who.rsplit_once('@').map_or(who, |(_, host)| host);
            (host.to_owned(), path.to_owned())
        }
    };
    if !found.eq_ignore_ascii_case(&host) && !found.eq_ignore_ascii_case(&format!("ssh.{host}")) {
        return None;
    }
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let (owner, name) = path.split_once('/')?;
    let fits = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    (fits(owner) && fits(name)).then(|| format!("{owner}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::on_github;

    #[test]
    fn knows_every_form_of_a_clone_url() {
        for (url, name) in [
            ("git@github.com:acme/shop.git", Some("acme/shop")),
            ("https://github.com/acme/shop", Some("acme/shop")),
            ("https://token@github.com/acme/shop.git/", Some("acme/shop")),
            ("ssh://git@ssh.github.com:443/acme/shop.git", Some("acme/shop")),
            ("git@gitlab.com:acme/shop.git", None),
            ("/srv/git/shop.git", None),
            ("https://github.com/acme/shop/tree", None),
            ("https://github.com/acme/$(x)", None),
        ] {
            assert_eq!(on_github(url, "https://github.com").as_deref(), name, "{url}");
        }
        let own = on_github("git@git.example.com:acme/shop.git", "https://git.example.com");
        assert_eq!(own.as_deref(), Some("acme/shop"));
    }
}
