//! The first facts about a request, found out before anything else of it is looked at.

use countersign_core::id::{MessageId, RequestId};
use countersign_core::time::Timestamp;

use crate::http::state::AppState;
use crate::operator::OperatorIdentity;

/// The id and the time of a request, and the operator whom it proves.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// The id that the answer and the log carry.
    pub(crate) id: RequestId,
    /// When the request came.
    pub(crate) at: Timestamp,
    /// The operator, where the request proves one to a management endpoint.
    pub(crate) operator: Option<OperatorIdentity>,
}

impl Arrival {
    /// The arrival of a request that came now.
    pub(crate) fn now(state: &AppState) -> Self {
        let at = state.clock.now();
        // Every answer needs an id, also on a machine whose random source fails: then one made of the time alone.
        let id = RequestId::generate(at, &*state.entropy).unwrap_or_else(|_| by_time(at));
        Self {
            id,
            at,
            operator: None,
        }
    }
}

fn by_time(now: Timestamp) -> RequestId {
    RequestId::from_bytes(*MessageId::first_at(now).as_bytes())
}
