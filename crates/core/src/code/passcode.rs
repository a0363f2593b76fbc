//! The one-time code: how it is made, and the MAC and sealed form that are kept of it.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::application::AppId;
use crate::challenge::ChallengeKey;
use crate::channel::Channel;
use crate::entropy::{Entropy, EntropyError};
use crate::id::MessageId;
use crate::phone::PhoneNumber;
use crate::seal::SealingKey;
use crate::typed::fold;

/// A code in clear. It exists between [`Passcode::generate`] and
/// [`Provider::send`](crate::ports::provider::Provider::send) and nowhere else. The type cannot be printed or
/// serialised, and dropping it wipes the digits.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Passcode(String);

impl Passcode {
    /// Draws a new code of `digits` digits (at most 9), uniform over all of them, leading zeros included.
    ///
    /// # Errors
    /// [`EntropyError`] when `entropy` fails.
    pub fn generate(digits: u8, entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let digits = digits.clamp(1, 9);
        let count = 10_u32.pow(u32::from(digits));
        // The largest multiple of `count` that fits. Words beyond it are drawn again, since they would favour
        // small codes.
        let fair = u32::MAX - u32::MAX % count;
        let mut bytes = Zeroizing::new([0; 4]);
        loop {
            entropy.fill(bytes.as_mut_slice())?;
            let drawn = u32::from_le_bytes(*bytes);
            if drawn < fair {
                let width = usize::from(digits);
                return Ok(Self(format!("{:0width$}", drawn % count)));
            }
        }
    }

    /// Reads typed text; `None` if it cannot be a code. A code is 4 to 10 digits. White space, hyphens, dashes and
    /// invisible characters may stand anywhere, and full-width digits count as digits ([`fold`]).
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let mut passcode = Self(String::with_capacity(MOST_DIGITS));
        for c in fold(typed) {
            match c {
                ' ' | '-' => {}
                '0'..='9' if passcode.0.len() < MOST_DIGITS => passcode.0.push(c),
                _ => return None,
            }
        }
        (passcode.0.len() >= 4).then_some(passcode)
    }

    /// Returns the number of digits.
    #[must_use]
    pub fn digits(&self) -> usize {
        self.0.len()
    }

    /// The digits. Call this only to hand them to a vendor.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passcode(..)")
    }
}

/// The kept form of a code: the first half of the HMAC-SHA-256 of the code and its [`Binding`]. It is useless
/// without the key, and for any other application, channel, number or message.
pub type PasscodeMac = [u8; 16];

/// The key of every [`PasscodeMac`]: 32 random bytes, kept outside the database.
#[derive(Clone, ZeroizeOnDrop)]
pub struct PasscodeKey([u8; 32]);

impl fmt::Debug for PasscodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasscodeKey(..)")
    }
}

/// The application, channel, number and message that a code is bound to.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    /// The application that the code was sent for.
    pub app: &'a AppId,
    /// The purpose of the code.
    pub channel: Channel,
    /// The number that the code was sent to.
    pub phone: &'a PhoneNumber,
    /// The message that carried it.
    pub message: MessageId,
}

impl PasscodeKey {
    /// Takes 32 random bytes as the key.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns a value by which this key is told from others. It reveals nothing of the key.
    #[must_use]
    pub fn check_value(&self) -> [u8; 16] {
        let mut value = [0; 16];
        if let Ok(mac) = Hmac::<Sha256>::new_from_slice(&self.0) {
            let full = mac.chain_update(b"check value").finalize().into_bytes();
            value.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        }
        value
    }

    /// Returns the MAC of `passcode` under `binding`.
    #[must_use]
    pub fn mac(&self, passcode: &Passcode, binding: Binding<'_>) -> PasscodeMac {
        let full = self.digest(b"passcode", binding, passcode.0.as_bytes());
        let mut half = [0; 16];
        half.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        half
    }

    /// Seals `passcode`, so that it opens under this key and `binding` only, for applications that send the
    /// same code again. Returns `None` if it cannot be sealed.
    #[must_use]
    pub fn seal(&self, passcode: &Passcode, binding: Binding<'_>) -> Option<SealedPasscode> {
        let mut padded = Zeroizing::new([PADDING; MOST_DIGITS]);
        let digits = passcode.0.as_bytes();
        padded.get_mut(..digits.len())?.copy_from_slice(digits);
        let bound_to = self.digest(b"sealed", binding, b"");
        let id = binding.message.as_bytes();
        let sealed = self.sealing_key()?.seal(&*padded, id, &bound_to)?;
        SealedPasscode::from_bytes(sealed)
    }

