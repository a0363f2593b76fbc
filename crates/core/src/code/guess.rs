//! A guess: a typed code together with its scope.

use subtle::{Choice, ConstantTimeEq};

use crate::application::AppId;
use crate::channel::Channel;
use crate::code::keyring::PasscodeKeys;
use crate::code::passcode::{Binding, Passcode, PasscodeKey, PasscodeMac};
use crate::id::MessageId;
use crate::phone::PhoneNumber;
use crate::time::Timestamp;

/// A typed code with its scope: everything needed to compare it with the code of a message.
#[derive(Debug, Clone)]
pub struct Guess {
    keys: PasscodeKeys,
    passcode: Passcode,
    /// The application.
    pub app: AppId,
    /// The purpose of the code.
    pub channel: Channel,
    /// The number that the code was sent to.
    pub phone: PhoneNumber,
}

impl Guess {
    /// Makes the guess that `passcode` is a code of `app`, `channel` and `phone`.
    #[must_use]
    pub fn new(
        keys: impl Into<PasscodeKeys>,
        passcode: Passcode,
        app: AppId,
        channel: Channel,
        phone: PhoneNumber,
    ) -> Self {
        Self {
            keys: keys.into(),
            passcode,
            app,
            channel,
            phone,
        }
    }

    /// Returns the number of digits of the typed code.
    #[must_use]
    pub fn digits(&self) -> usize {
        self.passcode.digits()
    }

    /// Returns whether the guess is the code of `message`, whose MAC any of the keys made: `mac`. Takes constant time.
    #[must_use]
    pub fn is(&self, message: MessageId, mac: &PasscodeMac) -> bool {
        let binding = Binding {
            app: &self.app,
            channel: self.channel,
            phone: &self.phone,
            message,
        };
        let is =
            |found: Choice, key: &PasscodeKey| found | key.mac(&self.passcode, binding).ct_eq(mac);
        self.keys.iter().fold(Choice::from(0), is).into()
    }

    /// Does the work of one comparison. The time of an answer then does not tell whether there was a code to
    /// compare with.
    pub fn compare_with_nothing(&self) {
        let nothing = MessageId::first_at(Timestamp::default());
        std::hint::black_box(self.is(nothing, &[0; 16]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guess_is_the_code_of_its_own_message_only() {
        let key = PasscodeKey::new([7; 32]);
        let code = Passcode::parse("000042").unwrap();
        let (app, message) = (
            AppId::parse("a").unwrap(),
            MessageId::first_at(Timestamp::from_millis(1)),
        );
        let phone = PhoneNumber::parse("13800138000", None).unwrap();
        let binding = Binding {
            app: &app,
            channel: Channel::Login,
            phone: &phone,
            message,
        };
        let mac = key.mac(&code, binding);
        let guess = |typed: &str, app: &AppId, channel| {
            let typed = Passcode::parse(typed).unwrap();
            Guess::new(key.clone(), typed, app.clone(), channel, phone.clone())
        };
        assert!(guess("000042", &app, Channel::Login).is(message, &mac));
        let other = AppId::parse("b").unwrap();
        for wrong in [
            guess("000043", &app, Channel::Login),
            guess("0000420", &app, Channel::Login),
            guess("000042", &other, Channel::Login),
            guess("000042", &app, Channel::Register),
        ] {
            assert!(!wrong.is(message, &mac));
        }
        let later = MessageId::first_at(Timestamp::from_millis(2));
        assert!(!guess("000042", &app, Channel::Login).is(later, &mac));
        assert!(!guess("000042", &app, Channel::Login).is(message, &[0; 16]));
    }
}
