//! Sources of components: is the repository mounted, does the branch exist, which commit is at its head.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::indexed;
use super::component::Component;
use super::spec::Spec;
use crate::account::Account;
use crate::clouds::app_platform::refusal::Refusal;
use crate::repository::Repository;

/// The mounted repositories.
#[derive(Clone, Debug, Default)]
pub(crate) struct Repositories {
    mounted: Vec<Arc<Repository>>,
    /// Knows which of them had another name before.
    account: Account,
}

impl Repositories {
    pub(crate) fn new(mounted: Vec<Arc<Repository>>, account: Account) -> Self {
        Self { mounted, account }
    }

    /// GitHub's names ignore case, and it redirects from earlier ones, for clones as well.
    pub(crate) fn find(&self, full_name: &str) -> Option<&Arc<Repository>> {
        let rules = self.account.rules();
        let full_name = rules.renamed_to(full_name).unwrap_or(full_name);
        self.mounted
            .iter()
            .find(|repository| repository.full_name().eq_ignore_ascii_case(full_name))
    }

    /// The head of every component's branch at this moment; images have none.
    pub(crate) async fn heads(&self, spec: &Spec) -> Result<BTreeMap<String, String>, Refusal> {
        let mut heads = BTreeMap::new();
        for (kind, index, component) in indexed(spec) {
            let path = format!("{}[{index}]", kind.list());
            if let Some(commit) = self.head(component, &path).await? {
                heads.insert(component.name.clone(), commit);
            }
        }
        Ok(heads)
    }

    async fn head(&self, component: &Component, path: &str) -> Result<Option<String>, Refusal> {
        if component.gitlab.is_some() {
            return Err(Refusal::Invalid("GitLab user not authenticated".to_owned()));
        }
        if component.bitbucket.is_some() {
            return Err(Refusal::Invalid("Bitbucket user not authenticated".to_owned()));
        }
        let Some((name, branch)) = component.git_source() else {
            return Ok(None);
        };
        let source = if component.github.is_some() { "github" } else { "git" };
        if component.github.is_some() && name.split('/').filter(|part| !part.is_empty()).count() != 2 {
            let why = "must be of the form owner/name";
            return Err(Refusal::field(format!("{path}.github.repo"), why));
        }
        if branch.is_empty() {
            return Err(Refusal::field(format!("{path}.{source}.branch"), "branch is required"));
        }
        let Some(repository) = self.find(&name) else {
            return Err(Refusal::Invalid(match source {
                "github" => format!("GitHub user does not have access to {name}"),
                _ => "Account does not have access to the repo".to_owned(),
            }));
        };
        match repository.head(branch).await {
            Some(commit) => Ok(Some(commit)),
            None => Err(Refusal::field(
                format!("{path}.{source}.branch"),
                format!("branch \"{branch}\" not found in {name}"),
            )),
        }
    }
}
