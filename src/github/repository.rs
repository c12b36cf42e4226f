//! The repository itself: its facts, branches, history and files.

use base64::Engine as _;
use jiff::Timestamp;
use octocrab::models::repos::{Branch, Object, Ref};
use reqwest::Method;
use serde::Deserialize;

use super::{GitHub, segment};
use crate::model::commit::Sha;
use crate::net::error::{ApiError, Problem};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Repository {
    /// Survives a rename.
    pub(crate) id: u64,
    /// `OWNER/NAME` as GitHub spells it.
    pub(crate) full_name: String,
    pub(crate) default_branch: String,
    pub(crate) private: bool,
}

/// Where one commit stands towards another.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Comparison {
    pub(crate) ahead_by: u64,
    /// `ahead`, `behind`, `identical` or `diverged`.
    pub(crate) status: String,
    merge_base_commit: Option<Named>,
}

/// What a commit says of itself.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Commit {
    pub(crate) message: String,
    committer: Option<Signature>,
    /// The commit that the branch was at before, for a merge as well.
    #[serde(skip)]
    pub(crate) first_parent: Option<Sha>,
}

#[derive(Clone, Debug, Deserialize)]
struct Signature {
    date: Option<Timestamp>,
}

impl Commit {
    /// When it was made, as its committer says. `None`: it does not say.
    pub(crate) fn committed_at(&self) -> Option<Timestamp> {
        self.committer.as_ref()?.date
    }
}

/// An object of Git, by its name alone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Named {
    sha: String,
}

impl Comparison {
    /// Whether the head contains the base.
    pub(crate) fn head_contains_base(&self) -> bool {
        matches!(self.status.as_str(), "ahead" | "identical")
    }

    /// The newest commit that both have.
    pub(crate) fn merge_base(self) -> Option<Sha> {
        self.merge_base_commit.map(|commit| Sha::new(commit.sha))
    }
}

/// An answer about another repository than the one that was asked for, as a cache gives that mixes answers up. After a
/// rename GitHub redirects: what it redirects to is believed, whatever its name.
/// <https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects>
fn another(path: String) -> ApiError {
    ApiError {
        service: super::SERVICE,
        method: Method::GET,
        path,
        problem: Problem::NotJson {
            status: 200,
            looks_like: "JSON about another repository".to_owned(),
        },
    }
}

impl GitHub {
    pub(crate) async fn repository(&self) -> Result<Repository, ApiError> {
        let path = self.path("");
        let (repository, moved) = self.api.get_moved::<Repository>(&path).await?;
        let asked = format!("/repos/{}", repository.full_name);
        match moved || asked.eq_ignore_ascii_case(&path) {
            true => Ok(repository),
            false => Err(another(path)),
        }
    }

    /// The number of any repository, by whatever name it has or had. `None`: none that the token may see.
    pub(crate) async fn id_of(&self, full_name: &str) -> Result<Option<u64>, ApiError> {
        #[derive(Deserialize)]
        struct Numbered {
            id: u64,
            full_name: String,
        }
        let Some((owner, name)) = full_name
            .split_once('/')
            .filter(|(owner, name)| is_part(owner) && is_part(name))
        else {
            return Ok(None);
        };
        let path = format!("/repos/{}/{}", segment(owner), segment(name));
        match self.api.get_moved::<Numbered>(&path).await {
            // Blocked, or beyond what the token was made for.
            Err(error) if matches!(error.status(), Some(403 | 451)) && !error.is_limit() => Ok(None),
            Ok((other, false)) if !other.full_name.eq_ignore_ascii_case(full_name) => Err(another(path)),
            reply => Ok(found(reply)?.map(|(numbered, _)| numbered.id)),
        }
    }

    /// The commit at a branch's head. `None`: no such branch.
    pub(crate) async fn branch_head(&self, branch: &str) -> Result<Option<Sha>, ApiError> {
        let path = self.path(&format!("/branches/{}", segment(branch)));
        let branch = found(self.api.get::<Branch>(&path).await)?;
        Ok(branch.map(|branch| Sha::new(branch.commit.sha)))
    }

    /// `None`: no such commit. <https://docs.github.com/en/rest/commits/commits#get-a-commit>
    pub(crate) async fn commit(&self, commit: &Sha) -> Result<Option<Commit>, ApiError> {
        #[derive(Deserialize)]
        struct Found {
            commit: Commit,
            #[serde(default)]
            parents: Vec<Named>,
        }
        let path = self.path(&format!("/commits/{}", segment(commit.as_str())));
        let found = found(self.api.get::<Found>(&path).await)?;
        Ok(found.map(|found| Commit {
            first_parent: found.parents.into_iter().next().map(|parent| Sha::new(parent.sha)),
            ..found.commit
        }))
    }

    /// The commit that a tag points at, an annotated one too. `None`: no such tag.
    pub(crate) async fn commit_of_tag(&self, tag: &str) -> Result<Option<Sha>, ApiError> {
        let Some(object) = self.reference(&format!("tags/{tag}")).await? else {
            return Ok(None);
        };
        let sha = match object {
            Object::Commit { sha, .. } => Some(sha),
            Object::Tag { .. } => self.commit_behind(tag).await?,
            _ => None,
        };
        // It is going to stand in a file.
        Ok(sha.map(Sha::new).filter(Sha::is_full))
    }

