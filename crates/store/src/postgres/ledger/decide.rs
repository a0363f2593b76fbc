//! Deciding on a send.

use std::sync::Arc;

use countersign_core::code::Code;
use countersign_core::limit::Rules;
use countersign_core::message::{Decision, Intent};
use countersign_core::ports::StoreError;
use countersign_core::time::{Clock, Timestamp};

use super::{buckets, unsealed};
use crate::counting::Counting as _;
use crate::hit::Touched;
use crate::postgres::batch::{Judge, Place, Rows};
use crate::postgres::row::call::DecidedCall;
use crate::postgres::row::message::{MessageFacts, NewMessage};
use crate::seal::{Key, Keys, Sealer};

/// A send that is to be decided on, with everything about it that can be computed before its rows are locked.
pub(super) struct Deciding {
    intent: Intent,
    rules: Rules,
    touched: Touched,
    scope: Keys,
    number: Key,
    sealed_phone: Vec<u8>,
    sealer: Arc<Sealer>,
    /// The clock of this node, which made the id of the message.
    clock: Arc<dyn Clock>,
    places: Vec<Place>,
}

impl Deciding {
    pub(super) fn new(
        intent: Intent,
        rules: Rules,
        sealer: &Arc<Sealer>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let (app, channel) = (intent.app.as_str(), intent.channel.as_str());
        let touched = Touched::of(&rules, sealer);
        let scope = sealer.keys(|each| each.code_scope(app, channel, &intent.phone));
        let mut places = buckets(&touched);
        places.extend(scope.all().map(Place::Scope));
        if let Some(claim) = &intent.claim {
            let ids = sealer.all().map(|each| each.call_id(&claim.call().name));
            places.extend(ids.map(Place::Call));
        }
        let sealed_phone = sealer.seal(&intent.phone, intent.id);
        Ok(Self {
            touched,
            scope,
            number: sealer.phone(&intent.phone),
            sealed_phone: sealed_phone.ok_or_else(unsealed)?,
            sealer: Arc::clone(sealer),
            intent,
            rules,
            clock,
            places,
        })
    }

    /// Refuses a send on which nothing can be decided.
    fn is_possible(&self, rows: &Rows, now: Timestamp) -> Result<(), StoreError> {
        let wait = now.until(rows.held_until);
        if !wait.is_zero() {
            return Err(StoreError::Held { wait });
        }
        if self.intent.is_too_late(self.clock.now()) {
            return Err(StoreError::Unavailable("the intent is too old".to_owned()));
        }
        match &self.intent.claim {
            Some(claim) => rows.calls.is_free(claim, &self.sealer, now),
            None => Ok(()),
        }
    }

    fn refused(&self, decision: Decision, rows: &Rows) -> Decision {
        let Some((place, limit, _)) = decision.refused_by() else {
            return decision;
        };
        let placed = decision.limits.limits().get(place);
        let keys = placed.and_then(|placed| self.touched.bucket(placed.bucket));
        let counted = keys.map_or(0, |keys| rows.buckets.count(limit, keys, decision.at));
        Decision {
            counted,
            ..decision
        }
    }

    fn admit(&self, decision: &Decision, rows: &mut Rows) -> Arc<MessageFacts> {
        let (intent, now) = (&self.intent, decision.at);
        rows.buckets.add_all(&self.touched.hits, now);
        let own = decision.again.is_none();
        let code = own.then(|| Code::pending(intent.id, now, &intent.code));
        if let Some(code) = code {
            rows.codes
                .add(self.scope.newest, code, intent.code.sealed.clone());
        }
        if let Some(claim) = intent.claim.clone() {
            let call = DecidedCall::on_message(claim, &intent.phone, intent.id, now, &self.sealer);
            rows.calls.decide(call);
        }
        let facts = Arc::new(MessageFacts {
            decided_at: now,
            scope: self.scope.newest,
            hits: Arc::clone(&self.touched.hits),
        });
        rows.messages.new.push(NewMessage {
            id: intent.id,
            request_id: intent.request_id,
            app: intent.app.clone(),
            channel: intent.channel.as_str(),
            sealed_phone: self.sealed_phone.clone(),
            number: self.number,
            limits: Arc::clone(&decision.limits),
            refusals: decision.refusals.clone(),
            price: self.rules.price(),
            again: decision.again.clone(),
            code,
            facts: Arc::clone(&facts),
        });
        rows.keep();
        facts
    }
}

impl Judge for Deciding {
    type Answer = (Decision, Option<Arc<MessageFacts>>);

    fn places(&self) -> Vec<Place> {
        self.places.clone()
    }

    fn day(&self) -> Option<Timestamp> {
        Some(self.intent.id.made_at())
    }

    fn judge(&mut self, rows: &mut Rows) -> Result<Self::Answer, StoreError> {
        let now = rows.now(&self.places);
        self.is_possible(rows, now)?;
        let limits = self.rules.set();
        let refusals = rows.buckets.judge_all(limits, &self.touched, now);
        let mut decision = Decision::new(now, Arc::clone(limits), refusals);
        if !decision.admitted() {
            return Ok((self.refused(decision, rows), None));
        }
        if self.intent.sends_again() {
            decision.again = rows.codes.to_send_again(&self.scope, now, rows.dead_before);
        }
        let facts = self.admit(&decision, rows);
        Ok((decision, Some(facts)))
    }
}
