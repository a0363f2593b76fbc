//! The port to the nodes of a deployment: the processes that share its store.

use std::time::Duration;

use async_trait::async_trait;

use super::StoreError;
use crate::time::Timestamp;

/// The time after its last sign of life for which a node counts as alive. A node gives one every [`PACE`].
pub const ALIVE: Duration = Duration::from_secs(10);

/// The time between two signs of life.
pub const PACE: Duration = Duration::from_secs(2);

/// A node. Times are those of the clock that decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name, which no other process ever has: of the embedded store's only node `embedded`.
    pub id: String,
    /// The version of its program.
    pub version: String,
    /// The time of its start.
    pub started_at: Timestamp,
    /// Its last sign of life.
    pub seen_at: Timestamp,
    /// Whether it is the node that was asked.
    pub is_this: bool,
}

impl Node {
    /// Returns whether the node counts as alive at `now`.
    #[must_use]
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.seen_at.until(now) <= ALIVE
    }
}

/// The nodes at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nodes {
    /// The moment, by the clock that decides.
    pub now: Timestamp,
    /// Those that are alive or were within the last day, the youngest first.
    pub nodes: Vec<Node>,
}

impl Nodes {
    /// Returns the number of nodes that are alive.
    #[must_use]
    pub fn alive(&self) -> usize {
        let nodes = self.nodes.iter();
        nodes.filter(|node| node.is_alive(self.now)).count()
    }
}

/// Knows the nodes of a deployment.
#[async_trait]
pub trait NodeBook: Send + Sync + 'static {
    /// Returns the nodes.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    async fn nodes(&self) -> Result<Nodes, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_alive_for_a_while_after_its_last_sign() {
        let seen_at = Timestamp::from_millis(1_790_000_000_000);
        let node = Node {
            id: "a".to_owned(),
            version: "1".to_owned(),
            started_at: seen_at,
            seen_at,
            is_this: false,
        };
        let end = seen_at.after(ALIVE);
        assert!(node.is_alive(seen_at) && node.is_alive(end));
        assert!(!node.is_alive(end.after(Duration::from_millis(1))));
    }
}
