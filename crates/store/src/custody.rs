//! Who can change a data folder: only the user as whom the program runs.
//!
//! A data folder holds keys and codes. A user who can write to it, or who made it, could read them there, replace them,
//! or plant symbolic links through which the program would overwrite files elsewhere.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The reason why a data folder is not safe to use. Each sentence says how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    /// The folder, or a symbolic link that leads to it, belongs to another user.
    #[error(
        "the data folder {} belongs to another user (uid {uid}): run countersign as that user, or name another folder \
         with --data",
        path.display()
    )]
    ForeignFolder {
        /// The folder.
        path: PathBuf,
        /// Its owner.
        uid: u32,
    },
    /// Users other than its owner may write to the folder.
    #[error(
        "other users may write to the data folder {shown}: look for files in it that are not yours, then run \
         chmod go-w {shown}",
        shown = path.display()
    )]
    OpenFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds a symbolic link.
    #[error(
        "{} is a symbolic link, and a data folder holds none: remove it, or put the file itself in its place",
        path.display()
    )]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// A file in the folder belongs to another user.
    #[error(
        "{} belongs to another user (uid {uid}): remove it, or make it yours with chown if you know what it is",
        path.display()
    )]
    ForeignFile {
        /// The file.
        path: PathBuf,
        /// Its owner.
        uid: u32,
    },
    /// Users other than its owner may write to a file in the folder.
    #[error(
        "other users may write to {shown}: run chmod go-w {shown} if it holds what you expect",
        shown = path.display()
    )]
    OpenFile {
        /// The file.
        path: PathBuf,
    },
    /// The folder cannot be read.
    #[error("the data folder {} cannot be read", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
}

/// Checks that only the user of this process can change the data folder `path` and the files in it.
///
/// # Errors
/// The first thing that is not so; [`CustodyError::Io`] with [`io::ErrorKind::NotFound`] when there is no folder.
#[cfg(unix)]
pub fn check(path: &Path) -> Result<(), CustodyError> {
    let io = |source| CustodyError::Io {
        path: path.to_owned(),
        source,
    };
    for metadata in [fs::symlink_metadata(path), fs::metadata(path)] {
        check_folder(path, &metadata.map_err(io)?)?;
    }
    for entry in fs::read_dir(path).map_err(io)? {
        let path = entry.map_err(io)?.path();
        match fs::symlink_metadata(&path) {
            Ok(metadata) => check_entry(path, &metadata)?,
            // A running owner replaces and removes files.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(io(source)),
        }
    }
    Ok(())
}

/// Checks nothing: there are no users to compare here.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn check(_path: &Path) -> Result<(), CustodyError> {
    Ok(())
}

#[cfg(unix)]
fn check_folder(path: &Path, metadata: &fs::Metadata) -> Result<(), CustodyError> {
    let path = path.to_owned();
    match stranger(metadata) {
        Some(uid) => Err(CustodyError::ForeignFolder { path, uid }),
        None if open_to_others(metadata) => Err(CustodyError::OpenFolder { path }),
        None => Ok(()),
    }
}

/// Checks a file or link in the folder. A folder in it is none of the program's, such as `lost+found` of a file system.
#[cfg(unix)]
fn check_entry(path: PathBuf, metadata: &fs::Metadata) -> Result<(), CustodyError> {
    match stranger(metadata) {
        _ if metadata.is_dir() => Ok(()),
        _ if metadata.is_symlink() => Err(CustodyError::Link { path }),
        Some(uid) => Err(CustodyError::ForeignFile { path, uid }),
        None if open_to_others(metadata) => Err(CustodyError::OpenFile { path }),
        None => Ok(()),
    }
}

/// Returns the owner of a file that does not belong to the user of this process.
#[cfg(unix)]
fn stranger(metadata: &fs::Metadata) -> Option<u32> {
    let uid = std::os::unix::fs::MetadataExt::uid(metadata);
    (uid != rustix::process::geteuid().as_raw()).then_some(uid)
}

/// Returns whether users other than the owner may write. The mode of a symbolic link says nothing.
#[cfg(unix)]
fn open_to_others(metadata: &fs::Metadata) -> bool {
    let mode = std::os::unix::fs::MetadataExt::mode(metadata);
    !metadata.is_symlink() && mode & 0o022 != 0
}

/// Makes `options` private: a file that they make is readable by its owner only, and no symbolic link is followed.
#[cfg(unix)]
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let no_link = rustix::fs::OFlags::NOFOLLOW.bits();
    options.mode(0o600).custom_flags(no_link.cast_signed())
}

/// Leaves `options` as they are: there is no mode here.
#[cfg(not(unix))]
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Opens a file of a data folder for reading, unless it is a symbolic link.
///
/// # Errors
/// When it cannot be opened.
pub fn open(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().read(true)).open(path)
}
