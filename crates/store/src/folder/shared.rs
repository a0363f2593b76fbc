//! A data folder that several nodes of one deployment may have.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::{ClaimError, Identity, io_at, is_in_place, lock_folder, prepare};

/// A folder for what is a node's own, such as its keys, until the value is dropped or the process dies. The store is in a
/// database elsewhere.
///
/// Other nodes may have the same folder; a process that [owns](super::OwnedFolder) it may not.
#[derive(Debug)]
pub struct SharedFolder {
    path: PathBuf,
    identity: Option<Identity>,
    _lock: Option<File>,
}

impl SharedFolder {
    /// Creates `path` if it does not exist, readable by its owner only, and takes its lock together with other nodes.
    ///
    /// # Errors
    /// [`ClaimError::Owned`] when a process owns the folder, [`ClaimError::Custody`] when other users can change the folder,
    /// [`ClaimError::File`] when it is none, [`ClaimError::Io`] when the system refuses.
    pub fn claim(path: &Path) -> Result<Self, ClaimError> {
        prepare(path)?;
        let lock = lock_folder(path, File::try_lock_shared)?;
        Ok(Self {
            identity: Identity::of(path).map_err(io_at(path))?,
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Returns the path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns whether the path still leads to the folder that was claimed.
    #[must_use]
    pub fn is_in_place(&self) -> bool {
        is_in_place(&self.path, self.identity)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{OwnedFolder, is_owned};
    use super::*;

    #[test]
    fn nodes_share_a_folder_that_nobody_owns() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/node");
        let nodes = [(); 2].map(|()| SharedFolder::claim(&path).unwrap());
        assert!(OwnedFolder::claim(&path).is_err());
        assert!(is_owned(&path) && is_owned(&path));
        drop(nodes);
        assert!(!is_owned(&path));
        let _owned = OwnedFolder::claim(&path).unwrap();
        let refused = SharedFolder::claim(&path).unwrap_err().to_string();
        assert!(refused.contains("belongs to a running"), "{refused}");
    }
}
