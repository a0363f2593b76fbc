//! Backups of a data folder: a folder with a copy of the database, and the keys without which nobody can read it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use countersign_store::sqlite::backup::{self, Copied};
use countersign_store::{DatabaseAddress, OwnedFolder, custody};

use crate::config::keys::{self, KeySource, Keys};
use crate::config::private_file;
use crate::token;

/// A data folder, and the place of its keys.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The folder.
    pub data: PathBuf,
    /// The place of the keys, which may be elsewhere. The keys that sign tokens are in the folder.
    pub keys: KeySource,
    /// The database of the store, where that is not in the folder.
    pub database: Option<DatabaseAddress>,
}

impl Kept {
    /// A folder that has its keys in it.
    #[must_use]
    pub fn in_folder(data: PathBuf) -> Self {
        Self {
            keys: KeySource::Folder,
            database: None,
            data,
        }
    }

    /// Refuses a folder that does not have the store in it.
    fn holds_the_store(&self) -> anyhow::Result<()> {
        match self.database {
            None => Ok(()),
            Some(_) => bail!(
                "the store is in a database of its own: back it up and put it back with the tools of PostgreSQL, such as \
                 pg_dump, and keep a copy of the keys and of {} apart from it",
                token::KEY_FILE
            ),
        }
    }
}

/// Checks that a backup of `kept` can be made in `dir`, before it is put on record.
///
/// # Errors
/// When others can change the data folder, or `dir` holds anything.
pub fn check(kept: &Kept, dir: &Path) -> anyhow::Result<()> {
    kept.holds_the_store()?;
    custody::check(&kept.data)?;
    refuse_used(dir)
}

/// Copies a data folder into `dir`, which is empty or does not exist: the database, and with `with_keys` the files of
/// keys. A countersign that runs on the folder goes on. `dir` appears whole or not at all.
///
/// # Errors
/// When `dir` holds anything, or something cannot be read or written, the keys among it.
pub fn make(kept: &Kept, dir: &Path, with_keys: bool) -> anyhow::Result<Copied> {
    check(kept, dir)?;
    let draft = Draft::beside(dir)?;
    let copied = backup::copy(&kept.data, &draft.path)?;
    // After the database: a key that signed anything before the backup began is in its file by now.
    if with_keys {
        copy_master_keys(kept, &draft.path.join(keys::KEY_FILE))?;
        let signing = token::KEY_FILE;
        copy_keys(&kept.data.join(signing), &draft.path.join(signing))?;
    }
    draft.take_name(dir)?;
    Ok(copied)
}

/// Puts the backup `dir` into a data folder on which no countersign runs. With `over_newer`, the database there may be
/// newer, or another. Returns what the backup holds.
///
/// # Errors
/// When the backup or the folder cannot be used, or the folder has other keys.
pub fn restore(dir: &Path, kept: &Kept, over_newer: bool) -> anyhow::Result<Copied> {
    kept.holds_the_store()?;
    custody::check(dir)?;
    let folder = OwnedFolder::claim(&kept.data)?;
    let keys = keys_for(dir, kept)?;
    let copied = backup::restore(&folder, dir, &keys.store(), over_newer)?;
    let signing = token::KEY_FILE;
    for (name, file) in [
        (keys::KEY_FILE, kept.keys.file(&kept.data)),
        (signing, Some(kept.data.join(signing))),
    ] {
        if let Some(file) = file.filter(|file| dir.join(name).exists() && !file.exists()) {
            copy_keys(&dir.join(name), &file)?;
        }
    }
    Ok(copied)
}

/// Returns the keys of the backup, or where it has none those of the deployment.
fn keys_for(dir: &Path, kept: &Kept) -> anyhow::Result<Keys> {
    let theirs = dir.join(keys::KEY_FILE);
    let file = kept.keys.file(&kept.data);
    let ours = match &file {
        Some(file) if !file.exists() => None,
        _ => Some(kept.keys.keys(&kept.data)?),
    };
    if !theirs.exists() {
        let Some(ours) = ours else {
            let file = file.unwrap_or_default();
            bail!(
                "the backup {} was made without keys: put them into {} first",
                dir.display(),
                file.display()
            );
        };
        return Ok(ours);
    }
    let theirs = Keys::at(&theirs)?;
    let Some(ours) = ours else {
        return Ok(theirs);
    };
    // Keys may have changed since the backup. Those of then are needed, as long as these are among the keys of now.
    if !ours.include(&theirs) {
        let place = match file {
            Some(file) => file.display().to_string(),
            None => "the place that [keys] names".to_owned(),
        };
        bail!("{place} holds other keys than the backup: name an empty folder with --data");
    }
    Ok(ours)
}

/// Copies the keys of the database: their file, or one that is made of single keys.
fn copy_master_keys(kept: &Kept, to: &Path) -> anyhow::Result<()> {
    match kept.keys.file(&kept.data) {
        Some(file) if !file.exists() => bail!(
            "the key file {} is missing: name the settings of the service with --config, or leave the keys out with \
             --without-keys",
            file.display()
        ),
        Some(file) => copy_keys(&file, to),
        None => {
            let file = kept.keys.keys(&kept.data)?.file()?;
            private_file::create(to, &file).context("the keys cannot be copied")
        }
    }
}

/// Copies a file of keys, where it exists.
fn copy_keys(from: &Path, to: &Path) -> anyhow::Result<()> {
    let failed = || format!("{} cannot be copied", from.display());
    match private_file::read(from) {
        Ok(bytes) => private_file::create(to, &bytes).with_context(failed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(failed),
    }
}

fn refuse_used(dir: &Path) -> anyhow::Result<()> {
    match fs::read_dir(dir) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => bail!(
                "{} is not empty: name a folder that is empty or does not exist",
                dir.display()
            ),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| dir.display().to_string()),
    }
}

/// A folder that a backup is written to. It is removed with everything in it unless the backup comes to its end.
struct Draft {
    path: PathBuf,
    placed: bool,
}

impl Draft {
    /// Makes a folder beside `dir`, on the same disk, that its owner alone can read.
    fn beside(dir: &Path) -> anyhow::Result<Self> {
        let name = dir.file_name().with_context(|| {
            format!(
                "{} names no folder of its own: name a new one",
                dir.display()
            )
        })?;
        let name = format!(".{}.{}.new", name.to_string_lossy(), std::process::id());
        let path = dir.with_file_name(name);
        make_private(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self {
            path,
            placed: false,
        })
    }

    /// Waits until all of it is on the disk, and gives it the name `dir`.
    fn take_name(mut self, dir: &Path) -> anyhow::Result<()> {
        let place = || {
            fs::File::open(&self.path)?.sync_all()?;
            fs::rename(&self.path, dir)?;
            match dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                Some(parent) => fs::File::open(parent)?.sync_all(),
                None => fs::File::open(".")?.sync_all(),
            }
        };
        place().with_context(|| format!("{} cannot be made", dir.display()))?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.placed {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}