    /// What a reference of exactly this name points at. `None`: there is none.
    /// <https://docs.github.com/en/rest/git/refs#get-a-reference>
    async fn reference(&self, name: &str) -> Result<Option<Object>, ApiError> {
        // Its slashes are parts of the path, those of the name's parts are not.
        let name: Vec<String> = name.split('/').map(segment).collect();
        let path = self.path(&format!("/git/ref/{}", name.join("/")));
        let reference = found(self.api.get::<Ref>(&path).await)?;
        Ok(reference.map(|reference| reference.object))
    }

    /// The commit behind an annotated tag: <https://docs.github.com/en/rest/commits/commits#get-a-commit>. `None` also
    /// where a branch is called `tags/…`, which GitHub could take for it.
    async fn commit_behind(&self, tag: &str) -> Result<Option<String>, ApiError> {
        if self.reference(&format!("heads/tags/{tag}")).await?.is_some() {
            return Ok(None);
        }
        // One file of its changes is enough: none is read.
        let path = self.path(&format!("/commits/tags/{}?per_page=1", segment(tag)));
        let commit = match self.api.get::<Named>(&path).await {
            // How GitHub says that it knows no such reference.
            Err(error) if error.status() == Some(422) => None,
            reply => found(reply)?,
        };
        Ok(commit.map(|commit| commit.sha))
    }

    /// How `head` stands towards `base`; both may be commits or branches. `None`: one of them is unknown.
    pub(crate) async fn compare(&self, base: &str, head: &str) -> Result<Option<Comparison>, ApiError> {
        // One commit is enough: only the counts are read.
        let path = format!("/compare/{}...{}?per_page=1", segment(base), segment(head));
        found(self.api.get(&self.path(&path)).await)
    }

    /// A file's text at a branch, tag or commit. `None`: there is no such file.
    pub(crate) async fn file(&self, path: &str, git_ref: &str) -> Result<Option<String>, ApiError> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Content {
            File {
                content: String,
                encoding: String,
            },
            /// A folder's listing, a submodule.
            Other(serde::de::IgnoredAny),
        }
        let rest = format!("/contents/{}?ref={}", segment(path), segment(git_ref));
        let request = self.path(&rest);
        let Some(content) = found(self.api.get::<Content>(&request).await)? else {
            return Ok(None);
        };
        let text = match content {
            Content::File { content, encoding } if encoding == "base64" => decode(&content),
            Content::File { .. } | Content::Other(_) => None,
        };
        text.map(Some).ok_or_else(|| ApiError {
            service: super::SERVICE,
            method: reqwest::Method::GET,
            path: self.path(&format!("/contents/{}", segment(path))),
            problem: Problem::NotJson {
                status: 200,
                looks_like: "something else than a text file".to_owned(),
            },
        })
    }
}

impl GitHub {
    /// What is in a folder, empty for the root: the names of files, and of folders with a slash at the end.
    /// <https://docs.github.com/en/rest/repos/contents#get-repository-content>
    pub(crate) async fn listing(&self, folder: &str, git_ref: &str) -> Result<Vec<String>, ApiError> {
        #[derive(Deserialize)]
        struct Entry {
            name: String,
            r#type: String,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Content {
            Folder(Vec<Entry>),
            /// A file, a submodule.
            Other(serde::de::IgnoredAny),
        }
        let path = self.path(&format!("/contents/{}?ref={}", segment(folder), segment(git_ref)));
        let Some(Content::Folder(entries)) = found(self.api.get(&path).await)? else {
            return Ok(Vec::new());
        };
        let name = |entry: Entry| match entry.r#type.as_str() {
            "dir" => format!("{}/", entry.name),
            _ => entry.name,
        };
        Ok(entries.into_iter().map(name).collect())
    }
}

/// Whether GitHub could call an owner or a repository so; `..` would lead to another path of the API.
fn is_part(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.trim_matches('.').is_empty() && text.chars().all(fits)
}

/// GitHub breaks base64 into lines.
fn decode(content: &str) -> Option<String> {
    let content: String = content.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(content).ok()?;
    String::from_utf8(bytes).ok()
}

fn found<T>(reply: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match reply {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, decode};

    #[test]
    fn reads_content_that_is_broken_into_lines() {
        assert_eq!(decode("bmFtZTog\nc2hvcAo=\n").as_deref(), Some("name: shop\n"));
        assert_eq!(decode("/+8="), None, "no UTF-8");
    }

    #[test]
    fn a_descendant_contains_its_ancestor() {
        let comparison = |status: &str| Comparison {
            ahead_by: 0,
            status: status.to_owned(),
            merge_base_commit: None,
        };
        assert!(comparison("ahead").head_contains_base() && comparison("identical").head_contains_base());
        assert!(!comparison("behind").head_contains_base() && !comparison("diverged").head_contains_base());
    }
}
