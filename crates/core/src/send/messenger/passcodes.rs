//! The passcode of a message: made anew, fixed by a test number, or that of an earlier message.

use std::time::Duration;

use super::{Messenger, SendRequest};
use crate::code::passcode::Passcode;
use crate::entropy::EntropyError;
use crate::id::MessageId;
use crate::message::{Decision, Intent, LiveCode, NewCode};
use crate::policy::{CodeRules, Resend};
use crate::test_number::TestNumber;

impl Messenger {
    /// Makes a passcode, and the intent to send it. A test number may have a fixed passcode.
    pub(super) fn intend(
        &self,
        request: &SendRequest,
        rules: CodeRules,
        test: Option<&TestNumber>,
    ) -> Result<(Intent, Passcode), EntropyError> {
        let id = MessageId::generate(self.parts.clock.now(), &*self.parts.entropy)?;
        let passcode = match test.and_then(|test| test.passcode(rules.digits)) {
            Some(fixed) => fixed,
            None => Passcode::generate(rules.digits, &*self.parts.entropy)?,
        };
        let binding = request.binding(id);
        let reuse = rules.resend == Resend::Reuse;
        let keys = self.parts.keys.keys();
        let code = NewCode {
            mac: keys.mac(&passcode, binding),
            life: rules.life,
            tries: rules.tries,
            keeps: rules.resend.keeps(),
            sealed: reuse.then(|| keys.seal(&passcode, binding)).flatten(),
        };
        let intent = Intent {
            id,
            request_id: request.request_id,
            app: request.app.id.clone(),
            channel: request.channel,
            phone: request.phone.clone(),
            code,
            claim: request.claim.clone(),
        };
        Ok((intent, passcode))
    }

    /// Returns the passcode that the decision lets the message bring, and its remaining life; `None` where the message was to
    /// bring an earlier code once more that cannot be opened.
    pub(super) fn code_to_bring(
        &self,
        request: &SendRequest,
        decision: &Decision,
        fresh: Passcode,
        life: Duration,
    ) -> Option<(Passcode, Duration)> {
        let Some(live) = &decision.again else {
            return Some((fresh, life));
        };
        let passcode = self.again(request, live)?;
        Some((passcode, decision.at.until(live.expires_at)))
    }

    /// Opens the live code of the scope.
    fn again(&self, request: &SendRequest, live: &LiveCode) -> Option<Passcode> {
        self.parts
            .keys
            .keys()
            .open(&live.sealed, request.binding(live.message))
    }
}
