//! Sealing: the one cipher for every secret that is kept at rest and must be read again.
//!
//! The cipher is AES-256-GCM-SIV under a nonce derived from an id. One id may name several secrets over time (a
//! setting that is changed): the cipher then reveals whether two of them are equal, and no more.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};

/// The last byte of every sealed secret. It names the key and the format.
const SEAL_VERSION: u8 = 1;

/// A key that seals and opens. Its `Debug` shows nothing of it.
pub struct SealingKey(LessSafeKey);

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(..)")
    }
}

impl SealingKey {
    /// Takes 32 random bytes; `None` if the cipher refuses them.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Option<Self> {
        let key = UnboundKey::new(&AES_256_GCM_SIV, key).ok()?;
        Some(Self(LessSafeKey::new(key)))
    }

    /// Seals `secret`, so that it opens for this `id` and `context` only; `None` if it cannot be sealed. The
    /// result is 17 bytes longer than the secret.
    #[must_use]
    pub fn seal(&self, secret: &[u8], id: &[u8; 16], context: &[u8]) -> Option<Vec<u8>> {
        let mut sealed = Vec::with_capacity(secret.len() + 1 + AES_256_GCM_SIV.tag_len());
        sealed.extend_from_slice(secret);
        let aad = Aad::from([context, id].concat());
        self.0
            .seal_in_place_append_tag(nonce(id)?, aad, &mut sealed)
            .ok()?;
        sealed.push(SEAL_VERSION);
        Some(sealed)
    }

    /// Opens what [`SealingKey::seal`] made; `None` for anything else.
    #[must_use]
    pub fn open(&self, sealed: &[u8], id: &[u8; 16], context: &[u8]) -> Option<Vec<u8>> {
        let (&SEAL_VERSION, sealed) = sealed.split_last()? else {
            return None;
        };
        let (mut opened, aad) = (sealed.to_vec(), Aad::from([context, id].concat()));
        let length = self
            .0
            .open_in_place(nonce(id)?, aad, &mut opened)
            .ok()?
            .len();
        opened.truncate(length);
        Some(opened)
    }
}

/// Derives the nonce from the part of an id that rarely repeats. The whole id is authenticated as well. If two
/// ids share that part, the cipher reveals whether the same secret was sealed, and no more.
fn nonce(id: &[u8; 16]) -> Option<Nonce> {
    id.last_chunk()
        .map(|part| Nonce::assume_unique_for_key(*part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_under_its_key_id_and_context_only() {
        let (key, id) = (SealingKey::new(&[1; 32]).unwrap(), [7; 16]);
        let sealed = key.seal(b"secret", &id, b"row").unwrap();
        assert_eq!(sealed.len(), 6 + 17);
        assert_eq!(
            key.open(&sealed, &id, b"row").as_deref(),
            Some(&b"secret"[..])
        );
        assert_eq!(key.open(&sealed, &id, b"other"), None);
        assert_eq!(key.open(&sealed, &[8; 16], b"row"), None);
        let other = SealingKey::new(&[2; 32]).unwrap();
        assert_eq!(other.open(&sealed, &id, b"row"), None);
        for i in 0..sealed.len() {
            let mut torn = sealed.clone();
            torn[i] ^= 1;
            assert_eq!(key.open(&torn, &id, b"row"), None, "byte {i}");
        }
    }
}
