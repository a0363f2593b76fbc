//! The first facts about a request: its id, its time, and the access key that it proves.

use std::sync::Arc;

use countersign_api::Fault;
use countersign_core::id::RequestId;
use countersign_core::time::Timestamp;

use crate::http::state::AppState;

/// When a request came, and its id.
#[derive(Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) id: RequestId,
    pub(crate) at: Timestamp,
}

impl Arrival {
    /// Of a request that came now.
    pub(crate) fn now(state: &AppState) -> Self {
        let at = state.store.now();
        // An id is owed in every answer, also by a machine whose random source fails: time will do.
        let id = RequestId::generate(at, &*state.entropy).unwrap_or_else(|_| by_time(at));
        Self { id, at }
    }
}

/// What was found out about a request before its endpoint runs.
#[derive(Clone)]
pub(crate) struct Admission {
    pub(crate) arrival: Arrival,
    /// The public half of the access key that it proves, or why it proves none.
    pub(crate) access_key: Result<Arc<str>, Fault>,
}

fn by_time(now: Timestamp) -> RequestId {
    RequestId::from_bytes(*countersign_core::id::MessageId::first_at(now).as_bytes())
}
