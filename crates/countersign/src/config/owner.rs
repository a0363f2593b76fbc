//! How the command line finds the process that owns a data folder: a note in the folder, readable by
//! the folder's owner only.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Where the owner listens, and the token that management calls must show.
#[derive(Clone, Serialize, Deserialize)]
pub struct OwnerNote {
    /// Such as `http://127.0.0.1:8480`.
    pub url: String,
    /// New at every start. Whoever can read the data folder may manage.
    pub token: String,
}

impl std::fmt::Debug for OwnerNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnerNote")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// A note that is taken away when the owner ends.
#[derive(Debug)]
pub struct PostedNote {
    path: PathBuf,
    note: OwnerNote,
}

impl OwnerNote {
    /// Leaves the note in `folder`, in place of an older one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn post(&self, folder: &Path) -> io::Result<PostedNote> {
        let path = folder.join(NOTE);
        if path.exists() {
            fs::remove_file(&path)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        Ok(PostedNote {
            path,
            note: self.clone(),
        })
    }

    /// The note in `folder`, if there is one.
    #[must_use]
    pub fn find(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(folder.join(NOTE)).ok()?).ok()
    }
}

impl Drop for PostedNote {
    fn drop(&mut self) {
        // A successor may have left its own by now.
        if self
            .path
            .parent()
            .and_then(OwnerNote::find)
            .is_some_and(|found| found.token == self.note.token)
        {
            let _ = fs::remove_file(&self.path);
        }
    }
}

const NOTE: &str = "owner.json";
