//! Test numbers: numbers of the operator's for trying an application out, whose messages reach no vendor.
//!
//! A send to one is decided on, recorded and answered like any other, and a built-in carrier takes the message
//! ([`CARRIER`]). A test number ends by itself, since whoever knows its fixed code can sign in with the number. A
//! deployment uses them only where its settings say so.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;

use crate::code::passcode::Passcode;
use crate::phone::PhoneNumber;
use crate::policy::{LEAST_DIGITS, MOST_DIGITS};
use crate::ports::provider::{Provider, Sms};
use crate::secret::Secret;
use crate::send::outcome::Outcome;
use crate::time::Timestamp;

/// The name of the built-in carrier on timelines. No account can have it, since it has a space.
pub const CARRIER: &str = "test number";

/// The longest time for which a number is one for tests.
pub const LONGEST: Duration = Duration::from_secs(90 * 24 * 3600);

/// A number for tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestNumber {
    /// The id, under which it is listed and removed: a number is personal, and stands in no path and no log.
    pub id: String,
    /// The number.
    pub phone: PhoneNumber,
    /// The code that every message to the number brings, where codes have that many digits; `None` for random codes,
    /// which nobody sees.
    pub code: Option<Secret>,
    /// Whether sends to the number count in no limit but the one-minute limit.
    pub is_exempt: bool,
    /// The time at which the number was set up.
    pub created_at: Timestamp,
    /// The time from which on the number is like any other.
    pub expires_at: Timestamp,
}

/// The reason why a test number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTestNumber {
    /// An end that has passed, or is too far away.
    #[error("must be in the future, and within 90 days")]
    Expires,
    /// A fixed code of another form.
    #[error("must be 6 to 8 digits")]
    Code,
}

impl TestNumber {
    /// Checks the end and the fixed code at `now`.
    ///
    /// # Errors
    /// [`InvalidTestNumber`] says which constraint is broken.
    pub fn check(&self, now: Timestamp) -> Result<(), InvalidTestNumber> {
        if self.expires_at <= now || self.expires_at > now.after(LONGEST) {
            return Err(InvalidTestNumber::Expires);
        }
        let is_code = |code: &Secret| {
            let length = u8::try_from(code.reveal().len()).unwrap_or(u8::MAX);
            let digits = code.reveal().bytes().all(|byte| byte.is_ascii_digit());
            digits && (LEAST_DIGITS..=MOST_DIGITS).contains(&length)
        };
        match &self.code {
            Some(code) if !is_code(code) => Err(InvalidTestNumber::Code),
            _ => Ok(()),
        }
    }

    /// Returns whether the number is one for tests at `now`.
    #[must_use]
    pub fn is_good_at(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Returns the fixed code, if it has so many digits.
    #[must_use]
    pub fn passcode(&self, digits: u8) -> Option<Passcode> {
        let passcode = Passcode::parse(self.code.as_ref()?.reveal())?;
        (passcode.digits() == usize::from(digits)).then_some(passcode)
    }
}

/// The test numbers of a deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestNumbers(HashMap<PhoneNumber, TestNumber>);

impl TestNumbers {
    /// Takes these numbers.
    #[must_use]
    pub fn new(numbers: impl IntoIterator<Item = TestNumber>) -> Self {
        let numbers = numbers.into_iter();
        Self(numbers.map(|test| (test.phone.clone(), test)).collect())
    }

    /// Returns the test number that `phone` is at `now`.
    #[must_use]
    pub fn of(&self, phone: &PhoneNumber, now: Timestamp) -> Option<&TestNumber> {
        self.0.get(phone).filter(|test| test.is_good_at(now))
    }
}

/// The built-in carrier of messages to test numbers. It takes every message, and keeps and sends nothing.
#[derive(Debug, Clone, Copy)]
pub struct TestCarrier;

#[async_trait]
impl Provider for TestCarrier {
    fn name(&self) -> &str {
        CARRIER
    }

    async fn send(&self, _: &Sms) -> Outcome {
        Outcome::Accepted {
            provider_message_id: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn number(code: Option<&str>, expires_at: Timestamp) -> TestNumber {
        TestNumber {
            id: "t".to_owned(),
            phone: PhoneNumber::parse("13800138000", None).unwrap(),
            code: code.map(|code| Secret::new(code.to_owned())),
            is_exempt: false,
            created_at: NOW,
            expires_at,
        }
    }

    // shows: A12
    #[test]
    fn a_test_number_ends_within_90_days() {
        let ends = |at| number(None, at).check(NOW);
        let (last, later) = (NOW.after(LONGEST), Duration::from_millis(1));
        assert_eq!(ends(NOW.after(later)), Ok(()));
        assert_eq!(ends(last), Ok(()));
        for bad in [NOW, NOW.before(later), last.after(later)] {
            assert_eq!(ends(bad), Err(InvalidTestNumber::Expires));
        }
        let numbers = TestNumbers::new([number(None, last)]);
        let phone = PhoneNumber::parse("13800138000", None).unwrap();
        assert!(numbers.of(&phone, last.before(later)).is_some());
        assert!(numbers.of(&phone, last).is_none());
        let other = PhoneNumber::parse("13800138001", None).unwrap();
        assert!(numbers.of(&other, NOW).is_none());
    }

    #[test]
    fn a_fixed_code_has_6_to_8_digits_and_is_used_for_codes_of_its_length() {
        let end = NOW.after(LONGEST);
        for bad in ["", "12345", "123456789", "12345a", "１２３４５６"] {
            let refused = number(Some(bad), end).check(NOW);
            assert_eq!(refused, Err(InvalidTestNumber::Code), "{bad}");
        }
        let fixed = number(Some("012345"), end);
        assert_eq!(fixed.check(NOW), Ok(()));
        assert_eq!(fixed.passcode(6).unwrap().reveal(), "012345");
        assert!(fixed.passcode(8).is_none());
        assert!(!format!("{fixed:?}").contains("012345"));
    }
}
