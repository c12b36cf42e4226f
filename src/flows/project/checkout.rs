//! Files of the checkout: what a person names may lie anywhere, what the repository names stays within the repository.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use crate::model::failure::Failure;

/// A file that a person names, if it exists and is text. It may be a pipe that their shell made for them.
///
/// # Errors
/// When it exists and cannot be read.
pub(crate) fn file(folder: &Path, path: &str) -> Result<Option<String>, Failure> {
    let file = folder.join(path);
    let is_the_shells = ["/dev/fd", "/dev/stdin", "/proc"]
        .iter()
        .any(|of_it| file.starts_with(of_it));
    understood(
        path,
        match is_the_shells {
            true => std::fs::read_to_string(file),
            false => text_of(&file),
        },
    )
}

fn understood(path: &str, read: std::io::Result<String>) -> Result<Option<String>, Failure> {
    match read {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            Err(Failure::input(format!("`{path}` is not a text file"))
                .why("some of its bytes are not UTF-8")
                .next("save it as UTF-8"))
        }
        Err(error) => Err(Failure::input(format!("`{path}` cannot be read"))
            .why(error.to_string())
            .next("name a text file that this program may read")),
    }
}

/// No file that is read for a deployment is nearly as large.
const LARGEST: u64 = 8 << 20;

/// The bytes of an ordinary file: a FIFO would be waited for, whatever the run's time.
pub(crate) fn bytes_of(file: &Path) -> std::io::Result<Vec<u8>> {
    let facts = std::fs::metadata(file)?;
    if !facts.is_file() {
        return Err(std::io::Error::other("it is not an ordinary file"));
    }
    if facts.len() > LARGEST {
        return Err(std::io::Error::other("it is larger than 8 MiB"));
    }
    std::fs::read(file)
}

fn text_of(file: &Path) -> std::io::Result<String> {
    String::from_utf8(bytes_of(file)?).map_err(|error| std::io::Error::new(ErrorKind::InvalidData, error))
}

/// The same for a path that stands in a file of the repository, which a pull request can change.
///
/// # Errors
/// When it leads out of the repository, directly or through a link.
pub(crate) fn own_file(folder: &Path, path: &str) -> Result<Option<String>, Failure> {
    if leads_out(folder, path) {
        return Err(leads_outside(path));
    }
    understood(path, text_of(&folder.join(path)))
}

/// What is wrong with a path of the repository's that leads out of it.
pub(crate) fn leads_outside(path: &str) -> Failure {
    Failure::input(format!("`{path}` leads out of the repository"))
        .why("what the repository's own files name is read only from the repository")
        .next("correct the path or the link; a file that lies elsewhere can be given with a flag")
}

/// The root of the repository in which the folder lies. `None`: it lies in none.
pub(crate) fn root(folder: &Path) -> Option<PathBuf> {
    let folder = std::path::absolute(folder).ok()?;
    folder
        .ancestors()
        .find(|it| is_repository(&it.join(".git")))
        .map(Path::to_owned)
}

/// As Git sees it: a folder with a HEAD, or a file that says where one is. An empty folder hides nothing above it.
fn is_repository(git: &Path) -> bool {
    git.is_file() || std::fs::symlink_metadata(git.join("HEAD")).is_ok()
}

fn leads_out(folder: &Path, path: &str) -> bool {
    let Ok(folder) = folder.canonicalize() else {
        return false;
    };
    let root = root(&folder).unwrap_or_else(|| folder.clone());
    let within = |path: &Path| path.starts_with(&root);
    let target = folder.join(path);
    // What does not exist yet is where its folder is.
    let real = target.ancestors().find_map(|it| it.canonicalize().ok());
    !within(&without_dots(&target)) || real.is_some_and(|real| !within(&real))
}

/// The path as it is written, also where it leads to nothing.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{file, own_file};

    #[test]
    fn what_the_repository_names_stays_within_it() {
        let outside = tempfile::tempdir().unwrap();
        let (repository, folder) = (outside.path().join("shop"), outside.path().join("shop/web"));
        std::fs::create_dir_all(repository.join(".git")).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(repository.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        for (path, text) in [
            ("secret", "outside"),
            ("shop/app.yaml", "top"),
            ("shop/web/app.yaml", "web"),
        ] {
            std::fs::write(outside.path().join(path), text).unwrap();
        }
        std::os::unix::fs::symlink("../../secret", folder.join("link.yaml")).unwrap();
        std::os::unix::fs::symlink("../app.yaml", folder.join("top.yaml")).unwrap();
        let secret = outside.path().join("secret").display().to_string();
        for path in [
            "../../secret",
            "../../absent",
            "./x/../../../secret",
            "link.yaml",
            &secret,
        ] {
            assert!(own_file(&folder, path).is_err(), "{path}");
        }
        for (path, text) in [
            ("app.yaml", Some("web")),
            ("../app.yaml", Some("top")),
            ("top.yaml", Some("top")),
            ("absent.yaml", None),
        ] {
            assert_eq!(own_file(&folder, path).unwrap().as_deref(), text, "{path}");
        }
        assert_eq!(file(&folder, "../../secret").unwrap().as_deref(), Some("outside"));
    }
}
