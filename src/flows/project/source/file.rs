//! The repository's files at one commit, each read from the working directory or from GitHub, whichever is right.

use std::path::{Component, Path, PathBuf};

use crate::flows::project::checkout;
use crate::flows::project::source::Source;
use crate::flows::project::source::copy::{Comparison, UNKNOWN};
use crate::flows::project::source::rule::{Choice, Compared, Facts, Remark, choose};
use crate::model::commit::Sha;
use crate::model::failure::Failure;

/// What a file is for, and so what is said where it has been changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Spec,
    Config,
    /// To know how a component starts.
    Start,
}

/// A file that is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// From the folder; of `Use::Start` from the repository's root.
    pub(super) path: &'a str,
    pub(super) purpose: Use,
    /// A flag or an input names it, so it may lie anywhere.
    pub(super) named: bool,
}

impl Source<'_> {
    /// The text of each file that exists. The comparison is made for all of them at once.
    pub(super) async fn texts(&self, wanted: &[Wanted<'_>]) -> anyhow::Result<Vec<Option<String>>> {
        let mut texts = Vec::new();
        for (wanted, comparison) in wanted.iter().zip(self.compare(wanted).await?) {
            texts.push(self.text(wanted, comparison).await?);
        }
        Ok(texts)
    }

    pub(super) async fn text_of(&self, wanted: Wanted<'_>) -> anyhow::Result<Option<String>> {
        Ok(self.texts(&[wanted]).await?.pop().flatten())
    }

    pub(super) fn is_on_disk(&self, wanted: &Wanted<'_>) -> bool {
        !matches!(self.on_disk(wanted), Ok(None))
    }

    /// The first of these files that exists, by its place.
    pub(super) async fn first(&self, wanted: &[Wanted<'_>]) -> anyhow::Result<Option<(usize, String)>> {
        let compared = self.compare(wanted).await?;
        for (index, (wanted, comparison)) in wanted.iter().zip(compared).enumerate() {
            if let Some(text) = self.text(wanted, comparison).await? {
                return Ok(Some((index, text)));
            }
        }
        Ok(None)
    }

    async fn compare(&self, wanted: &[Wanted<'_>]) -> anyhow::Result<Vec<Comparison>> {
        let mut paths = Vec::new();
        for wanted in wanted {
            match self.in_repository(wanted) {
                Some(path) => paths.push(path),
                // What a flag names may lie anywhere, and no commit has it.
                None if wanted.named => paths.push(String::new()),
                None => return Err(checkout::leads_outside(wanted.path).into()),
            }
        }
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        // What a branch says is compared with nothing, unless someone names it.
        let matters = self.commit.is_some() || wanted.iter().any(|wanted| wanted.named);
        Ok(match &self.copy {
            Some(copy) if matters && !self.is_working_copy() => copy.compare(&paths, self.commit.as_ref()).await,
            _ => vec![UNKNOWN; paths.len()],
        })
    }

    async fn text(&self, wanted: &Wanted<'_>, compared: Comparison) -> anyhow::Result<Option<String>> {
        let own = self.on_disk(wanted);
        let Some(path) = self.in_repository(wanted) else {
            return Ok(own?);
        };
        let facts = Facts {
            named: wanted.named,
            built_from: wanted.purpose == Use::Start,
            exists: !matches!(own, Ok(None)),
            at_commit: self.is_at_commit(),
            with_head: compared.with_head,
            with_commit: compared.with_commit,
        };
        if self.is_working_copy() {
            return Ok(own?);
        }
        let choice = choose(self.setting, facts);
        tracing::trace!(target: "decision", "the version of `{path}` that counts is {choice:?} because {facts:?}");
        let text = match choice {
            Choice::Copy => own?,
            Choice::CopyAnd(remark) => {
                self.say(wanted, remark);
                own?
            }
            Choice::Nothing => None,
            Choice::Commit => {
                let text = self.on_github(&path).await?;
                let differs = facts.exists && self.commit.is_some() && own.ok() != Some(text.clone());
                // What a run that only looks reads of another commit is no news.
                if differs && !facts.built_from && self.deploys {
                    self.say(wanted, Remark::Elsewhere);
                }
                text
            }
            Choice::CommitElseCopy => match self.on_github(&path).await? {
                Some(text) => Some(text),
                None if self.may_be_generated(compared) => own?,
                None => None,
            },
            Choice::CommitIfSame => {
                let text = self.on_github(&path).await?;
                if text.is_none() || own.ok() != Some(text.clone()) {
                    return Err(self.undecided(wanted, text.is_some()).into());
                }
                text
            }
        };
        Ok(text)
    }

    /// Policy is nothing that a checkout may bring along: there it has to be proven that no commit has the file.
    fn may_be_generated(&self, compared: Comparison) -> bool {
        self.commit.is_some() || compared.with_head == Compared::Absent
    }

    fn on_disk(&self, wanted: &Wanted<'_>) -> Result<Option<String>, Failure> {
        let folder = match (wanted.purpose, &self.copy) {
            (Use::Start, Some(copy)) => copy.root.as_path(),
            _ => self.ctx.working_directory.as_path(),
        };
        match wanted.named {
            true => checkout::file(folder, wanted.path),
            false => checkout::own_file(folder, wanted.path),
        }
    }

    async fn on_github(&self, path: &str) -> anyhow::Result<Option<String>> {
        match (&self.ctx.github, self.commit_on_github().await?) {
            (Some(github), Some(commit)) => Ok(github.file(path, commit.as_str()).await?),
            _ => Ok(None),
        }
    }

    /// `None`: a branch that there is none of.
    pub(super) async fn commit_on_github(&self) -> anyhow::Result<Option<Sha>> {
        match &self.commit {
            Some(commit) => Ok(Some(commit.clone())),
            None => Ok(self.ctx.read_head_of(&self.at).await?),
        }
    }

    /// The path from the repository's root. `None`: it leads out.
    fn in_repository(&self, wanted: &Wanted<'_>) -> Option<String> {
        let from = match wanted.purpose {
            Use::Start => "",
            Use::Spec | Use::Config => self.prefix(),
        };
        let path = Path::new(wanted.path);
        if path.is_absolute() {
            let root = &self.copy.as_ref()?.root;
            return within(path.strip_prefix(root).ok()?);
        }
        within(&Path::new(from).join(path))
    }

    fn say(&self, wanted: &Wanted<'_>, remark: Remark) {
        let (path, commit) = (wanted.path, self.shown());
        self.ctx.console.say(&match remark {
            Remark::Changed => {
                format!("`{path}` is not as `{commit}` has it: an earlier step changed it, and the changed file counts")
            }
            Remark::Generated => format!("`{path}` is not part of `{commit}`: an earlier step made it, and it counts"),
            Remark::Elsewhere => {
                format!("`{path}` is read at `{commit}`, which is deployed: the working directory has another one")
            }
            Remark::Rehearsed => {
                format!("`{path}` is taken from the working directory, which may differ from `{commit}`")
            }
        });
    }

    /// On a terminal: which of the two is meant, only a person can say.
    fn undecided(&self, wanted: &Wanted<'_>, committed: bool) -> Failure {
        let (path, commit) = (wanted.path, self.shown());
        let flag = match wanted.purpose {
            Use::Config => "--config",
            Use::Spec | Use::Start => "--spec",
        };
        let why = match committed {
            true => format!("`{commit}`, which is deployed, has another version of it"),
            false => format!("`{commit}`, which is deployed, does not have it"),
        };
        Failure::input(format!("`{path}` has changes that are not pushed"))
            .why(why)
            .next(format!(
                "commit and push it, or give `{flag} {path}` to use it as it is here"
            ))
    }

    pub(super) fn shown(&self) -> &str {
        self.commit.as_ref().map_or(self.at.as_str(), Sha::short)
    }

    pub(super) fn is_at_commit(&self) -> bool {
        let head = self.copy.as_ref().and_then(|copy| copy.head.as_ref());
        head.is_some() && head == self.commit.as_ref()
    }

    pub(super) fn prefix(&self) -> &str {
        self.copy.as_ref().map_or(self.ctx.folder.as_str(), |copy| &copy.prefix)
    }
}

/// The path without its dots. `None`: it leads out of where it begins.
fn within(path: &Path) -> Option<String> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::Normal(part) => plain.push(part),
            Component::ParentDir if plain.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(plain.to_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::within;

    #[test]
    fn a_path_is_counted_from_the_root_and_stays_below_it() {
        for (path, plain) in [
            ("web/../app.yaml", Some("app.yaml")),
            ("./.do//app.yaml", Some(".do/app.yaml")),
            ("web/../../app.yaml", None),
            ("/etc/hostname", None),
            ("..", None),
        ] {
            assert_eq!(within(Path::new(path)).as_deref(), plain, "{path}");
        }
    }
}
