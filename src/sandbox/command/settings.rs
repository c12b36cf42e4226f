//! The settings of a sandbox and what it prints about itself: mounts of repositories, variables for clients.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use super::UsageError;
use crate::account::tokens::Tokens;
use crate::repository::Repository;

/// `OWNER/NAME=PATH`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) path: PathBuf,
}

impl FromStr for Mount {
    type Err = UsageError;

    fn from_str(text: &str) -> Result<Self, UsageError> {
        let legal = |part: &str| {
            let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            !part.is_empty() && part.chars().all(letter)
        };
        let parsed = text.split_once('=').and_then(|(repository, path)| {
            let (owner, name) = repository.split_once('/')?;
            (legal(owner) && legal(name) && !path.is_empty()).then(|| Self {
                owner: owner.to_owned(),
                name: name.to_owned(),
                path: PathBuf::from(path),
            })
        });
        parsed.ok_or_else(|| UsageError(format!("`--repo {text}` is not of the form OWNER/NAME=PATH")))
    }
}

/// The environment for clients: where the APIs are, and tokens that they take.
pub(super) fn variables(base_url: &str, tokens: &Tokens, repositories: &[Arc<Repository>]) -> Vec<(String, String)> {
    let mut variables = vec![
        ("SANDBOX_URL", base_url.to_owned()),
        ("SANDBOX_TOKEN", tokens.sandbox.clone()),
        ("DIGITALOCEAN_API_URL", base_url.to_owned()),
        ("GITHUB_API_URL", base_url.to_owned()),
        ("GITHUB_SERVER_URL", base_url.to_owned()),
        ("FLY_API_URL", base_url.to_owned()),
        ("DIGITALOCEAN_ACCESS_TOKEN", tokens.digitalocean.clone()),
        ("FLY_API_TOKEN", tokens.fly.clone()),
        ("GITHUB_TOKEN", tokens.github.clone()),
    ];
    if let Some(first) = repositories.first() {
        variables.push(("GITHUB_REPOSITORY", first.full_name()));
    }
    variables
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// `KEY=VALUE` lines under a temporary name, then renamed: a reader of the file sees all of it. Only its
/// owner can read it, since the tokens allow running commands as that user.
pub(super) fn write(path: &Path, variables: &[(String, String)]) -> std::io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new(".")))?;
    for (key, value) in variables {
        writeln!(file, "{key}={value}")?;
    }
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn mounts_name_a_repository_and_a_path() {
        let mount: Mount = "acme/shop=/tmp/a=b".parse().unwrap();
        assert_eq!((mount.owner.as_str(), mount.name.as_str()), ("acme", "shop"));
        assert_eq!(mount.path, Path::new("/tmp/a=b"));
        for wrong in [
            "",
            "acme/shop",
            "acme=/tmp",
            "acme/=/tmp",
            "/shop=/tmp",
            "acme/shop=",
            "a b/c=/tmp",
            "a/b/c=x",
        ] {
            let error = wrong.parse::<Mount>().unwrap_err();
            assert!(error.to_string().contains("OWNER/NAME=PATH"), "{wrong}");
        }
    }

    #[test]
    fn env_files_are_whole_and_their_owners() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("env");
        write(
            &path,
            &[("A".to_owned(), "1".to_owned()), ("B".to_owned(), "2".to_owned())],
        )
        .unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "A=1\nB=2\n");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
