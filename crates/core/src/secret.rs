//! Secrets that an operator entrusts to the service.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret of a vendor account or of an access key. A store seals it at rest; no answer shows it again.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Takes `text` as it is, empty or not.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the secret in clear. Call this only to sign with it, to hand it to its vendor, or to seal it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns the last four characters of a secret of 16 characters or more, so that a person can tell it from
    /// others; returns nothing of a shorter one.
    #[must_use]
    pub fn hint(&self) -> String {
        let count = self.0.chars().count();
        let shown = if count >= 16 { 4 } else { 0 };
        self.0.chars().skip(count - shown).collect()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
