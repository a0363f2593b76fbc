//! Sends to numbers for tests: no vendor is called, and the guard leaves them alone.

use std::sync::Arc;

use super::{Messenger, Plan, SendError, SendRequest};
use crate::guard::{Exemption, Judgement, Verdict};
use crate::id::MessageId;
use crate::limit::SendLimits;
use crate::phone::PhoneNumber;
use crate::send::route::Way;
use crate::test_number::{TestCarrier, TestNumber};
use crate::time::Timestamp;

impl Messenger {
    /// Returns the test number that `phone` is now.
    pub(super) fn test_of<'a>(
        &self,
        plan: &'a Plan,
        phone: &PhoneNumber,
    ) -> Option<&'a TestNumber> {
        plan.test_numbers.of(phone, self.parts.clock.now())
    }

    /// Returns the guard's judgement about a request. Numbers for tests cost nothing, so it leaves them alone.
    pub(super) fn guarded(
        &self,
        request: &SendRequest,
        test: Option<&TestNumber>,
        now: Timestamp,
    ) -> Judgement {
        match test {
            None => self.parts.guard.judge(&request.facts(None), now),
            Some(_) => Judgement {
                exempt: Exemption::default(),
                verdict: Verdict::Allows,
            },
        }
    }

    /// Returns the limits on sends to a number: the minute alone where a test number is exempt.
    pub(super) fn limits_of(&self, test: Option<&TestNumber>) -> Arc<SendLimits> {
        match test {
            Some(test) if test.is_exempt => Arc::default(),
            _ => self.parts.limits.get(),
        }
    }

    /// Sends a code to a test number: no provider is called, whatever the routes say.
    pub(super) async fn send_test(
        &self,
        request: SendRequest,
        plan: &Plan,
        test: &TestNumber,
    ) -> Result<MessageId, SendError> {
        let way = Way::through(Arc::new(TestCarrier));
        self.send_by(request, &way, plan, Some(test)).await
    }
}
