//! How the command line finds the process that owns a data folder: a note in the folder, readable by the folder's owner
//! only; and how that process proves that it wrote the note.
//!
//! A crash leaves the note behind, and any process may listen at its address afterwards. The command line therefore tells
//! nothing to that address before the process there has shown that it knows the token, which the note alone holds.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use countersign_store::custody::{self, CustodyError};
use hmac::digest::InvalidLength;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::private_file;
use crate::tls::Digest;

/// Where the owner listens, and the token that management calls must show.
#[derive(Clone, Serialize, Deserialize)]
pub struct OwnerNote {
    /// Such as `http://127.0.0.1:8480`.
    pub url: String,
    /// New at every start. Whoever can read the data folder may manage.
    pub token: String,
    /// The certificates that the owner shows, where it speaks TLS: nothing else is believed about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<Digest>,
}

/// Proves knowledge of an owner's token without telling it: the HMAC-SHA256 of a nonce under the token.
pub struct OwnerProof(Hmac<Sha256>);

impl OwnerProof {
    /// Returns the proof that a process with this token gives to someone who chose this nonce.
    ///
    /// # Errors
    /// Never, since HMAC takes keys of every length.
    pub fn of(token: &str, nonce: &str) -> Result<Self, InvalidLength> {
        let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes())?;
        for part in [DOMAIN, nonce] {
            mac.update(part.as_bytes());
        }
        Ok(Self(mac))
    }

    /// Returns the proof as 64 hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex::encode(self.0.finalize().into_bytes())
    }

    /// Returns whether `shown` is this proof in hexadecimal digits, in a time that does not depend on it.
    #[must_use]
    pub fn is(self, shown: &[u8]) -> bool {
        hex::decode(shown).is_ok_and(|shown| self.0.verify_slice(&shown).is_ok())
    }
}

impl std::fmt::Debug for OwnerProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OwnerProof(..)")
    }
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
        let posted = PostedNote {
            path: folder.join(NOTE),
            note: self.clone(),
        };
        posted.write(self)?;
        Ok(posted)
    }

    /// Returns the note in `folder`, if there is one.
    ///
    /// # Errors
    /// When another user can change the folder: a note of theirs would lead secrets to them.
    pub fn find(folder: &Path) -> Result<Option<Self>, CustodyError> {
        match custody::check(folder) {
            Ok(()) => Ok(Self::read(folder)),
            Err(CustodyError::Io { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&private_file::read(&folder.join(NOTE)).ok()?).ok()
    }
}

impl PostedNote {
    /// Tells the command line that the owner shows these certificates.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn names(&self, certificates: Vec<Digest>) -> io::Result<()> {
        self.write(&OwnerNote {
            certificates,
            ..self.note.clone()
        })
    }

    fn write(&self, note: &OwnerNote) -> io::Result<()> {
        private_file::replace(&self.path, &serde_json::to_vec(note)?)
    }
}

impl Drop for PostedNote {
    fn drop(&mut self) {
        // A successor may have left its own by now.
        if self
            .path
            .parent()
            .and_then(OwnerNote::read)
            .is_some_and(|found| found.token == self.note.token)
        {
            let _ = fs::remove_file(&self.path);
        }
    }
}

const NOTE: &str = "owner.json";

/// What the token is used for here, so that a proof serves no other purpose.
const DOMAIN: &str = "owner-proof:";
