//! Idempotency keys: a call that a caller repeats with its key gets the first answer again.
//!
//! | outcome of the first call | a repeat with the key |
//! |---|---|
//! | the send was decided on: it may have been sent, or no provider took it | gets the first answer |
//! | the guess was compared | gets the first answer, with the same verification token |
//! | refused before that: malformed, by a limit, by a store that is down | runs like a first call |
//!
//! A key belongs to one application and one endpoint, and to one body: a repeat with another body is refused. The port
//! is [`answers`](crate::ports::answers).

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::application::AppId;
use crate::code::check::Checked;
use crate::message::Timeline;
use crate::policy;
use crate::send::attempt;
use crate::send::messenger::SendError;
use crate::send::outcome::{Outcome, RefusalKind};

/// A key that a caller chose for one call: 1 to [`IdempotencyKey::LONGEST`] visible ASCII characters.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(Box<str>);

/// The error for a text that cannot be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 1 to 255 visible ASCII characters")]
pub struct InvalidKey;

impl IdempotencyKey {
    /// The maximum number of characters.
    pub const LONGEST: usize = 255;

    /// Takes a key as a header carries it.
    ///
    /// # Errors
    /// [`InvalidKey`] for any other text.
    pub fn parse(text: &[u8]) -> Result<Self, InvalidKey> {
        let is_visible = text.iter().all(u8::is_ascii_graphic);
        match (text.len(), std::str::from_utf8(text)) {
            (1..=Self::LONGEST, Ok(text)) if is_visible => Ok(Self(text.into())),
            _ => Err(InvalidKey),
        }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

// Written by hand: callers put whatever they like into a key, a phone number too.
impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey(..)")
    }
}

/// The endpoints that take an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyedEndpoint {
    /// Sends a code.
    SendSms,
    /// Checks a code and uses it up.
    VerifyCode,
}

impl KeyedEndpoint {
    /// Returns the name of the endpoint, which the key is bound to at rest.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            KeyedEndpoint::SendSms => "send-sms",
            KeyedEndpoint::VerifyCode => "verify-code",
        }
    }

    /// Returns the time for which the first answer is kept, counted from the decision.
    #[must_use]
    pub const fn life(self) -> Duration {
        match self {
            KeyedEndpoint::SendSms => policy::SEND_KEY_LIFE,
            KeyedEndpoint::VerifyCode => policy::CHECK_KEY_LIFE,
        }
    }
}

/// The scope of a key: calls with equal names are one call, and its repeats.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CallName {
    /// The application that the call is about.
    pub app: AppId,
    /// The endpoint that was called.
    pub endpoint: KeyedEndpoint,
    /// The key that the caller chose.
    pub key: IdempotencyKey,
}

/// A call with an idempotency key.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyedCall {
    /// The scope of the key.
    pub name: CallName,
    /// The body in a form that is equal for equal JSON. A store keeps a keyed MAC of it only.
    pub body: Vec<u8>,
}

// Written by hand: the body has a number, and may have a code and a secret.
impl fmt::Debug for KeyedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedCall")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The right to be the one call with its key. While a clone of it lives, no other call gets the key.
#[derive(Clone)]
pub struct Claim {
    call: Arc<KeyedCall>,
    _hold: Arc<dyn Any + Send + Sync>,
}

impl Claim {
    /// Makes the claim of `call`. Dropping `hold` lets the next call have the key.
    #[must_use]
    pub fn new(call: KeyedCall, hold: impl Any + Send + Sync) -> Self {
        Self {
            call: Arc::new(call),
            _hold: Arc::new(hold),
        }
    }

    /// Returns the call.
    #[must_use]
    pub fn call(&self) -> &KeyedCall {
        &self.call
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Claim").field(&self.call).finish()
    }
}

/// An answer as the endpoint wrote it. A store seals it and does not look into it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAnswer(pub Vec<u8>);

// Written by hand: the answer may hold a verification token.
impl fmt::Debug for KeptAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeptAnswer(..)")
    }
}

/// Returns whether a key keeps the answer of a send that ended so: the ledger admitted the message, and either it may
/// have been sent or its providers did not take it.
#[must_use]
pub const fn keeps_send(error: Option<&SendError>) -> bool {
    matches!(error, None | Some(SendError::NotAccepted(_)))
}

/// Returns whether a key keeps the answer of a check with this finding: the guess was compared.
#[must_use]
pub const fn keeps_check(found: &Checked) -> bool {
    !matches!(
        found,
        Checked::Malformed | Checked::Locked { .. } | Checked::Refused(_)
    )
}

/// The end of a send whose answer is not on record, as the timeline of its message tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendEnd {
    /// The message may have been sent, or is not on record any more.
    Sent,
    /// No provider took the message.
    NotAccepted(SendError),
    /// The message was not handed over in time, so the key is free again.
    NothingHappened,
    /// The message has no outcome yet.
    UnderWay,
}

impl SendEnd {
    /// Reads the end of a send from the timeline of its message, if there is one.
    #[must_use]
    pub fn of(timeline: Option<&Timeline>) -> Self {
        let Some(timeline) = timeline else {
            return SendEnd::Sent;
        };
        match attempt::outcome(&timeline.attempts) {
            None => SendEnd::UnderWay,
            Some(Outcome::NotAccepted(why)) if why.kind == RefusalKind::TooLate => {
                SendEnd::NothingHappened
            }
            Some(Outcome::NotAccepted(why)) => {
                SendEnd::NotAccepted(SendError::NotAccepted(why.clone()))
            }
            Some(Outcome::Accepted { .. } | Outcome::Unknown { .. }) => SendEnd::Sent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_1_to_255_visible_characters() {
        for good in ["a", "~!/=", &"k".repeat(255)] {
            assert_eq!(
                IdempotencyKey::parse(good.as_bytes()).unwrap().as_str(),
                good
            );
        }
        for bad in ["", " ", "a b", "a\tb", "\u{7f}", "é", &"k".repeat(256)] {
            assert_eq!(
                IdempotencyKey::parse(bad.as_bytes()),
                Err(InvalidKey),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn debug_shows_neither_key_nor_body() {
        let name = CallName {
            app: AppId::parse("shop").unwrap(),
            endpoint: KeyedEndpoint::SendSms,
            key: IdempotencyKey::parse(b"18800008888").unwrap(),
        };
        let body = b"18800008888".to_vec();
        let claim = Claim::new(KeyedCall { name, body }, ());
        let shown = format!("{claim:?} {:?}", KeptAnswer(b"18800008888".to_vec()));
        assert!(
            shown.contains("shop") && shown.contains("SendSms"),
            "{shown}"
        );
        assert!(!shown.contains("8888") && !shown.contains("56"), "{shown}");
    }
}
