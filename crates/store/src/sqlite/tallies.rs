//! Reading tallies: the port [`TallyBook`] beside the writer.

use async_trait::async_trait;
use countersign_core::ports::StoreError;
use countersign_core::ports::tallies::{Tallies, TallyBook, TallyQuery};

use super::SqliteStore;
use super::reading::tallies;

#[async_trait]
impl TallyBook for SqliteStore {
    async fn tallies(&self, query: TallyQuery) -> Result<Tallies, StoreError> {
        self.read(move |reader, _| tallies::read(reader, &query))
            .await
    }
}
