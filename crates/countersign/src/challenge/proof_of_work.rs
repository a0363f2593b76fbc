//! The protocol ALTCHA, version 2, by its official crate.
//!
//! The expiry that the protocol knows is a time of the wall clock, which somebody may set. The challenge therefore carries the time
//! of the ledger's clock too, under the same signature, and both must agree that it lives.

use std::collections::BTreeMap;

use altcha::{
    Challenge, ChallengeParameters, HmacAlgorithm, Payload, VerifySolutionOptions, sign_challenge,
    verify_solution,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign_api::{AltchaBinding, AltchaChallenge, AltchaParameters};
use countersign_core::challenge::{ChallengeKey, LIFE, Subject};
use countersign_core::entropy::{Entropy, EntropyError, random_hex};
use countersign_core::time::Timestamp;
use serde_json::json;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// The derivation, which every browser has.
const ALGORITHM: &str = "PBKDF2/SHA-256";

/// The length of a derived key in bytes.
const KEY_LENGTH: u32 = 32;

/// The beginning of the derived key that is looked for: it takes 256 guesses on average.
const KEY_PREFIX: &str = "00";

/// The same moment on two clocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// On the ledger's clock.
    pub(super) now: Timestamp,
    /// On the clock that the rest of the world goes by.
    pub(super) wall: Timestamp,
}

/// Issues a challenge under `key`, for `subject`, of `cost` rounds a guess.
///
/// # Errors
/// [`EntropyError`] when `entropy` fails.
pub(super) fn issue(
    key: &ChallengeKey,
    subject: Subject<'_>,
    cost: u32,
    moment: Moment,
    entropy: &dyn Entropy,
) -> Result<AltchaChallenge, EntropyError> {
    let parameters = AltchaParameters {
        algorithm: ALGORITHM.to_owned(),
        cost,
        data: AltchaBinding {
            binding: key.binding(subject),
            issued: moment.now.as_millis(),
        },
        expires_at: moment.wall.after(LIFE).as_millis().div_euclid(1_000),
        key_length: KEY_LENGTH,
        key_prefix: KEY_PREFIX.to_owned(),
        nonce: random_hex::<16>(entropy)?,
        salt: random_hex::<16>(entropy)?,
    };
    let signature = signature(&of_wire(&parameters), &key.signing_secret());
    Ok(AltchaChallenge {
        parameters,
        // Unreachable: these parameters are JSON, and HMAC takes a key of any length.
        signature: signature.ok_or(EntropyError)?,
    })
}

/// A challenge with its alleged solution, as a caller sent them.
pub(super) struct Claim(Payload);

/// Reads a solution; `None` for any other text, such as the token of a verifier.
pub(super) fn read(solution: &str) -> Option<Claim> {
    let json = BASE64_STANDARD.decode(solution).ok()?;
    serde_json::from_slice(&json).ok().map(Claim)
}

impl Claim {
    /// Returns the secret under which the challenge is signed, if it was issued under `key` for `subject` and lives. This costs two
    /// MACs, whatever the challenge says.
    pub(super) fn signed_by(
        &self,
        key: &ChallengeKey,
        subject: Subject<'_>,
        moment: Moment,
    ) -> Option<Zeroizing<String>> {
        let Challenge {
            parameters,
            signature: claimed,
        } = &self.0.challenge;
        let data = parameters.data.as_ref()?;
        let binding = data.get("binding")?.as_str()?;
        let issued = Timestamp::from_millis(data.get("issued")?.as_i64()?);
        let lives = moment.now < issued.after(LIFE);
        if !lives || !is_equal(binding, &key.binding(subject)) {
            return None;
        }
        let secret = key.signing_secret();
        let signature = signature(parameters, &secret)?;
        let begins = self.0.solution.derived_key.starts_with(KEY_PREFIX);
        (is_equal(claimed.as_deref()?, &signature) && begins).then_some(secret)
    }

    /// Returns whether the work was done, of a challenge that is signed under `secret`. This costs one derivation.
    pub(super) fn is_solved(&self, secret: &str) -> bool {
        let Payload {
            challenge,
            solution,
        } = &self.0;
        let options = VerifySolutionOptions::new(challenge, solution, secret);
        verify_solution(options).is_ok_and(|verdict| verdict.verified)
    }

    /// The name of the challenge, under which the use of its solution is recorded.
    pub(super) fn name(&self) -> String {
        format!("altcha:{}", self.0.challenge.parameters.nonce)
    }
}

fn is_equal(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// The signature over the parameters, all of them, as the protocol makes it.
fn signature(parameters: &ChallengeParameters, secret: &str) -> Option<String> {
    let mut parameters = parameters.clone();
    let signed = sign_challenge(&HmacAlgorithm::Sha256, &mut parameters, None, secret, None);
    signed.ok()?.signature
}

/// The parameters, in the type of the crate.
fn of_wire(parameters: &AltchaParameters) -> ChallengeParameters {
    let AltchaBinding { binding, issued } = &parameters.data;
    let data = BTreeMap::from([
        ("binding".to_owned(), json!(binding)),
        ("issued".to_owned(), json!(issued)),
    ]);
    ChallengeParameters {
        algorithm: parameters.algorithm.clone(),
        cost: parameters.cost,
        data: Some(data),
        expires_at: Some(parameters.expires_at),
        key_length: KEY_LENGTH as usize,
        key_prefix: parameters.key_prefix.clone(),
        key_signature: None,
        memory_cost: None,
        nonce: parameters.nonce.clone(),
        parallelism: None,
        salt: parameters.salt.clone(),
    }
}
