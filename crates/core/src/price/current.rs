//! The prices in use.

use std::sync::{Arc, PoisonError, RwLock};

use super::PriceTable;

/// The prices that sends go by, which an operator may replace at any time.
#[derive(Debug, Default)]
pub struct Prices(RwLock<Arc<PriceTable>>);

impl Prices {
    /// Makes prices that begin with `table`.
    #[must_use]
    pub fn new(table: PriceTable) -> Self {
        Self(RwLock::new(Arc::new(table)))
    }

    /// Returns the table in use.
    #[must_use]
    pub fn table(&self) -> Arc<PriceTable> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Uses `table` from now on. A message that is under way keeps the price of its decision.
    pub fn replace(&self, table: PriceTable) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(table);
    }
}
