//! Random texts that stand for somebody, and the hashes that are kept of them.

use std::fmt;

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::entropy::{Entropy, EntropyError, random_hex};
use crate::secret::Secret;

/// The SHA-256 of a random text of 256 bits. Nobody can find the text by it. Comparing two takes the same time wherever they
/// differ.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Returns the hash of a text that somebody shows.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Takes the bytes of a hash.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes, for a store to keep.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for TokenHash {}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

/// Makes a token: 64 hexadecimal digits.
///
/// # Errors
/// [`EntropyError`] when the random source fails.
pub fn generate(entropy: &dyn Entropy) -> Result<Secret, EntropyError> {
    random_hex::<32>(entropy).map(Secret::new)
}
