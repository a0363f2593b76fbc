//! What would become of a send.

use std::sync::Arc;

use super::{Messenger, SendError, SendRequest};
use crate::guard::Verdict;
use crate::limit::{LimitState, SendFacts};
use crate::message::Decision;

/// What would become of a send that is asked for now.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The reason why nothing would be handed to a provider; `None` where the message would be.
    pub refusal: Option<SendError>,
    /// Every limit that would judge the send, in their order.
    pub limits: Vec<LimitState>,
}

impl Messenger {
    /// Tells what would become of a send, without sending. Nothing is counted and nothing recorded.
    ///
    /// # Errors
    /// [`SendError::Store`] when the ledger cannot be read.
    pub async fn preview(&self, request: &SendRequest) -> Result<Preview, SendError> {
        let plan = self.plan();
        let test = self.test_of(&plan, &request.phone);
        let way = match test {
            Some(_) => None,
            None => Some(self.way(request, &plan.routes)),
        };
        let (prices, country) = (self.parts.prices.table(), request.phone.country());
        let found = way.as_ref().and_then(|way| way.as_ref().ok());
        let price = found.and_then(|way| way.highest_price(&prices, country));
        let on_no_way = way.and_then(Result::err);
        let sends = self.limits_of(test);
        let at = self.parts.clock.now();
        let judged = self.guarded(request, test, at);
        let by_guard = match judged.verdict {
            Verdict::Refuses(refusal) => Some(SendError::by_limit(refusal)),
            Verdict::Allows | Verdict::Notes(_) => None,
        };
        let rules = sends.rules(&SendFacts {
            exempt: judged.exempt,
            ..request.facts(price)
        });
        let set = Arc::clone(rules.set());
        let limits = self.parts.ledger.preview(rules).await?;
        let limited = || {
            let decision = Decision::foreseen(at, set, &limits);
            sends.refusal(&decision).map(SendError::by_limit)
        };
        Ok(Preview {
            refusal: on_no_way.or(by_guard).or_else(limited),
            limits,
        })
    }
}
