//! The folder of a sandbox, where apps, builds and databases lie: for the user who started it, and for no other.

use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

use nix::unistd::geteuid;
use tempfile::TempDir;

use super::UsageError;

/// Reading, writing and entering, for the owner alone.
const OWNERS: u32 = 0o700;
const OTHERS: u32 = 0o077;

/// One that goes with the sandbox.
pub(super) fn temporary() -> std::io::Result<TempDir> {
    tempfile::Builder::new()
        .prefix("do-deploy-sandbox-")
        .permissions(Permissions::from_mode(OWNERS))
        .tempdir()
}

/// Makes the folder unless it is there. What someone else has made open is left as it is: `Some` says so.
pub(super) fn prepare(path: &Path) -> Result<Option<String>, UsageError> {
    let failed = |error| UsageError(format!("cannot make the directory `{}`: {error}", path.display()));
    DirBuilder::new()
        .recursive(true)
        .mode(OWNERS)
        .create(path)
        .map_err(failed)?;
    let there = path.metadata().map_err(failed)?;
    Ok(remark(path, there.uid(), there.mode()))
}

/// What other users can do there.
fn remark(path: &Path, owner: u32, mode: u32) -> Option<String> {
    let path = path.display();
    if owner != geteuid().as_raw() {
        let why = "belongs to another user, who can exchange what is built and run there";
        return Some(format!("`{path}` {why}; name a folder of your own"));
    }
    let is_open = mode & OTHERS != 0;
    is_open.then(|| format!("`{path}` is open to other users of this machine; close it with `chmod 700 {path}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().mode() & 0o777
    }

    #[test]
    fn a_new_folder_is_its_owners() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("not/yet/there");
        assert_eq!(prepare(&path), Ok(None));
        assert_eq!(mode(&path), OWNERS);
        assert_eq!(mode(&place.path().join("not")), OWNERS);
        assert_eq!(prepare(&path), Ok(None), "it may be used again");
        assert_eq!(mode(temporary().unwrap().path()), OWNERS);
    }

    #[test]
    fn a_folder_open_to_others_is_named() {
        let own = geteuid().as_raw();
        let said = remark(Path::new("theirs"), own + 1, OWNERS).unwrap();
        assert!(said.contains("belongs to another user"), "{said}");
        assert_eq!(remark(Path::new("ours"), own, OWNERS), None);
    }

    #[test]
    fn an_open_one_is_named_and_left_alone() {
        let place = tempfile::tempdir().unwrap();
        for open in [0o755, 0o701, 0o750, 0o770] {
            std::fs::set_permissions(place.path(), PermissionsExt::from_mode(open)).unwrap();
            let said = prepare(place.path()).unwrap().unwrap();
            assert!(said.contains("chmod 700"), "{said}");
            assert_eq!(mode(place.path()), open);
        }
    }
}
