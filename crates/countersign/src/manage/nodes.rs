//! The nodes of the deployment.

use countersign_core::ports::nodes::Nodes;

use super::{Manage, ManageError};

impl Manage {
    /// Returns the processes that share the store, the youngest first.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`] when the store cannot be read.
    pub async fn nodes(&self) -> Result<Nodes, ManageError> {
        Ok(self.parts.nodes.nodes().await?)
    }
}
