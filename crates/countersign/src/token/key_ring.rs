//! The keys of both algorithms.

use std::sync::Arc;

use countersign_core::application::TokenAlgorithm;
use countersign_core::time::Timestamp;

use super::keys::SigningKeysError;
use super::schedule::{self, LEAD, Role};
use super::signing_key::SigningKey;

/// The keys of a deployment, each list in the order in which they begin to sign.
#[derive(Debug, Clone, Default)]
pub(super) struct KeyRing {
    /// Never empty.
    pub(super) rs256: Vec<Arc<SigningKey>>,
    /// Empty in what a release before 0.2 wrote.
    pub(super) es256: Vec<Arc<SigningKey>>,
}

impl KeyRing {
    /// The first keys of a deployment, which sign at once: nobody has cached their absence.
    pub(super) fn first(now: Timestamp) -> Result<Self, SigningKeysError> {
        Ok(Self {
            rs256: vec![generate(TokenAlgorithm::Rs256, now, now)?],
            es256: vec![generate(TokenAlgorithm::Es256, now, now)?],
        })
    }

    /// Adds a key of each algorithm, which begins to sign [`LEAD`] after `now`, and returns them: for RS256, and for ES256.
    pub(super) fn add_next(
        &mut self,
        now: Timestamp,
    ) -> Result<[Arc<SigningKey>; 2], SigningKeysError> {
        let signs_from = now.after(LEAD);
        let rs256 = generate(TokenAlgorithm::Rs256, now, signs_from)?;
        let es256 = generate(TokenAlgorithm::Es256, now, signs_from)?;
        self.rs256.push(Arc::clone(&rs256));
        self.es256.push(Arc::clone(&es256));
        Ok([rs256, es256])
    }

    /// Adds a key for ES256 where there is none. It waits like any next one: the keys for RS256 are in caches without it.
    pub(super) fn complete(&mut self, now: Timestamp) -> Result<(), SigningKeysError> {
        if self.es256.is_empty() {
            let key = generate(TokenAlgorithm::Es256, now, now.after(LEAD))?;
            self.es256.push(key);
        }
        Ok(())
    }

    /// These keys, and those for ES256 of `own` that are published at `now`: a version without ES256 leaves them out of what it writes.
    pub(super) fn with_es256_of(mut self, own: &Self, now: Timestamp) -> Self {
        for key in own.still_needed(now).es256 {
            if self
                .es256
                .iter()
                .all(|known| known.public.kid != key.public.kid)
            {
                self.es256.push(key);
            }
        }
        self.es256.sort_by_key(|key| key.signs_from);
        self
    }

    /// Those that are published at `now`.
    pub(super) fn still_needed(&self, now: Timestamp) -> Self {
        let needed = |algorithm| {
            let keys = self.with_roles(algorithm, now).into_iter();
            keys.map(|(_, key)| key).collect()
        };
        Self {
            rs256: needed(TokenAlgorithm::Rs256),
            es256: needed(TokenAlgorithm::Es256),
        }
    }

    /// The keys for this algorithm that are published at `now`, with what each is for; the one that signs is the first.
    pub(super) fn in_use(
        &self,
        algorithm: TokenAlgorithm,
        now: Timestamp,
    ) -> Vec<(Role, Arc<SigningKey>)> {
        let mut keys = self.with_roles(algorithm, now);
        keys.sort_by_key(|(role, _)| *role);
        keys
    }

    /// How many keys there are for each algorithm.
    pub(super) fn sizes(&self) -> [usize; 2] {
        [self.rs256.len(), self.es256.len()]
    }

    fn with_roles(
        &self,
        algorithm: TokenAlgorithm,
        now: Timestamp,
    ) -> Vec<(Role, Arc<SigningKey>)> {
        let keys = match algorithm {
            TokenAlgorithm::Rs256 => &self.rs256,
            TokenAlgorithm::Es256 => &self.es256,
        };
        // In place of a key for ES256 that waits, one for RS256 signs.
        let must_sign = algorithm == TokenAlgorithm::Rs256;
        let signs_from: Vec<_> = keys.iter().map(|key| key.signs_from).collect();
        let roles = schedule::roles(&signs_from, now, must_sign).into_iter();
        roles
            .zip(keys.iter().map(Arc::clone))
            .filter(|(role, _)| *role != Role::Over)
            .collect()
    }
}

fn generate(
    algorithm: TokenAlgorithm,
    now: Timestamp,
    signs_from: Timestamp,
) -> Result<Arc<SigningKey>, SigningKeysError> {
    let key = SigningKey::generate(algorithm, now, signs_from);
    key.map(Arc::new).ok_or(SigningKeysError::Generation)
}
