//! Challenges: work that a caller proves before a code is sent or compared, where a rule demands it.
//!
//! A challenge is for one [`Subject`]: what is asked, by which application, for which channel and number. Its solution is good
//! [once](crate::ports::ledger::Ledger::use_token) within [`LIFE`]. Issuing leaves nothing in memory: the challenge itself carries
//! all that is needed to judge its solution, under a MAC of a [`ChallengeKey`].
//!
//! A solution is used up as soon as a rule hears of it, even where another rule then refuses the send: each solution moves one send
//! past the rules that demand work, and no more. A caller that waits out the other rule is given a new challenge where one is needed
//! still.

use std::fmt;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::application::AppId;
use crate::channel::Channel;
use crate::limit::Refusal;
use crate::phone::PhoneNumber;
use crate::policy::NODES_APART;

/// The life of a challenge: a solution that comes later proves nothing.
pub const LIFE: Duration = Duration::from_secs(300);

/// The time for which the use of a solution is remembered: its [`LIFE`] on both sides of the time that a verifier has put into
/// it, whatever the clocks of nodes say.
pub const REMEMBERED: Duration = Duration::from_secs(2 * LIFE.as_secs() + NODES_APART.as_secs());

/// The cost of the cheapest challenge: the rounds of PBKDF2 behind one guess at the solution.
pub const LEAST_COST: u32 = 5_000;

/// The number of times that the cost may double: the dearest challenge costs 40,000 rounds a guess. With the 256 guesses that a
/// solution takes on average these are 10 million rounds, some three seconds on the four cores of a phone.
const MOST_DOUBLINGS: u32 = 3;

/// Returns the cost of a challenge in rounds, from [`LEAST_COST`] on: it doubles whenever the weight that the rule counts does. A
/// solved challenge goes on counting, so a caller that solves one after the other pays more and more.
#[must_use]
pub fn cost(refusal: &Refusal) -> u32 {
    let times = refusal.count / refusal.max.max(1);
    let doublings = times.checked_ilog2().unwrap_or(0).min(MOST_DOUBLINGS);
    LEAST_COST << doublings
}

/// The request that a challenge is issued for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Sending a code.
    Send,
    /// Checking a code.
    Check,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Purpose::Send => "send",
            Purpose::Check => "check",
        }
    }
}

/// The things that a challenge is bound to. Its solution proves nothing about any others.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The request.
    pub purpose: Purpose,
    /// The application that the caller names.
    pub app: &'a AppId,
    /// The purpose of the code.
    pub channel: Channel,
    /// The number.
    pub phone: &'a PhoneNumber,
}

/// A key that issues challenges and judges their solutions.
#[derive(Clone, ZeroizeOnDrop)]
pub struct ChallengeKey([u8; 32]);

impl fmt::Debug for ChallengeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChallengeKey(..)")
    }
}

impl ChallengeKey {
    /// Takes the 32 bytes of a key of its own domain
    /// ([`PasscodeKey::of_challenges`](crate::code::passcode::PasscodeKey::of_challenges)).
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the secret under which a challenge is signed as a whole, in hexadecimal digits.
    #[must_use]
    pub fn signing_secret(&self) -> Zeroizing<String> {
        Zeroizing::new(hex(&self.digest(&[b"sign"])))
    }

    /// Returns the name of `subject` in a challenge: 32 hexadecimal digits, which show nothing of the subject without the key.
    #[must_use]
    pub fn binding(&self, subject: Subject<'_>) -> String {
        let digest = self.digest(&[
            b"bind",
            subject.purpose.as_str().as_bytes(),
            subject.app.as_str().as_bytes(),
            subject.channel.as_str().as_bytes(),
            subject.phone.e164().as_bytes(),
        ]);
        let mut name = hex(&digest);
        name.truncate(32);
        name
    }

    fn digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        // Unreachable: HMAC takes a key of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return [0; 32];
        };
        for part in parts {
            // A length before each part keeps the inputs of different subjects apart.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
