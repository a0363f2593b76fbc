//! Files of a data folder that hold secrets: readable by their owner only, written whole or not at all, and never
//! reached through a symbolic link.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use countersign_store::custody;
use zeroize::Zeroizing;

/// Reads the file.
///
/// # Errors
/// When it cannot be read, or is a symbolic link.
pub fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    custody::open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Makes the file, and never over another.
///
/// # Errors
/// When it cannot be written, or is there already.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = draft(path, bytes)?;
    fs::hard_link(&draft, path)?;
    fs::remove_file(&draft)?;
    keep_name(path)
}

/// Makes the file, in place of an older one.
///
/// # Errors
/// When it cannot be written; the older one is then as it was, or the new one in its place.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::rename(draft(path, bytes)?, path)?;
    keep_name(path)
}

/// Whether others than its owner may read or write the file.
///
/// # Errors
/// When nothing can be known of it.
#[cfg(unix)]
pub fn exposed(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(fs::metadata(path)?.mode() & 0o077 != 0)
}

/// Whether any user may read or write the file, or its group may write it. A container gives a group the secrets that it
/// mounts.
///
/// # Errors
/// When nothing can be known of it.
#[cfg(unix)]
pub fn exposed_to_all(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(fs::metadata(path)?.mode() & 0o027 != 0)
}

/// Nothing is known of that here.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn exposed_to_all(_path: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Nothing is known of that here.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn exposed(_path: &Path) -> io::Result<bool> {
    Ok(false)
}

fn draft(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let draft = path.with_extension("new");
    // One that a crash left may have any mode.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let mut file = custody::private(&mut options).open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(draft)
}

/// The name too must survive a loss of power.
fn keep_name(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
