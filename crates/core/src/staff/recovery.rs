//! Recovery codes: what a person keeps on paper for the day on which the authenticator app is lost. Each is good once.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::totp::base32;
use crate::entropy::{Entropy, EntropyError};
use crate::secret::Secret;

/// The number of codes that a person gets at once.
pub const COUNT: usize = 10;

/// The number of random bytes of a code: 80 bits.
const BYTES: usize = 10;

/// What is kept of a person's recovery codes: MACs of those that are not used, under a key of their own.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCodes {
    key: [u8; 32],
    unused: Vec<[u8; 32]>,
}

impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoveryCodes")
            .field("unused", &self.unused.len())
            .finish_non_exhaustive()
    }
}

impl RecoveryCodes {
    /// Makes codes, and what is kept of them. A code is shown as four groups of four characters.
    ///
    /// # Errors
    /// [`EntropyError`] when the random source fails.
    pub fn generate(entropy: &dyn Entropy) -> Result<(Vec<Secret>, Self), EntropyError> {
        let mut key = [0; 32];
        entropy.fill(&mut key)?;
        let (mut shown, mut unused) = (Vec::new(), Vec::new());
        for _ in 0..COUNT {
            let mut bytes = Zeroizing::new([0; BYTES]);
            entropy.fill(bytes.as_mut_slice())?;
            let code = Zeroizing::new(base32(bytes.as_slice()));
            unused.push(mac(&key, &code));
            let groups: Vec<&str> = [0, 4, 8, 12].map(|from| &code[from..from + 4]).into();
            shown.push(Secret::new(groups.join("-")));
        }
        Ok((shown, Self { key, unused }))
    }

    /// Takes what a store kept: the key and the MACs of the codes that are not used.
    #[must_use]
    pub const fn kept(key: [u8; 32], unused: Vec<[u8; 32]>) -> Self {
        Self { key, unused }
    }

    /// Returns the key and the MACs of the codes that are not used, for a store to seal.
    #[must_use]
    pub fn parts(&self) -> (&[u8; 32], &[[u8; 32]]) {
        (&self.key, &self.unused)
    }

    /// Returns how many codes are not used.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.unused.len()
    }

    /// Returns the codes without `code`, if it is one of them, however it is grouped and in either case.
    #[must_use]
    pub fn without(&self, code: &str) -> Option<Self> {
        let typed = code.chars().filter(char::is_ascii_alphanumeric);
        let typed: String = typed.map(|c| c.to_ascii_uppercase()).collect();
        let shown = mac(&self.key, &typed);
        let is_it = |mac: &[u8; 32]| bool::from(mac.ct_eq(&shown));
        let unused: Vec<_> = self
            .unused
            .iter()
            .filter(|mac| !is_it(mac))
            .copied()
            .collect();
        (unused.len() < self.unused.len()).then_some(Self {
            key: self.key,
            unused,
        })
    }
}

fn mac(key: &[u8; 32], code: &str) -> [u8; 32] {
    // HMAC takes a key of any length.
    let mac = Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(code.as_bytes()));
    mac.map(|mac| mac.finalize().into_bytes().into())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::CountingEntropy;

    #[test]
    fn a_code_is_good_once_however_it_is_typed() {
        let (shown, kept) = RecoveryCodes::generate(&CountingEntropy::default()).unwrap();
        assert_eq!((shown.len(), kept.left()), (COUNT, COUNT));
        let code = shown[3].reveal();
        assert_eq!(code.len(), "abcd-efgh-ijkl-mnop".len());
        let typed = code.replace('-', " ").to_lowercase();
        let after = kept.without(&typed).unwrap();
        assert_eq!(after.left(), COUNT - 1);
        assert_eq!(after.without(code), None, "used");
        assert!(
            after.without(shown[4].reveal()).is_some(),
            "the others stay"
        );
        assert_eq!(kept.without("AAAA-AAAA-AAAA-AAAA"), None);
        assert_eq!(kept.without(""), None);
    }
}
