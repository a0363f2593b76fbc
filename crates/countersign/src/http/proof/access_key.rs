//! Access keys that prove who they are, by their secret.

use countersign_core::ports::setup::{AccessKey, Setup};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// Stands in for the secret of a key that does not exist, so that the same work is done.
const NO_SECRET: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Returns the key `id` if `proves` holds for its secret. Does the same work for an id that does not exist.
pub(crate) fn find<'a>(
    setup: &'a Setup,
    id: &str,
    proves: impl FnOnce(&str) -> Choice,
) -> Option<&'a AccessKey> {
    let key = setup.access_keys.get(id).map(|held| &**held);
    let proved = proves(key.map_or(NO_SECRET, |key| key.secret.reveal()));
    key.filter(|_| proved.into())
}

/// Compares two secrets. Takes the same time for every wrong one.
pub(crate) fn same_secret(secret: &str, shown: &str) -> Choice {
    let digest = |text: &str| Sha256::digest(text.as_bytes());
    digest(secret).as_slice().ct_eq(digest(shown).as_slice())
}

#[cfg(test)]
mod tests {
    use countersign_core::ports::setup::{Change, Setting};
    use countersign_core::secret::Secret;
    use countersign_core::time::Timestamp;

    use super::*;

    #[test]
    fn only_the_secret_of_a_key_proves_it() {
        let secret = "b1c6553b72e1094e5e8a4f12038e457596c6553b72e1094e5e8a4f12038e4575";
        let key = AccessKey {
            id: "0a1b2c3d4e5f60718293a4b5".to_owned(),
            secret: Secret::new(secret.to_owned()),
            created_at: Timestamp::default(),
        };
        let setup = Setup::default().after(Change::Put(Setting::AccessKey(key.clone())));
        let right =
            |id: &str, shown: &str| find(&setup, id, |secret| same_secret(secret, shown)).is_some();
        assert!(right(&key.id, secret));
        for (id, shown) in [
            (key.id.as_str(), ""),
            (&key.id, NO_SECRET),
            (&key.id, &secret[1..]),
            ("", ""),
            ("nobody", NO_SECRET),
            ("nobody", secret),
        ] {
            assert!(!right(id, shown), "{id} {shown}");
        }
    }
}
