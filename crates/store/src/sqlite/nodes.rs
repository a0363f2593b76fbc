//! The only node of a data folder: the process that owns it.

use async_trait::async_trait;
use countersign_core::ports::StoreError;
use countersign_core::ports::nodes::{Node, NodeBook, Nodes};

use super::SqliteStore;

#[async_trait]
impl NodeBook for SqliteStore {
    async fn nodes(&self) -> Result<Nodes, StoreError> {
        let now = self.clock.now();
        let node = Node {
            id: "embedded".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: self.started_at,
            seen_at: now,
            is_this: true,
        };
        Ok(Nodes {
            now,
            nodes: vec![node],
        })
    }
}
