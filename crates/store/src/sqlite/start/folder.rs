//! A data folder and its one owner.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// A data folder that this process owns, until the value is dropped or the process dies.
///
/// The embedded store keeps its live state in the memory of one process, so two processes on one folder would
/// each admit a send in the same minute. An owned folder proves that no other process has it.
#[derive(Debug)]
pub struct OwnedFolder {
    path: PathBuf,
    _lock: File,
}

/// The reason why a data folder could not be claimed.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Another process owns the folder.
    #[error("the data folder {} belongs to a running countersign{owner}: stop that one, or name another folder with --data", path.display())]
    Owned {
        /// The folder.
        path: PathBuf,
        /// ` (process 123)`, or empty if the process is not known.
        owner: String,
    },
    /// The folder cannot be created, read or locked.
    #[error("the data folder {} cannot be used: {source}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
}

impl OwnedFolder {
    /// Creates `path` if it does not exist, readable by its owner only, and takes its lock.
    ///
    /// # Errors
    /// [`ClaimError::Owned`] when another process has the lock, [`ClaimError::Io`] when the system refuses.
    pub fn claim(path: &Path) -> Result<Self, ClaimError> {
        let io = |source| ClaimError::Io {
            path: path.to_owned(),
            source,
        };
        create_private(path).map_err(io)?;
        let mut lock = open_private(&path.join(LOCK_FILE)).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let known = lock.read_to_string(&mut pid).is_ok() && !pid.trim().is_empty();
                return Err(ClaimError::Owned {
                    path: path.to_owned(),
                    owner: if known {
                        format!(" (process {})", pid.trim())
                    } else {
                        String::new()
                    },
                });
            }
            Err(fs::TryLockError::Error(source)) => return Err(io(source)),
        }
        write_pid(&mut lock).map_err(io)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Returns the path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

const LOCK_FILE: &str = "owner.lock";

fn write_pid(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    write!(lock, "{}", std::process::id())
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_owner_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/data");
        let owned = OwnedFolder::claim(&path).unwrap();
        let second = OwnedFolder::claim(&path).unwrap_err().to_string();
        assert!(
            second.contains(&format!("process {}", std::process::id())),
            "{second}"
        );
        drop(owned);
        assert!(OwnedFolder::claim(&path).is_ok());
    }
}
