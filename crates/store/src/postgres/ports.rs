//! The store as the ports that a service is made of.

use std::sync::Arc;

use countersign_core::retention::Retention;
use countersign_core::time::Clock;

use super::{OpenError, PostgresStore, SharedRefusals};
use crate::address::DatabaseAddress;
use crate::folder::SharedFolder;
use crate::home::{Housekeeping, OpenStore};
use crate::seal::StoreKeys;

/// A store, and the folder of its node.
struct Node {
    store: Arc<PostgresStore>,
    folder: SharedFolder,
}

impl Housekeeping for Node {
    fn keep_for(&self, retention: Retention) {
        self.store.keep_for(retention);
    }

    fn is_in_place(&self) -> bool {
        self.folder.is_in_place()
    }
}

/// Opens the database at `address` for the node that has `folder`.
pub(crate) async fn open(
    folder: SharedFolder,
    address: DatabaseAddress,
    keys: &[StoreKeys],
    clock: Arc<dyn Clock>,
    accept_restored: bool,
) -> Result<OpenStore, OpenError> {
    let mut store = PostgresStore::open(address.url, keys, Arc::clone(&clock)).await?;
    if let Some((replica, most)) = address.replica {
        store = store.with_replica(replica, most)?;
    }
    if accept_restored {
        store.accept_restored().await?;
    }
    let store = Arc::new(store);
    let refusals = Arc::new(store.refusals());
    Ok(OpenStore {
        ledger: Arc::<PostgresStore>::clone(&store),
        audit: Arc::<PostgresStore>::clone(&store),
        records: Arc::<PostgresStore>::clone(&store),
        answers: Arc::<PostgresStore>::clone(&store),
        tallies: Arc::<PostgresStore>::clone(&store),
        erasers: vec![
            Arc::<PostgresStore>::clone(&store),
            Arc::<SharedRefusals>::clone(&refusals),
        ],
        refusals,
        setup: Arc::<PostgresStore>::clone(&store),
        nodes: Arc::<PostgresStore>::clone(&store),
        staff: Arc::<PostgresStore>::clone(&store),
        generations: Arc::<PostgresStore>::clone(&store),
        shared_secrets: Some(Arc::<PostgresStore>::clone(&store)),
        clock,
        housekeeping: Arc::new(Node { store, folder }),
    })
}
