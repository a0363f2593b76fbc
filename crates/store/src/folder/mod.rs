//! A data folder: owned by one process, or shared by several nodes of one deployment.

mod shared;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::custody::{self, CustodyError};
pub use shared::SharedFolder;

/// A data folder that this process owns, until the value is dropped or the process dies.
///
/// The embedded store keeps its live state in the memory of one process, so two processes on one folder would
/// each admit a send in the same minute. An owned folder proves that no other process has it.
///
/// The lock is on the folder itself, which no other process can take while this one lives, whatever is removed from the
/// folder. A lock on the file `owner.lock` goes with it for versions that know no other, and where a folder cannot be
/// locked; the file tells the process id.
#[derive(Debug)]
pub struct OwnedFolder {
    path: PathBuf,
    identity: Option<Identity>,
    _lock: File,
    _folder_lock: Option<File>,
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
    /// Users other than the one of this process can change the folder.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// The path leads to a file.
    #[error("{} is a file: name a folder with --data", .0.display())]
    File(PathBuf),
    /// The folder cannot be created, read or locked.
    #[error("the data folder {} cannot be used", path.display())]
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
    /// [`ClaimError::Owned`] when another process has the lock, [`ClaimError::Custody`] when other users can change
    /// the folder, [`ClaimError::File`] when it is none, [`ClaimError::Io`] when the system refuses.
    pub fn claim(path: &Path) -> Result<Self, ClaimError> {
        let io = io_at(path);
        prepare(path)?;
        let folder_lock = lock_folder(path, File::try_lock)?;
        let mut lock = open_private(&path.join(LOCK_FILE)).map_err(io)?;
        lock.try_lock().map_err(|error| refused(path, error))?;
        write_pid(&mut lock).map_err(io)?;
        Ok(Self {
            path: path.to_owned(),
            identity: Identity::of(path).map_err(io)?,
            _lock: lock,
            _folder_lock: folder_lock,
        })
    }

    /// Returns the path of the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the bytes that this user may still write on the disk of the folder, where the system tells.
    pub(crate) fn room(&self) -> Option<u64> {
        room(&self.path)
    }

    /// Returns whether the path still leads to the folder that was claimed.
    #[must_use]
    pub fn is_in_place(&self) -> bool {
        is_in_place(&self.path, self.identity)
    }
}

/// Returns whether a running process owns the folder `path`, or has it with others. Where nobody can tell, it does.
#[must_use]
pub fn is_owned(path: &Path) -> bool {
    #[cfg(unix)]
    let lock = File::open(path);
    #[cfg(not(unix))]
    let lock = File::open(path.join(LOCK_FILE));
    match lock {
        Ok(lock) => lock.try_lock_shared().is_err() || is_shared(&lock),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Returns whether nodes share the folder that `lock` is of. Another process that looks has its lock for a moment.
fn is_shared(lock: &File) -> bool {
    (0..LOOKS).all(|look| {
        if look > 0 {
            std::thread::sleep(PAUSE);
        }
        matches!(lock.try_lock(), Err(TryLockError::WouldBlock))
    })
}

/// Returns the bytes that this user may still write on the disk of `path`, where the system tells.
#[cfg(unix)]
#[must_use]
pub fn room(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Returns nothing: the system does not tell.
#[cfg(not(unix))]
#[must_use]
pub fn room(_path: &Path) -> Option<u64> {
    None
}

/// Which file or folder a path leads to: the number of the device and the number on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity(u64, u64);

impl Identity {
    /// Returns the identity of what `path` leads to, or nothing where the system has none.
    #[cfg(unix)]
    pub(crate) fn of(path: &Path) -> io::Result<Option<Self>> {
        use std::os::unix::fs::MetadataExt;
        let metadata = fs::metadata(path)?;
        Ok(Some(Self(metadata.dev(), metadata.ino())))
    }

    /// Returns nothing.
    #[cfg(not(unix))]
    pub(crate) fn of(_path: &Path) -> io::Result<Option<Self>> {
        Ok(None)
    }
}

/// Returns whether `path` still leads to what it led to. An error other than "not found" does not say that it does not.
pub(crate) fn is_in_place(path: &Path, before: Option<Identity>) -> bool {
    match Identity::of(path) {
        Ok(now) => now == before,
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

const LOCK_FILE: &str = "owner.lock";

/// How often, and after which pause, a lock is tried. A command that looks whether the folder is owned has the lock for
/// a moment.
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// How often it is looked whether nodes share a folder.
const LOOKS: usize = 3;

/// Creates `path` if it does not exist, readable by its owner only.
fn prepare(path: &Path) -> Result<(), ClaimError> {
    if path.is_file() {
        return Err(ClaimError::File(path.to_owned()));
    }
    create_private(path).map_err(io_at(path))?;
    Ok(custody::check(path)?)
}

fn io_at(path: &Path) -> impl Fn(io::Error) -> ClaimError + Copy {
    |source| ClaimError::Io {
        path: path.to_owned(),
        source,
    }
}

/// A way to lock a file: alone, or together with others.
type TryLock = fn(&File) -> Result<(), TryLockError>;

/// Locks the folder itself. Returns nothing where the file system has no such locks.
#[cfg(unix)]
fn lock_folder(path: &Path, try_lock: TryLock) -> Result<Option<File>, ClaimError> {
    let folder = File::open(path).map_err(io_at(path))?;
    for _ in 1..TRIES {
        match try_lock(&folder) {
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(_)) => return Ok(None),
            Ok(()) => return Ok(Some(folder)),
        }
    }
    let locked = try_lock(&folder).map(|()| Some(folder));
    locked.map_err(|error| refused(path, error))
}

/// Returns nothing: a folder has no lock here.
#[cfg(not(unix))]
fn lock_folder(_path: &Path, _try_lock: TryLock) -> Result<Option<File>, ClaimError> {
    Ok(None)
}

fn refused(path: &Path, error: TryLockError) -> ClaimError {
    let path = path.to_owned();
    match error {
        TryLockError::Error(source) => ClaimError::Io { path, source },
        TryLockError::WouldBlock => {
            let pid = read_pid(&path.join(LOCK_FILE)).unwrap_or_default();
            let owner = match pid.trim() {
                "" => String::new(),
                pid => format!(" (process {pid})"),
            };
            ClaimError::Owned { path, owner }
        }
    }
}

fn read_pid(lock: &Path) -> io::Result<String> {
    let mut pid = String::new();
    custody::open(lock)?.take(20).read_to_string(&mut pid)?;
    Ok(pid)
}

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
    custody::private(&mut options).open(path)
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
        assert!(is_owned(&path));
        fs::remove_file(path.join(LOCK_FILE)).unwrap();
        assert!(OwnedFolder::claim(&path).is_err());
        drop(owned);
        assert!(!is_owned(&path));
        assert!(OwnedFolder::claim(&path).is_ok());
    }
}
