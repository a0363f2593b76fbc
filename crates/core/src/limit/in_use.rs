//! The limits on sends that are in use, which an operator may change at any time.

use std::sync::{Arc, PoisonError, RwLock};

use super::SendLimits;

/// A handle to the limits on sends that are in use. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct LimitsInUse(Arc<RwLock<Arc<SendLimits>>>);

impl LimitsInUse {
    /// Returns the limits that are in use now.
    #[must_use]
    pub fn get(&self) -> Arc<SendLimits> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Uses `limits` for everything that is decided on from now on.
    pub fn replace(&self, limits: SendLimits) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(limits);
    }
}

impl From<SendLimits> for LimitsInUse {
    fn from(limits: SendLimits) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(limits))))
    }
}
