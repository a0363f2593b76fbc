//! The time of the sandbox.

use std::sync::Arc;
use std::time::SystemTime;

/// Tells the time by which signatures are judged.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;