    /// Opens a code that [`PasscodeKey::seal`] sealed; `None` for anything else.
    #[must_use]
    pub fn open(&self, sealed: &SealedPasscode, binding: Binding<'_>) -> Option<Passcode> {
        let bound_to = self.digest(b"sealed", binding, b"");
        let id = binding.message.as_bytes();
        let padded = Zeroizing::new(self.sealing_key()?.open(&sealed.0, id, &bound_to)?);
        let digits = padded.split(|byte| *byte == PADDING).next()?;
        Passcode::parse(std::str::from_utf8(digits).ok()?)
    }

    /// Derives the key of challenges from this key.
    #[must_use]
    pub fn of_challenges(&self) -> ChallengeKey {
        let mut derived = Zeroizing::new([0; 32]);
        if let Ok(mac) = Hmac::<Sha256>::new_from_slice(&self.0) {
            let mac = mac.chain_update(b"key of challenges");
            derived.copy_from_slice(&mac.finalize().into_bytes());
        }
        ChallengeKey::new(*derived)
    }

    /// Derives the key that seals codes from this key.
    fn sealing_key(&self) -> Option<SealingKey> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        let derived = mac.chain_update(b"seal passcode").finalize().into_bytes();
        SealingKey::new(&Zeroizing::new(derived.into()))
    }

    fn digest(&self, domain: &[u8], binding: Binding<'_>, last: &[u8]) -> [u8; 32] {
        // Unreachable: HMAC takes a key of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return [0; 32];
        };
        for part in [
            domain,
            binding.app.as_str().as_bytes(),
            binding.channel.as_str().as_bytes(),
            binding.phone.e164().as_bytes(),
            binding.message.as_bytes(),
            last,
        ] {
            // A length before each part keeps the inputs of different bindings apart.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// The maximum number of digits of a code. A code that is sealed is padded to it, so that the sealed form does not
/// show the length of the code.
const MOST_DIGITS: usize = 10;
const PADDING: u8 = b' ';

/// The length of every sealed code: the padded digits, a tag of 16 bytes, and the version.
const SEALED: usize = MOST_DIGITS + 16 + 1;

/// A code that only its [`PasscodeKey`] opens.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedPasscode(Vec<u8>);

impl SealedPasscode {
    /// Takes the bytes of [`SealedPasscode::as_bytes`]; `None` for bytes of another format, such as the shorter
    /// ones that releases before 0.2 kept.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() == SEALED).then_some(Self(bytes))
    }

    /// Returns the sealed bytes, for a ledger to keep.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SealedPasscode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedPasscode(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::time::Timestamp;

    /// Plays back the given words, then fails.
    struct Words(Mutex<Vec<u32>>);

    impl Words {
        fn new(words: &[u32]) -> Self {
            Self(Mutex::new(words.iter().rev().copied().collect()))
        }
    }

    impl Entropy for Words {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
            let word = self.0.lock().unwrap().pop().ok_or(EntropyError)?;
            for (to, from) in buffer
                .iter_mut()
                .zip(word.to_le_bytes().into_iter().cycle())
            {
                *to = from;
            }
            Ok(())
        }
    }

    // shows: A9
    #[test]
    fn a_code_keeps_its_leading_zeros() {
        let code = Passcode::generate(6, &Words::new(&[42])).unwrap();
        assert_eq!(code.reveal(), "000042");
    }

    // shows: A9
    #[test]
    fn draws_that_would_favour_small_codes_are_repeated() {
        // 2^32 holds 4294 whole millions: 4_294_000_000 and above must be drawn again.
        let code = Passcode::generate(6, &Words::new(&[u32::MAX, 4_294_000_000, 4_293_999_999]));
        assert_eq!(code.unwrap().reveal(), "999999");
    }

    #[test]
    fn a_failing_source_makes_no_code() {
        assert!(Passcode::generate(6, &Words::new(&[])).is_err());
    }

    // shows: A8, A11
    #[test]
    fn a_mac_changes_with_everything_it_is_bound_to() {
        let key = PasscodeKey::new([7; 32]);
        let code = Passcode::generate(6, &Words::new(&[123_456])).unwrap();
        let (app, other_app) = (AppId::parse("a").unwrap(), AppId::parse("b").unwrap());
        let phone = PhoneNumber::parse("13800138000", None).unwrap();
        let other_phone = PhoneNumber::parse("13800138001", None).unwrap();
        let message = MessageId::first_at(Timestamp::from_millis(1));
        let base = Binding {
            app: &app,
            channel: Channel::Login,
            phone: &phone,
            message,
        };
        let mac = key.mac(&code, base);
        assert_eq!(mac, key.mac(&code, base));
        let others = [
            Binding {
                app: &other_app,
                ..base
            },
            Binding {
                channel: Channel::Register,
                ..base
            },
            Binding {
                phone: &other_phone,
                ..base
            },
            Binding {
                message: MessageId::first_at(Timestamp::from_millis(2)),
                ..base
            },
        ];
        for other in others {
            assert_ne!(mac, key.mac(&code, other), "{other:?}");
        }
        let other_code = Passcode::generate(6, &Words::new(&[123_457])).unwrap();
        assert_ne!(mac, key.mac(&other_code, base));
        assert_ne!(mac, PasscodeKey::new([8; 32]).mac(&code, base));
    }

    #[test]
    fn a_sealed_code_opens_under_its_key_and_binding_only() {
        let key = PasscodeKey::new([7; 32]);
        let code = Passcode::generate(6, &Words::new(&[42])).unwrap();
        let app = AppId::parse("a").unwrap();
        let phone = PhoneNumber::parse("13800138000", None).unwrap();
        let binding = Binding {
            app: &app,
            channel: Channel::Login,
            phone: &phone,
            message: MessageId::first_at(Timestamp::from_millis(1)),
        };
        let sealed = key.seal(&code, binding).unwrap();
        let opened = key.open(&sealed, binding).unwrap();
        assert_eq!(opened.reveal(), "000042");
        assert!(!sealed.as_bytes().windows(6).any(|part| part == b"000042"));
        for other in [
            Binding {
                channel: Channel::Register,
                ..binding
            },
            Binding {
                message: MessageId::first_at(Timestamp::from_millis(2)),
                ..binding
            },
        ] {
            assert!(key.open(&sealed, other).is_none(), "{other:?}");
        }
        assert!(PasscodeKey::new([8; 32]).open(&sealed, binding).is_none());
        let kept = SealedPasscode::from_bytes(sealed.as_bytes().to_vec()).unwrap();
        assert_eq!(key.open(&kept, binding).unwrap().reveal(), "000042");
        // Each message has its own nonce, so one sealed code tells nothing about another.
        let later = Binding {
            message: MessageId::first_at(Timestamp::from_millis(2)),
            ..binding
        };
        let again = key.seal(&code, later).unwrap();
        assert_ne!(again.as_bytes()[..6], sealed.as_bytes()[..6]);
        let torn = sealed.as_bytes()[1..].to_vec();
        assert_eq!(SealedPasscode::from_bytes(torn), None);
    }

    #[test]
    fn only_four_to_ten_digits_parse_as_a_code() {
        for typed in ["0000", "123456", "0123456789"] {
            assert_eq!(Passcode::parse(typed).unwrap().reveal(), typed);
        }
        for typed in [
            "",
            "   ",
            "123",
            "12 3",
            "12345678901",
            "12345a",
            "12345O",
            "123.456",
            "٠٤٢١٣٧",
            "①23456",
            "12345\0",
        ] {
            assert!(Passcode::parse(typed).is_none(), "{typed:?}");
        }
        assert!(Passcode::parse(&"1".repeat(10_000)).is_none());
    }

    #[test]
    fn a_code_with_the_marks_of_typing_is_that_code() {
        for typed in [
            "042137 ",
            "\t042 137\r\n",
            "042-137",
            "042–137",
            "０４２１３７",
            "\u{202a}042\u{a0}137\u{202c}",
            "\u{feff}0 4 2 1 3 7",
        ] {
            let passcode = Passcode::parse(typed).unwrap();
            assert_eq!(passcode.reveal(), "042137", "{typed:?}");
        }
    }

    // shows: A10
    #[test]
    fn debug_hides_keys_and_codes() {
        let code = Passcode::generate(6, &Words::new(&[123_456])).unwrap();
        assert_eq!(format!("{code:?}"), "Passcode(..)");
        assert_eq!(
            format!("{:?}", PasscodeKey::new([1; 32])),
            "PasscodeKey(..)"
        );
        let sealed = SealedPasscode::from_bytes(vec![b'1'; SEALED]).unwrap();
        assert_eq!(format!("{sealed:?}"), "SealedPasscode(..)");
    }
}
