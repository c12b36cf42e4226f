//! Commits as Git has them.

use jiff::Timestamp;

use super::user::User;
use crate::github::stamp::stamp;
use crate::repository::{GitError, Repository};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) sha: String,
    pub(crate) tree: String,
    pub(crate) parents: Vec<String>,
    pub(crate) author: Signature,
    pub(crate) committer: Signature,
    pub(crate) message: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) name: String,
    pub(crate) email: String,
    /// As Git prints it, offset included.
    date: String,
}

impl Signature {
    pub(crate) fn date(&self) -> String {
        match self.date.parse::<Timestamp>() {
            Ok(time) => stamp(time),
            Err(_) => self.date.clone(),
        }
    }

    pub(crate) fn user(&self) -> User {
        User::from_git_author(&self.name)
    }
}

/// Fields apart by NUL, the message last; commits apart by the record separator, which no message has.
const FORMAT: &str = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B%x1e";

/// The commits that `git log` selects with these arguments, in its order.
pub(crate) async fn log(repository: &Repository, selection: &[&str]) -> Result<Vec<Commit>, GitError> {
    let mut args = vec!["log", "--no-color", "--no-show-signature", "--encoding=UTF-8", FORMAT];
    args.extend(selection);
    args.push("--");
    let printed = repository.git(&args).await?;
    let text = String::from_utf8_lossy(&printed);
    Ok(text
        .split('\u{1e}')
        .filter_map(|record| parse(record.trim_start_matches('\n')))
        .collect())
}

pub(crate) async fn read(repository: &Repository, sha: &str) -> Result<Option<Commit>, GitError> {
    Ok(log(repository, &["-1", sha]).await?.into_iter().next())
}

fn parse(record: &str) -> Option<Commit> {
    let mut fields = record.splitn(10, '\0').map(str::to_owned);
    let mut next = || fields.next();
    Some(Commit {
        sha: next().filter(|sha| !sha.is_empty())?,
        tree: next()?,
        parents: next()?.split_whitespace().map(str::to_owned).collect(),
        author: Signature {
            name: next()?,
            email: next()?,
            date: next()?,
        },
        committer: Signature {
            name: next()?,
            email: next()?,
            date: next()?,
        },
        message: next()?.trim_end().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_what_git_log_prints() {
        let record = "aa\0tt\0p1 p2\0Ada\0ada@example.com\x002024-05-01T12:00:00+02:00\0Bob\0b@example.com\x002024-05-01T10:00:01Z\0Title\n\nBody\n";
        let commit = parse(record).expect("a commit");
        assert_eq!(commit.parents, ["p1", "p2"]);
        assert_eq!(commit.author.date(), "2024-05-01T10:00:00Z");
        assert_eq!(commit.message, "Title\n\nBody");
        assert_eq!(parse(""), None);
    }
}
