//! Where randomness comes from.

/// The random source could not deliver. Nothing that needed it may go on.
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
