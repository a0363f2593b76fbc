//! The session of a person: how long somebody stays signed in, and how long a fresh proof counts.

use std::net::IpAddr;
use std::time::Duration;

use super::person::{Person, PersonId};
use super::token::TokenHash;
use crate::time::Timestamp;

/// The time after the last page at which a session ends.
pub const IDLE: Duration = Duration::from_secs(30 * 60);

/// The longest life of a session.
pub const LONGEST: Duration = Duration::from_secs(12 * 3_600);

/// The time for which a person who has given the password may give the second factor.
pub const CODE_WAIT: Duration = Duration::from_secs(10 * 60);

/// The number of wrong second factors after which a person starts again with the password.
pub const WRONG_CODES: u8 = 5;

/// The time for which a fresh proof lets a person do what needs one.
pub const FRESH: Duration = Duration::from_secs(5 * 60);

/// A page is noted as the last one only if the one before was this long ago.
pub const NOTED: Duration = Duration::from_secs(60);

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The hash of the token that the browser has.
    pub id: TokenHash,
    /// The person.
    pub person: PersonId,
    /// The epoch of the person at the beginning: in another one, the session is over.
    pub epoch: u32,
    /// How far the person has come.
    pub stage: Stage,
    /// When it began.
    pub begun: Timestamp,
    /// When the person last opened a page.
    pub seen: Timestamp,
    /// The address at the beginning, where it is known.
    pub from: Option<IpAddr>,
    /// What the browser calls itself, cut.
    pub browser: String,
    /// What the next page says once, as the console names it.
    pub flash: Option<String>,
}

/// How far somebody has come with signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password was right; the second factor is awaited.
    CodeAwaited {
        /// The number of wrong ones so far.
        wrong: u8,
    },
    /// Everything that is needed was proved.
    SignedIn {
        /// When the person last gave a fresh proof.
        fresh: Timestamp,
    },
}

impl Session {
    /// Returns the name by which operators end the session: 16 hexadecimal digits of the hash. Nobody can find the token by it.
    #[must_use]
    pub fn name(&self) -> String {
        let bytes = self.id.as_bytes().iter().take(8);
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }

    /// Returns whether the session is that of `person` as the person is now, and alive at `now`.
    #[must_use]
    pub fn is_alive(&self, person: &Person, now: Timestamp) -> bool {
        let is_theirs = self.person == person.id && self.epoch == person.epoch;
        is_theirs && person.credentials().is_some() && now < self.ends()
    }

    /// Returns the time at which the session ends, unless the person opens another page before.
    #[must_use]
    pub fn ends(&self) -> Timestamp {
        match self.stage {
            Stage::CodeAwaited { .. } => self.begun.after(CODE_WAIT),
            Stage::SignedIn { .. } => self.seen.after(IDLE).min(self.begun.after(LONGEST)),
        }
    }

    /// Returns whether a page at `now` is to be noted.
    #[must_use]
    pub fn is_to_note(&self, now: Timestamp) -> bool {
        now >= self.seen.after(NOTED)
    }

    /// Returns whether the person has proved lately who it is, for acts that need it.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        match self.stage {
            Stage::CodeAwaited { .. } => false,
            Stage::SignedIn { fresh } => now < fresh.after(FRESH),
        }
    }

    /// Returns the session after a wrong second factor; `None` where the person starts again.
    #[must_use]
    pub fn after_wrong_code(self) -> Option<Self> {
        match self.stage {
            Stage::CodeAwaited { wrong } if wrong + 1 < WRONG_CODES => Some(Self {
                stage: Stage::CodeAwaited { wrong: wrong + 1 },
                ..self
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(stage: Stage) -> Session {
        Session {
            id: TokenHash::of("token"),
            person: PersonId::parse("0123456789abcdef").unwrap(),
            epoch: 0,
            stage,
            begun: Timestamp::default(),
            seen: Timestamp::default(),
            from: None,
            browser: String::new(),
            flash: None,
        }
    }

    // shows: G2
    #[test]
    fn a_session_ends_after_a_rest_and_after_its_longest_life() {
        let begun = Timestamp::default();
        let mut session = session(Stage::SignedIn { fresh: begun });
        assert_eq!(session.ends(), begun.after(IDLE));
        session.seen = begun.after(LONGEST - IDLE / 2);
        assert_eq!(session.ends(), begun.after(LONGEST));
    }

    // shows: G8
    #[test]
    fn a_fresh_proof_counts_for_five_minutes() {
        let begun = Timestamp::default();
        let signed_in = session(Stage::SignedIn { fresh: begun });
        assert!(signed_in.is_fresh(begun.after(FRESH - Duration::from_millis(1))));
        assert!(!signed_in.is_fresh(begun.after(FRESH)));
        assert!(!session(Stage::CodeAwaited { wrong: 0 }).is_fresh(begun));
    }

    #[test]
    fn the_fifth_wrong_second_factor_leads_back_to_the_password() {
        let mut waiting = session(Stage::CodeAwaited { wrong: 0 });
        for wrong in 1..WRONG_CODES {
            waiting = waiting.after_wrong_code().unwrap();
            assert_eq!(waiting.stage, Stage::CodeAwaited { wrong });
        }
        assert_eq!(waiting.after_wrong_code(), None);
    }
}
