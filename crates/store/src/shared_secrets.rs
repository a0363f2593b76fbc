//! The secrets that the nodes of a deployment share.

use async_trait::async_trait;
use countersign_core::ports::StoreError;
use zeroize::Zeroizing;

/// Keeps secrets of other parts of the program for all nodes of a deployment. They are unreadable at rest.
#[async_trait]
pub trait SharedSecrets: Send + Sync + 'static {
    /// Returns the secret under `name`, if there is one.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    async fn shared(&self, name: &'static str) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError>;

    /// Puts `new` under `name` for all nodes, if what is there is still `seen`. Returns whether it was: of two nodes that change
    /// the same secret, one is first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be written to. The secret may be the new one all the same.
    async fn share(
        &self,
        name: &'static str,
        seen: Option<&[u8]>,
        new: &[u8],
    ) -> Result<bool, StoreError>;
}
