//! Codes of an authenticator app: RFC 6238 with SHA-1, six digits and steps of 30 seconds.

use std::time::Duration;

use aws_lc_rs::hmac;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::entropy::{Entropy, EntropyError};
use crate::secret::Secret;
use crate::time::Timestamp;

/// The length of a step.
const STEP: Duration = Duration::from_secs(30);

/// The number of different codes.
const CODES: u32 = 1_000_000;

/// The number of bytes of a secret.
const BYTES: usize = 20;

/// The digits of RFC 4648 in base 32.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The secret that a person's authenticator app has too: 160 random bits, as 32 digits in base 32.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpSecret(Secret);

impl TotpSecret {
    /// Makes a secret.
    ///
    /// # Errors
    /// [`EntropyError`] when the random source fails.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        entropy.fill(bytes.as_mut_slice())?;
        Ok(Self(Secret::new(base32(bytes.as_slice()))))
    }

    /// Reads 32 digits in base 32; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_one = bytes_of(text)?.len() == BYTES;
        is_one.then(|| Self(Secret::new(text.to_owned())))
    }

    /// Returns the digits. Call this only to show them once, or to seal them.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }

    /// Returns the address that an app reads as a QR code, for the person `name` at the service `issuer`.
    #[must_use]
    pub fn address(&self, issuer: &str, name: &str) -> Secret {
        let (issuer, name) = (escaped(issuer), escaped(name));
        Secret::new(format!(
            "otpauth://totp/{issuer}:{name}?secret={}&issuer={issuer}",
            self.reveal()
        ))
    }

    /// Returns the step that `code` is of, if that is the step of `wall`, the one before or the one after, and later than
    /// `used`, the last that was used. The time is that of the world, since an app goes by it.
    #[must_use]
    pub fn step_of(&self, code: &str, wall: Timestamp, used: Option<u64>) -> Option<u64> {
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let now = u64::try_from(wall.as_millis()).ok()? / u64::try_from(STEP.as_millis()).ok()?;
        let steps = now.saturating_sub(1)..=now.saturating_add(1);
        // All are compared, whichever is right.
        let is_of = |step: &u64| bool::from(self.code(*step).as_bytes().ct_eq(code.as_bytes()));
        let right: Vec<u64> = steps.filter(is_of).collect();
        let is_new = |step: &u64| used.is_none_or(|used| *step > used);
        right.into_iter().find(is_new)
    }

    /// Returns the code that an app shows at a time.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn shown_at(&self, wall: Timestamp) -> String {
        self.code(wall.as_millis().unsigned_abs() / 1_000 / STEP.as_secs())
    }

    /// Returns the code of a step.
    fn code(&self, step: u64) -> String {
        let bytes = Zeroizing::new(bytes_of(self.reveal()).unwrap_or_default());
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag.last().copied().unwrap_or_default() & 0x0f);
        let four = tag.get(offset..).and_then(<[u8]>::first_chunk::<4>);
        let number = four.map_or(0, |four| u32::from_be_bytes(*four) & 0x7fff_ffff);
        format!("{:06}", number % CODES)
    }
}

/// Writes bytes in base 32, without padding.
pub(super) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0_u16, 0);
    for byte in bytes {
        (held, bits) = (held << 8 | u16::from(*byte), bits + 8);
        while bits >= 5 {
            bits -= 5;
            text.push(digit(held >> bits));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(digit(held << (5 - bits)));
    }
    text
}

/// Returns the digit of the last five bits of a number.
fn digit(number: u16) -> char {
    let digit = BASE32.get(usize::from(number & 31));
    char::from(digit.copied().unwrap_or_default())
}

/// Reads bytes in base 32, without padding and in upper case; `None` for anything else.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut bits) = (0_u16, 0);
    for digit in text.bytes() {
        let value = BASE32.iter().position(|held| *held == digit)?;
        (held, bits) = (held << 5 | u16::try_from(value).ok()?, bits + 5);
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits).ok()?);
            held &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

/// Writes a part of an address: everything but letters and digits of ASCII by its bytes.
fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of the test vectors in RFC 6238: `12345678901234567890`.
    fn of_the_standard() -> TotpSecret {
        TotpSecret::parse(&base32(b"12345678901234567890")).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = of_the_standard();
        assert_eq!(secret.reveal(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        // The standard has eight digits; six are their end.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = secret.step_of(code, at(seconds), None);
            assert_eq!(step, Some(seconds.unsigned_abs() / 30), "{seconds}");
        }
    }

    // shows: G8
    #[test]
    fn a_code_is_good_a_step_before_and_after_its_own_and_not_again() {
        let secret = of_the_standard();
        let (code, step) = ("005924", 1_234_567_890 / 30);
        let start = 1_234_567_890 / 30 * 30;
        let found = |seconds, used| secret.step_of(code, at(seconds), used);
        for (seconds, is_good) in [
            (start - 31, false),
            (start - 30, true),
            (start, true),
            (start + 59, true),
            (start + 60, false),
        ] {
            assert_eq!(
                found(seconds, None).is_some(),
                is_good,
                "{}",
                seconds - start
            );
        }
        assert_eq!(found(start, Some(step - 1)), Some(step));
        assert_eq!(found(start, Some(step)), None, "used before");
        assert_eq!(found(start, Some(step + 1)), None, "a later one was used");
        assert_eq!(secret.step_of(" 005 924", at(start), None), Some(step));
        for wrong in ["005925", "05924", "0059240", ""] {
            assert_eq!(secret.step_of(wrong, at(start), None), None);
        }
    }

    #[test]
    fn an_app_is_told_secret_name_and_issuer() {
        let address = of_the_standard().address("sms.example", "Lin 林");
        assert_eq!(
            address.reveal(),
            "otpauth://totp/sms%2Eexample:Lin%20%E6%9E%97?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=sms%2Eexample"
        );
    }

    #[test]
    fn only_a_secret_of_160_bits_is_read() {
        for text in ["", "GEZDGNBV", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1"] {
            assert_eq!(TotpSecret::parse(text), None);
        }
    }
}
