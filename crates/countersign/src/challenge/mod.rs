//! Challenges as callers meet them: issued by the protocol ALTCHA, and their solutions judged. What they are bound to, their life
//! and their cost are rules of [`countersign_core::challenge`].
//!
//! A solution is judged in the order of what it costs the service: its length and shape, its end, the MAC of what it is bound to, the
//! signature over all of it, the beginning of its key, and only then the derivation of that key. Derivations run off the threads
//! that serve requests, on half of the cores at most.

mod hosts;
mod proof_of_work;
mod verifier;

use std::sync::Arc;
use std::time::Duration;

use countersign_api::{ChallengeKind, DemandedChallenge};
use countersign_core::application::Application;
use countersign_core::challenge::{ChallengeKey, LIFE, Subject};
use countersign_core::code::keyring::PasscodeKeyring;
use countersign_core::entropy::{Entropy, EntropyError};
use countersign_core::time::Clock;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use proof_of_work::Moment;

pub use verifier::{Verifier, VerifierKind, VerifierSettings};

/// The most characters of a solution: those of a token of Turnstile.
const MOST_LENGTH: usize = 2_048;

/// The time for which a solution waits for a derivation. After that it proves nothing, and the caller gets a new challenge.
const PATIENCE: Duration = Duration::from_secs(2);

/// The verdict about a solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Judged {
    /// The work was done, or the verifier says that a person is there. Holds the name under which the use is recorded.
    Solved(String),
    /// The solution proves nothing.
    Worthless,
    /// The verifier did not answer, so its token proves nothing.
    Unverified,
}

/// Issues challenges and judges solutions. Nothing of a challenge is kept.
pub struct Challenges {
    keys: PasscodeKeyring,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    verifier: Option<Verifier>,
    /// A permit for each derivation at once.
    derivations: Arc<Semaphore>,
}

impl std::fmt::Debug for Challenges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Challenges")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}

impl Challenges {
    /// Issues challenges under a key of their own, derived from each of `keys`. A token of `verifier` is a solution too.
    #[must_use]
    pub fn new(
        keys: PasscodeKeyring,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        verifier: Option<Verifier>,
    ) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            keys,
            clock,
            entropy,
            verifier,
            derivations: Arc::new(Semaphore::new((cores / 2).max(1))),
        }
    }

    /// Issues a challenge of this `cost` in rounds. It names the verifier if `offers_verifier` and there is one.
    ///
    /// # Errors
    /// [`EntropyError`] when randomness fails.
    pub(crate) fn issue(
        &self,
        subject: Subject<'_>,
        cost: u32,
        offers_verifier: bool,
    ) -> Result<DemandedChallenge, EntropyError> {
        let keys = self.keys.keys();
        let key = keys.newest().of_challenges();
        let verifier = self.verifier.as_ref().filter(|_| offers_verifier);
        Ok(DemandedChallenge {
            kind: ChallengeKind::Altcha,
            challenge: proof_of_work::issue(&key, subject, cost, self.moment(), &*self.entropy)?,
            expires_in: LIFE.as_secs(),
            verifier: verifier.map(|verifier| verifier.offer(&key, subject)),
        })
    }

    /// Judges a solution of a caller of `app`, without using it up.
    pub(crate) async fn judge(
        &self,
        app: &Application,
        subject: Subject<'_>,
        solution: &str,
    ) -> Judged {
        if solution.is_empty() || solution.len() > MOST_LENGTH {
            return Judged::Worthless;
        }
        let keys: Vec<_> = self
            .keys
            .keys()
            .iter()
            .map(|key| key.of_challenges())
            .collect();
        match (proof_of_work::read(solution), &self.verifier) {
            (Some(claim), _) => self.judge_work(&keys, subject, claim).await,
            (None, Some(verifier)) => {
                verifier
                    .judge(&keys, app, subject, solution, self.clock.wall())
                    .await
            }
            (None, None) => Judged::Worthless,
        }
    }

    async fn judge_work(
        &self,
        keys: &[ChallengeKey],
        subject: Subject<'_>,
        claim: proof_of_work::Claim,
    ) -> Judged {
        let moment = self.moment();
        let mut keys = keys.iter();
        let Some(secret) = keys.find_map(|key| claim.signed_by(key, subject, moment)) else {
            return Judged::Worthless;
        };
        let free = Arc::clone(&self.derivations).acquire_owned();
        let Ok(Ok(permit)) = timeout(PATIENCE, free).await else {
            return Judged::Worthless;
        };
        let derived = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            claim.is_solved(&secret).then(|| claim.name())
        });
        match derived.await {
            Ok(Some(name)) => Judged::Solved(name),
            Ok(None) | Err(_) => Judged::Worthless,
        }
    }

    fn moment(&self) -> Moment {
        Moment {
            now: self.clock.now(),
            wall: self.clock.wall(),
        }
    }
}

#[cfg(test)]
mod tests;
