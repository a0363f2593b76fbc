//! Connections of callers: how they are listened for, and what one connection may hold of the machine.

mod listening;
mod stream;

pub use listening::listen;
pub(crate) use stream::Stream;

use std::time::Duration;

/// How long a write may make no progress, because the caller does not read, before the connection ends.
const UNREAD: Duration = Duration::from_secs(10);
