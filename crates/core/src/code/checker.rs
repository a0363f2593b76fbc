//! The use case of a check: from typed text to the ledger's answer.

use std::sync::Arc;

use super::check::{Caller, Checked, CodeCheck};
use super::guess::Guess;
use super::keyring::PasscodeKeyring;
use super::length::CodeLength;
use super::passcode::Passcode;
use crate::application::AppId;
use crate::channel::Channel;
use crate::guard::Guard;
use crate::id::RequestId;
use crate::idempotency::Claim;
use crate::limit::LimitsInUse;
use crate::limit::guess_sources::{GuessLimits, GuessSource};
use crate::phone::PhoneNumber;
use crate::policy::CodePolicy;
use crate::ports::StoreError;
use crate::ports::ledger::Ledger;
use crate::time::Timestamp;

/// A typed code with its scope. Every part except the typed text is already validated.
#[derive(Clone)]
pub struct GuessInput {
    /// The request that brought the typed text.
    pub request_id: RequestId,
    /// The party on whose behalf the code is checked.
    pub caller: Caller,
    /// The application that sent the code.
    pub app: AppId,
    /// The purpose of the code.
    pub channel: Channel,
    /// The number that the code was sent to.
    pub phone: PhoneNumber,
    /// Where the typed text comes from.
    pub source: GuessSource,
    /// The typed text, unchanged.
    pub passcode: String,
    /// The claim of the idempotency key that the request came with.
    pub claim: Option<Claim>,
}

// Written by hand, since the typed text may be a code.
impl std::fmt::Debug for GuessInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuessInput")
            .field("request_id", &self.request_id)
            .field("caller", &self.caller)
            .field("app", &self.app)
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

/// The use case of checking a code.
pub struct Checker {
    ledger: Arc<dyn Ledger>,
    keys: PasscodeKeyring,
    policy: CodePolicy,
    policy_since: Timestamp,
    limits: LimitsInUse,
    guard: Arc<Guard>,
    guesses: GuessLimits,
}

impl std::fmt::Debug for Checker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checker").finish_non_exhaustive()
    }
}

impl Checker {
    /// Makes a checker over `ledger`, with the keys under which the messenger makes MACs, and the messenger's rules
    /// of codes, by which it makes codes since `policy_since` on the ledger's clock. A right guess ends what the messenger's
    /// `limits` say, and `guard` hears of it.
    pub fn new(
        ledger: Arc<dyn Ledger>,
        keys: impl Into<PasscodeKeyring>,
        policy: CodePolicy,
        policy_since: Timestamp,
        limits: LimitsInUse,
        guard: Arc<Guard>,
    ) -> Self {
        Self {
            ledger,
            keys: keys.into(),
            policy,
            policy_since,
            limits,
            guard,
            guesses: GuessLimits::default(),
        }
    }

    /// Judges guesses by these limits on where they come from.
    #[must_use]
    pub fn with_guess_limits(self, guesses: GuessLimits) -> Self {
        Self { guesses, ..self }
    }

    /// Returns the ledger's finding about the typed text. A text that cannot be a code ([`Passcode::parse`]) is
    /// malformed, without asking the ledger.
    ///
    /// # Errors
    /// [`StoreError`] when the answer could not be made durable in time ([`Ledger::check`]).
    pub async fn check(&self, input: GuessInput) -> Result<Checked, StoreError> {
        let Some(passcode) = Passcode::parse(&input.passcode) else {
            return Ok(Checked::Malformed);
        };
        let length = CodeLength {
            digits: self.policy.of(&input.app, input.channel).digits,
            since: self.policy_since,
        };
        let limits = self.limits.get();
        let ends = limits.ended_by_success(&input.app, input.channel, &input.phone);
        let source = self.guesses.rules(&input.app, input.source);
        let guess = Guess::new(
            self.keys.keys(),
            passcode,
            input.app.clone(),
            input.channel,
            input.phone.clone(),
        );
        let check = CodeCheck::new(input.request_id, input.caller, guess, length);
        let check = check.ending(ends).claimed(input.claim).from_source(source);
        let checked = self.ledger.check(check).await?;
        if let (Caller::Application, Checked::Right { message, .. }) = (input.caller, &checked) {
            let made_at = message.made_at();
            self.guard.verified(&input.app, &input.phone, made_at);
        }
        Ok(checked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_who_asks_and_neither_number_nor_code() {
        let input = GuessInput {
            request_id: RequestId::from_bytes([1; 16]),
            caller: Caller::Public,
            app: AppId::parse("shop").unwrap(),
            channel: Channel::Login,
            phone: PhoneNumber::parse("13800138000", None).unwrap(),
            source: GuessSource::UNCOUNTED,
            passcode: "246810".to_owned(),
            claim: None,
        };
        let shown = format!("{input:?}");
        assert!(
            shown.contains("shop") && shown.contains("Public"),
            "{shown}"
        );
        assert!(
            !shown.contains("246810") && !shown.contains("8000"),
            "{shown}"
        );
    }
}
