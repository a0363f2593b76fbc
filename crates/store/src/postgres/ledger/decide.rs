//! Deciding on a send.

use std::sync::Arc;

use countersign_core::code::Code;
use countersign_core::limit::{LeaseTerms, Rules};
use countersign_core::message::{Decision, Intent};
use countersign_core::ports::StoreError;
use countersign_core::time::{Clock, Timestamp};

use super::unsealed;
use crate::counting::Counting as _;
use crate::hit::{LoggedHit, Touched};
use crate::postgres::batch::{Judge, Place, Rows};
use crate::postgres::keys::Keyring;
use crate::postgres::lease::{Leases, Unit};
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
    keyring: Arc<Keyring>,
    /// The clock of this node, which made the id of the message.
    clock: Arc<dyn Clock>,
    /// The units of leases, by the places of the buckets that are not locked.
    units: Vec<(usize, Unit)>,
    places: Vec<Place>,
}

impl Deciding {
    pub(super) fn new(
        intent: Intent,
        rules: Rules,
        keyring: &Arc<Keyring>,
        clock: Arc<dyn Clock>,
        leases: Option<&Arc<Leases>>,
    ) -> Result<Self, StoreError> {
        let (app, channel) = (intent.app.as_str(), intent.channel.as_str());
        let sealer = keyring.sealer();
        let touched = Touched::of(&rules, &sealer);
        let scope = sealer.keys(|each| each.code_scope(app, channel, &intent.phone));
        let sealed_phone = sealer.seal(&intent.phone, intent.id);
        let units = leasable(&rules, &touched);
        let units =
            units.filter_map(|(place, key, terms)| Some((place, leases?.take(key, terms)?)));
        let mut this = Self {
            units: units.collect(),
            touched,
            scope,
            number: sealer.phone(&intent.phone),
            sealed_phone: sealed_phone.ok_or_else(unsealed)?,
            sealer,
            keyring: Arc::clone(keyring),
            intent,
            rules,
            clock,
            places: Vec::new(),
        };
        this.places = this.all_places();
        Ok(this)
    }

    fn all_places(&self) -> Vec<Place> {
        let all = (0..self.touched.hits.len()).filter(|place| !self.is_leased(*place));
        let own = all.filter_map(|place| self.touched.bucket(place));
        let own = own.flat_map(|bucket| bucket.all().map(Place::Bucket));
        let mut places: Vec<_> = own.collect();
        places.extend(self.scope.all().map(Place::Scope));
        if let Some(claim) = &self.intent.claim {
            let ids = self.sealer.all();
            places.extend(ids.map(|each| Place::Call(each.call_id(&claim.call().name))));
        }
        places
    }

    fn is_leased(&self, place: usize) -> bool {
        self.units.iter().any(|(leased, _)| *leased == place)
    }

    /// Returns the hits that the send makes in buckets that are locked.
    fn own_hits(&self) -> Vec<LoggedHit> {
        let hits = self.touched.hits.iter().enumerate();
        let own = hits.filter(|(place, _)| !self.is_leased(*place));
        own.map(|(_, hit)| *hit).collect()
    }

    /// Spends the units that the send has of leases. Returns the ends of the leases, by the places of the buckets.
    fn spend(&mut self, rows: &mut Rows) -> Vec<(usize, Timestamp)> {
        for (place, key, _) in leasable(&self.rules, &self.touched) {
            if !self.is_leased(place) {
                rows.buckets.may_lease(key);
            }
        }
        let spent = self.units.iter_mut().map(|(place, unit)| {
            unit.spend();
            rows.write_until(unit.end());
            (*place, unit.end())
        });
        spent.collect()
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

    fn admit(&mut self, decision: &Decision, rows: &mut Rows) -> Arc<MessageFacts> {
        let leased = self.spend(rows);
        let (intent, now) = (&self.intent, decision.at);
        rows.buckets.add_all(&self.own_hits(), now);
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
            leased,
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

    fn generation(&self) -> Option<u32> {
        Some(self.sealer.number)
    }

    /// A lease that is over by now does not count the send any more: the row of the bucket has to.
    fn is_outdated(&self, rows: &Rows) -> bool {
        let now = rows.now(&self.places);
        self.units.iter().any(|(_, unit)| unit.end() < now)
    }

    /// Locks the rows of all buckets from now on, as the keys know them that are in use now.
    fn repeat(&mut self) {
        self.units.iter_mut().for_each(|(_, unit)| unit.save());
        self.units.clear();
        self.places = self.all_places();
        if self.sealer.number == self.keyring.generation() {
            return;
        }
        let (intent, rules) = (self.intent.clone(), self.rules.clone());
        let anew = Self::new(intent, rules, &self.keyring, Arc::clone(&self.clock), None);
        // Where nothing can be sealed, it stays outdated until its caller has gone.
        anew.into_iter().for_each(|anew| *self = anew);
    }

    fn judge(&mut self, rows: &mut Rows) -> Result<Self::Answer, StoreError> {
        // A batch of before may have spent them, and left nothing.
        self.units.iter_mut().for_each(|(_, unit)| unit.save());
        let now = rows.now(&self.places);
        self.is_possible(rows, now)?;
        let limits = self.rules.set();
        let refusals = rows.buckets.judge_all(limits, &self.touched, now);
        let mut decision = Decision::new(now, Arc::clone(limits), refusals);
        if !decision.admitted() {
            return Ok((self.refused(decision, rows), None));
        }
        decision.at = rows.codes.newer_than_all(&self.scope, self.intent.id, now);
        if self.intent.sends_again() {
            decision.again = rows.codes.to_send_again(&self.scope, now, rows.dead_before);
        }
        let facts = self.admit(&decision, rows);
        Ok((decision, Some(facts)))
    }
}

/// Iterates over the buckets of a send that may be leased: place, key and terms. A bucket under several keys is not leased, since
/// its hits lie in several rows.
fn leasable<'a>(
    rules: &'a Rules,
    touched: &'a Touched,
) -> impl Iterator<Item = (usize, Key, &'a LeaseTerms)> {
    let places = 0..touched.hits.len();
    places.filter_map(|place| {
        let terms = rules.set().lease_terms(place)?;
        let bucket = touched.bucket(place)?;
        (!bucket.has_older()).then_some((place, bucket.newest, terms))
    })
}
