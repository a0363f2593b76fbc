//! Access keys: what programs of the operator's prove themselves with.

use countersign_core::entropy::{Entropy, EntropyError};
use countersign_core::ports::setup::{AccessKey, Setup};
use countersign_core::secret::Secret;
use countersign_core::time::Timestamp;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

/// Stands in for the secret of a key that does not exist, so that the same work is done.
const NOBODYS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A new key: 24 and 64 random hexadecimal digits.
///
/// # Errors
/// When the random source fails.
pub fn generate(entropy: &dyn Entropy, now: Timestamp) -> Result<AccessKey, EntropyError> {
    let (mut id, mut secret) = ([0; 12], Zeroizing::new([0; 32]));
    entropy.fill(&mut id)?;
    entropy.fill(secret.as_mut_slice())?;
    Ok(AccessKey {
        id: hex::encode(id),
        secret: Secret::new(hex::encode(secret.as_slice())),
        created_at: now,
    })
}

/// The key of that id, if there is one and `proves` holds for its secret. Does the same work for an id that does
/// not exist.
pub(crate) fn find<'a>(
    setup: &'a Setup,
    id: &str,
    proves: impl FnOnce(&str) -> Choice,
) -> Option<&'a AccessKey> {
    let key = setup.access_keys.get(id).map(|held| &**held);
    let proved = proves(key.map_or(NOBODYS, |key| key.secret.reveal()));
    key.filter(|_| proved.into())
}

/// Whether `shown` is that secret. Takes the same time for every wrong one.
pub(crate) fn same_secret(secret: &str, shown: &str) -> Choice {
    let digest = |text: &str| Sha256::digest(text.as_bytes());
    digest(secret).as_slice().ct_eq(digest(shown).as_slice())
}

#[cfg(test)]
mod tests {
    use countersign_core::ports::setup::{Change, Setting};

    use super::*;
    use crate::system::OsEntropy;

    #[test]
    fn only_the_secret_of_a_key_proves_it() {
        let key = generate(&OsEntropy, Timestamp::default()).unwrap();
        assert_eq!((key.id.len(), key.secret.reveal().len()), (24, 64));
        let secret = key.secret.reveal().to_owned();
        let setup = Setup::default().after(Change::Put(Setting::AccessKey(key.clone())));
        let right =
            |id: &str, shown: &str| find(&setup, id, |secret| same_secret(secret, shown)).is_some();
        assert!(right(&key.id, &secret));
        for (id, shown) in [
            (key.id.as_str(), ""),
            (&key.id, NOBODYS),
            (&key.id, &secret[1..]),
            ("", ""),
            ("nobody", NOBODYS),
            ("nobody", &secret),
        ] {
            assert!(!right(id, shown), "{id} {shown}");
        }
    }
}
