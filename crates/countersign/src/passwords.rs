//! Passwords of people: Argon2id, of which a bounded number is made at once.
//!
//! A hash takes 19 MiB and some tens of milliseconds on purpose. So four are made at once, whoever floods the page of
//! signing in, and somebody who waits longer than two seconds hears that the service is busy.

use std::sync::Arc;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use countersign_core::entropy::Entropy;
use countersign_core::secret::Secret;
use subtle::ConstantTimeEq as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use zeroize::Zeroizing;

/// The memory in KiB, the passes and the lanes of a new hash.
const COST: Cost = Cost {
    memory: 19_456,
    passes: 2,
    lanes: 1,
};

/// The number of hashes that are made at once.
const AT_ONCE: usize = 4;

/// How long a hash waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// The bytes of a salt, and of a hash.
const SALT: usize = 16;
const HASH: usize = 32;

/// Too many passwords are hashed at once, or the machine lacks memory or randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are compared at once")]
pub(crate) struct Busy;

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compared {
    Wrong,
    Right,
    /// Right, and kept by a hash that costs less than new ones do: it is to be made anew.
    RightAndOld,
}

/// Hashes passwords, and compares them with hashes.
#[derive(Clone)]
pub(crate) struct Passwords {
    places: Arc<Semaphore>,
    entropy: Arc<dyn Entropy>,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords").finish_non_exhaustive()
    }
}

/// The work that a hash takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    memory: u32,
    passes: u32,
    lanes: u32,
}

/// A hash as it is kept.
struct Kept {
    cost: Cost,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Passwords {
    pub(crate) fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            entropy,
        }
    }

    /// Returns what is kept of a password: a PHC string.
    pub(crate) async fn hash(&self, password: &str) -> Result<Secret, Busy> {
        let mut salt = vec![0; SALT];
        self.entropy.fill(&mut salt).map_err(|_| Busy)?;
        let kept = Kept {
            cost: COST,
            salt,
            hash: Vec::new(),
        };
        let (kept, hash) = self.work(kept, password).await?;
        Ok(Kept { hash, ..kept }.text())
    }

    /// Compares a password with what is kept. Without anything kept this takes as long, and finds it wrong.
    pub(crate) async fn compare(
        &self,
        kept: Option<&Secret>,
        password: &str,
    ) -> Result<Compared, Busy> {
        let kept = kept.and_then(Kept::read).unwrap_or_else(|| Kept {
            cost: COST,
            salt: vec![0; SALT],
            hash: Vec::new(),
        });
        let (kept, hash) = self.work(kept, password).await?;
        Ok(match bool::from(kept.hash.ct_eq(&hash)) {
            false => Compared::Wrong,
            true if kept.cost == COST => Compared::Right,
            true => Compared::RightAndOld,
        })
    }

    async fn work(&self, kept: Kept, password: &str) -> Result<(Kept, Vec<u8>), Busy> {
        let place = timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| Busy)?.map_err(|_| Busy)?;
        let password = Zeroizing::new(password.to_owned());
        let work = tokio::task::spawn_blocking(move || {
            let hash = kept.cost.hash(&password, &kept.salt);
            drop::<OwnedSemaphorePermit>(place);
            Some((kept, hash?))
        });
        work.await.ok().flatten().ok_or(Busy)
    }
}

impl Cost {
    fn hash(self, password: &str, salt: &[u8]) -> Option<Vec<u8>> {
        let params = Params::new(self.memory, self.passes, self.lanes, Some(HASH)).ok()?;
        let mut hash = vec![0; HASH];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.as_bytes(), salt, &mut hash)
            .ok()?;
        Some(hash)
    }
}

impl Kept {
    fn text(&self) -> Secret {
        let Cost {
            memory,
            passes,
            lanes,
        } = self.cost;
        let encoded = |bytes: &[u8]| BASE64_STANDARD_NO_PAD.encode(bytes);
        Secret::new(format!(
            "$argon2id$v=19$m={memory},t={passes},p={lanes}${}${}",
            encoded(&self.salt),
            encoded(&self.hash)
        ))
    }

    /// Reads what [`Kept::text`] wrote; `None` for anything else.
    fn read(kept: &Secret) -> Option<Self> {
        let rest = kept.reveal().strip_prefix("$argon2id$v=19$")?;
        let mut parts = rest.split('$');
        let mut costs = parts.next()?.split(',');
        let mut cost = |name: &str| {
            let cost = costs.next()?.strip_prefix(name)?.strip_prefix('=')?;
            cost.parse().ok()
        };
        let cost = Cost {
            memory: cost("m")?,
            passes: cost("t")?,
            lanes: cost("p")?,
        };
        let mut bytes = || BASE64_STANDARD_NO_PAD.decode(parts.next()?).ok();
        let (salt, hash) = (bytes()?, bytes()?);
        // With another length of one of them no hash can be made, or none would be equal.
        (salt.len() == SALT && hash.len() == HASH).then_some(Self { cost, salt, hash })
    }
}

#[cfg(test)]
mod tests {
    use countersign_core::testing::CountingEntropy;

    use super::*;

    // shows: G1
    #[tokio::test]
    async fn a_password_is_found_right_by_its_own_hash_alone() {
        let passwords = Passwords::new(Arc::new(CountingEntropy::default()));
        let kept = passwords.hash("correct horse battery").await.unwrap();
        let again = passwords.hash("correct horse battery").await.unwrap();
        assert_ne!(kept, again, "each has a salt of its own");
        assert!(kept.reveal().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let found = async |kept, password| passwords.compare(kept, password).await.unwrap();
        assert_eq!(
            found(Some(&kept), "correct horse battery").await,
            Compared::Right
        );
        assert_eq!(
            found(Some(&kept), "correct horse batterY").await,
            Compared::Wrong
        );
        assert_eq!(found(None, "correct horse battery").await, Compared::Wrong);
        for kept in ["", "!", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$"] {
            let kept = Secret::new(kept.to_owned());
            let compared = passwords.compare(Some(&kept), "").await;
            assert_eq!(compared.unwrap(), Compared::Wrong);
        }
    }

    /// The first vector of the reference implementation with one lane and Argon2id: `argon2 somesalt -id -t 2 -k 256 -p 1`.
    #[tokio::test]
    async fn a_hash_of_less_cost_is_right_and_told_to_be_old() {
        let passwords = Passwords::new(Arc::new(CountingEntropy::default()));
        let cost = Cost {
            memory: 256,
            passes: 2,
            lanes: 1,
        };
        let kept = Kept {
            cost,
            salt: [7; SALT].to_vec(),
            hash: cost.hash("password", &[7; SALT]).unwrap(),
        };
        let hex = hex::encode(cost.hash("password", b"somesalt").unwrap());
        assert_eq!(
            hex,
            "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"
        );
        let compared = passwords.compare(Some(&kept.text()), "password").await;
        assert_eq!(compared.unwrap(), Compared::RightAndOld);
    }
}
