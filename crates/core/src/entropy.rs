//! The source of randomness.

use std::fmt::Write as _;

use zeroize::Zeroizing;

/// The random source failed. The caller must abort the act that needed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the random source failed")]
pub struct EntropyError;

/// A source of cryptographically secure random bytes: the operating system in production, a seeded
/// generator in tests.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the whole of `buffer`.
    ///
    /// # Errors
    /// [`EntropyError`] when the source fails; the contents of `buffer` are then unspecified.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError>;
}

/// Returns `BYTES` random bytes as twice as many lower-case hexadecimal digits: for ids and secrets that are shown as
/// text.
///
/// # Errors
/// [`EntropyError`] when the source fails.
pub fn random_hex<const BYTES: usize>(entropy: &dyn Entropy) -> Result<String, EntropyError> {
    let mut bytes = Zeroizing::new([0; BYTES]);
    entropy.fill(bytes.as_mut_slice())?;
    // Reserve the whole length first: a text that grew would leave copies of a secret behind.
    let mut text = String::with_capacity(2 * BYTES);
    for byte in bytes.iter() {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl Entropy for Fixed {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
            buffer.fill(0x0a);
            Ok(())
        }
    }

    #[test]
    fn random_bytes_become_two_digits_each() {
        assert_eq!(random_hex::<3>(&Fixed).unwrap(), "0a0a0a");
    }
}
