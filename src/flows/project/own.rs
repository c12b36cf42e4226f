//! Which sources of app specs are this repository: GitHub is asked about names that differ from its own.

use crate::flows::context::Ctx;
use crate::github::repository::Repository;
use crate::model::commit::Sha;
use crate::model::own::OwnRepository;
use crate::model::rollout::Built;
use crate::platforms::{App, Deployment, Document};

/// Most names that GitHub is asked about in a run: a pull request may write as many as it likes.
const MOST_NAMES: usize = 10;

impl Ctx {
    /// The repository by every name that this run knows.
    pub(crate) fn own(&self) -> OwnRepository {
        self.names.lock().own.clone()
    }

    /// Asks GitHub about each name in the documents that is not known yet, once in a run. GitHub redirects from a name that
    /// the repository had before: <https://docs.github.com/en/repositories/creating-and-managing-repositories/renaming-a-repository>.
    ///
    /// # Errors
    /// When GitHub does not say what a name means.
    pub(crate) async fn resolve_names<'a>(
        &self,
        repository: &Repository,
        documents: impl IntoIterator<Item = &'a Document>,
    ) -> anyhow::Result<()> {
        let own = {
            let mut known = self.names.lock();
            known.own.rename(&repository.full_name);
            known.own.clone()
        };
        let written: Vec<String> = documents
            .into_iter()
            .flat_map(|document| document.facts().names_on_github(&own))
            .collect();
        for name in written {
            let is_new = {
                let mut known = self.names.lock();
                !known.own.is(&name) && known.asked.len() < MOST_NAMES && known.asked.insert(name.to_ascii_lowercase())
            };
            if !is_new {
                continue;
            }
            match self.github()?.id_of(&name).await? {
                Some(id) if id == repository.id => self.names.lock().own.add_former(&name),
                Some(_) => {}
                None => self.console.say(&format!(
                    "There is no repository `{name}`, or this run's GitHub token cannot read it: what is built from it is treated as another repository's"
                )),
            }
        }
        Ok(())
    }

    /// The same for a living app: the spec that it has, and the one that serves.
    pub(crate) async fn resolve_names_of(&self, repository: &Repository, app: &App) -> anyhow::Result<()> {
        self.resolve_names(repository, documents_of(app)).await
    }

    /// The same where the run goes on without: a commit that cannot be placed is not claimed.
    ///
    /// # Errors
    /// When the run was cancelled meanwhile.
    pub(crate) async fn resolve_names_or_say(&self, repository: &Repository, app: &App) -> anyhow::Result<()> {
        if let Err(error) = self.resolve_names_of(repository, app).await {
            self.wait.check()?;
            self.console
                .say(&format!("Could not read what `{}` is built from: {error:#}", app.name));
        }
        Ok(())
    }

    /// The commit of this repository that a deployment was built from, where that can be proven.
    pub(crate) fn commit_of(&self, deployment: &Deployment) -> Option<Sha> {
        let built = deployment.built_from(&self.own());
        Built::first_commit(&built).cloned()
    }
}

/// Every document that an app is known by.
pub(crate) fn documents_of(app: &App) -> impl Iterator<Item = &Document> {
    let active = app.active.as_ref().and_then(|active| active.document.as_ref());
    std::iter::once(&app.document).chain(active)
}
