//! Signing keys at rest: as text, and in the file `signing-keys.json` of a data folder.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign_core::application::TokenAlgorithm;
use countersign_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::key_ring::KeyRing;
use super::keys::SigningKeysError;
use super::signing_key::SigningKey;
use crate::config::private_file;

/// The name of the file in a data folder.
pub(crate) const KEY_FILE: &str = "signing-keys.json";

/// The file of a data folder.
#[derive(Debug)]
pub(super) struct KeyFile(PathBuf);

impl KeyFile {
    pub(super) fn of(folder: &Path) -> Self {
        Self(folder.join(KEY_FILE))
    }

    /// Reads the keys; `None` where there is no file.
    pub(super) fn read(&self) -> Result<Option<KeyRing>, SigningKeysError> {
        let bytes = match private_file::read(&self.0) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.unusable(source)),
        };
        let shown = self.0.display().to_string();
        if private_file::exposed(&self.0).map_err(|source| self.unusable(source))? {
            return Err(SigningKeysError::Exposed(shown));
        }
        let keys = read(&bytes).ok_or(SigningKeysError::Garbled(shown))?;
        Ok(Some(keys))
    }

    pub(super) fn write(&self, keys: &KeyRing) -> Result<(), SigningKeysError> {
        let text = written(keys).ok_or(SigningKeysError::Generation)?;
        private_file::replace(&self.0, &text).map_err(|source| self.unusable(source))
    }

    fn unusable(&self, source: io::Error) -> SigningKeysError {
        SigningKeysError::Io {
            path: self.0.clone(),
            source,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct KeyRecords {
    /// Those for RS256, the only ones that releases before 0.2 know.
    keys: Vec<KeyRecord>,
    /// Those for ES256. Absent in what releases before 0.2 wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    es256: Vec<KeyRecord>,
}

#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(rename_all = "camelCase")]
struct KeyRecord {
    /// Unix time in milliseconds.
    created_at: i64,
    /// Unix time in milliseconds.
    signs_from: i64,
    /// The private key, DER in hexadecimal.
    pkcs8: String,
}

/// Reads keys out of their text; `None` where it is another text, or holds none for RS256.
pub(super) fn read(text: &[u8]) -> Option<KeyRing> {
    let records: KeyRecords = serde_json::from_slice(text).ok()?;
    let rs256 = parse_all(TokenAlgorithm::Rs256, &records.keys)?;
    let es256 = parse_all(TokenAlgorithm::Es256, &records.es256)?;
    (!rs256.is_empty()).then_some(KeyRing { rs256, es256 })
}

/// Reads the keys for an algorithm, in the order in which they begin to sign.
fn parse_all(algorithm: TokenAlgorithm, records: &[KeyRecord]) -> Option<Vec<Arc<SigningKey>>> {
    let keys = records.iter().map(|record| parse(algorithm, record));
    let mut keys: Vec<_> = keys.collect::<Option<_>>()?;
    keys.sort_by_key(|key| key.signs_from);
    Some(keys)
}

fn parse(algorithm: TokenAlgorithm, record: &KeyRecord) -> Option<Arc<SigningKey>> {
    let der = hex::decode(&record.pkcs8).map(Zeroizing::new).ok()?;
    let (created_at, signs_from) = (record.created_at, record.signs_from);
    let times = [created_at, signs_from].map(Timestamp::from_millis);
    let [created_at, signs_from] = times;
    SigningKey::from_pkcs8(algorithm, &der, created_at, signs_from).map(Arc::new)
}

/// Returns the text of these keys; `None` where the cryptographic library fails.
pub(super) fn written(keys: &KeyRing) -> Option<Zeroizing<Vec<u8>>> {
    let record = |key: &Arc<SigningKey>| {
        Some(KeyRecord {
            created_at: key.created_at.as_millis(),
            signs_from: key.signs_from.as_millis(),
            pkcs8: hex::encode(key.to_pkcs8()?),
        })
    };
    let records = KeyRecords {
        keys: keys.rs256.iter().map(record).collect::<Option<_>>()?,
        es256: keys.es256.iter().map(record).collect::<Option<_>>()?,
    };
    let text = serde_json::to_vec_pretty(&records);
    text.map(Zeroizing::new).ok()
}
