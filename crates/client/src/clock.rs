use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The source of the time.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    pub(crate) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the clock of those who give none"
    )]
    pub(crate) fn system() -> Self {
        Self::new(SystemTime::now)
    }

    /// Returns the time since 1970.
    pub(crate) fn unix(&self) -> Duration {
        (self.0)()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}
