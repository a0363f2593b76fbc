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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::limit::SendLimit;

    #[test]
    fn a_clone_uses_the_limits_that_replace_others() {
        let limit = SendLimit::new("day", &[], Duration::from_secs(86_400), 20);
        let limits = || SendLimits::new(vec![limit.clone()]).unwrap();
        let (in_use, others) = (LimitsInUse::default(), LimitsInUse::from(limits()));
        let clone = in_use.clone();
        assert_eq!(
            (clone.get().limits().len(), others.get().limits().len()),
            (0, 1)
        );
        in_use.replace(limits());
        assert_eq!(clone.get().limits(), others.get().limits());
    }
}
