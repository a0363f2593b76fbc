//! Checking a code.

use std::sync::Arc;

use countersign_core::code::check::{self, CheckView, Checked, CodeCheck, Effect, HitChange};
use countersign_core::code::failures::Failures;
use countersign_core::limit::Rules;
use countersign_core::limit::guess_sources::{AppGuesses, SourceView};
use countersign_core::ports::StoreError;
use countersign_core::time::{Clock, Timestamp};

use super::{buckets, too_old};
use crate::counting::Counting as _;
use crate::hit::{BucketKeys, LoggedHit, Touched};
use crate::postgres::batch::{Judge, Place, Rows};
use crate::postgres::keys::Keyring;
use crate::postgres::row::call::DecidedCall;
use crate::postgres::row::event::EventRow;
use crate::seal::{Key, Keys, Sealer};

/// A guess that is to be counted and compared.
pub(super) struct Checking {
    check: CodeCheck,
    scope: Keys,
    phone: Keys,
    /// The buckets of wrong guesses about the number.
    wrong: Touched,
    /// The hits of sends that a right guess ends, under the keys of every generation.
    ends: Arc<[LoggedHit]>,
    source: Option<Source>,
    sealer: Arc<Sealer>,
    keyring: Arc<Keyring>,
    clock: Arc<dyn Clock>,
    places: Vec<Place>,
}

/// The buckets of where a guess comes from.
struct Source {
    address: Option<Touched>,
    /// The bucket of wrong guesses at the codes of the application. It stands for the right ones too.
    app: Touched,
}

impl Source {
    fn app(&self) -> Option<BucketKeys<'_>> {
        self.app.bucket(0)
    }

    /// Counts a guess, for the statistic of the application.
    fn count(&self, effect: &Effect, rows: &mut Rows, now: Timestamp) {
        let guesses = AppGuesses {
            wrong: u64::from(effect.hits() == HitChange::Add),
            right: u64::from(matches!(effect, Effect::Used { .. })),
        };
        let app = self.app().filter(|_| guesses != AppGuesses::default());
        app.into_iter()
            .for_each(|app| rows.guesses.add(app, guesses, now));
    }
}

impl Checking {
    pub(super) fn new(check: CodeCheck, keyring: &Arc<Keyring>, clock: Arc<dyn Clock>) -> Self {
        let (guess, sealer) = (&check.guess, keyring.sealer());
        let (app, channel) = (guess.app.as_str(), guess.channel.as_str());
        let touched = |rules: &Rules| Touched::of(rules, &sealer);
        let ends = check.ends.as_ref();
        let mut this = Self {
            scope: sealer.keys(|each| each.code_scope(app, channel, &guess.phone)),
            phone: sealer.keys(|each| each.phone(&guess.phone)),
            wrong: touched(&check.rules),
            ends: ends.map_or_else(Arc::default, |ends| touched(ends).under_every_key()),
            source: check.source.as_ref().map(|rules| Source {
                address: rules.address.as_ref().map(touched),
                app: touched(&rules.wrong),
            }),
            places: Vec::new(),
            check,
            clock,
            sealer: Arc::clone(&sealer),
            keyring: Arc::clone(keyring),
        };
        this.places = this.all_places();
        this
    }

    fn all_places(&self) -> Vec<Place> {
        let mut places: Vec<_> = self.phone.all().map(Place::Number).collect();
        places.extend(self.scope.all().map(Place::Scope));
        places.extend(buckets(&self.wrong));
        places.extend(self.ends.iter().map(|hit| Place::Bucket(hit.bucket)));
        if let Some(source) = &self.source {
            places.extend(source.address.iter().flat_map(buckets));
        }
        if let Some(claim) = &self.check.claim {
            let ids = self.sealer.all();
            places.extend(ids.map(|each| Place::Call(each.call_id(&claim.call().name))));
        }
        places
    }

    fn failures(&self, rows: &Rows, now: Timestamp) -> Failures {
        let refusals = rows
            .buckets
            .judge_all(self.check.rules.set(), &self.wrong, now);
        Failures {
            in_a_row: rows.numbers.in_a_row(&self.phone),
            refused_until: refusals.into_iter().map(|(_, until)| until).max(),
        }
    }

    fn source(&self, rows: &Rows, now: Timestamp) -> SourceView {
        let Some((rules, keys)) = self.check.source.as_ref().zip(self.source.as_ref()) else {
            return SourceView::default();
        };
        let preview = |rules: &Rules, touched| rows.buckets.preview(rules.set(), touched, now);
        let address = rules.address.as_ref().zip(keys.address.as_ref());
        SourceView {
            address: address.map_or_else(Vec::new, |(rules, touched)| preview(rules, touched)),
            app: keys
                .app()
                .map_or_else(AppGuesses::default, |app| rows.guesses.of(app)),
        }
    }

    /// Returns the buckets in which a wrong guess makes hits: about the number, and of where it comes from.
    fn wrong_hits(&self) -> impl Iterator<Item = &LoggedHit> {
        let addresses = self
            .source
            .iter()
            .filter_map(|source| source.address.as_ref());
        let of_addresses = addresses.flat_map(|touched| &*touched.hits);
        self.wrong.hits.iter().chain(of_addresses)
    }

    fn apply(&self, effect: Effect, rows: &mut Rows, now: Timestamp) {
        match effect.hits() {
            HitChange::Add => self.wrong_hits().for_each(|hit| rows.buckets.add(hit, now)),
            HitChange::EndSends => {
                let ended = self.ends.iter();
                ended.for_each(|hit| rows.buckets.clear_until(hit.bucket, now));
            }
            HitChange::Keep | HitChange::Clear => {}
        }
        if let Some(source) = &self.source {
            source.count(&effect, rows, now);
        }
        rows.numbers.change(&self.phone, effect.consecutive(), now);
        rows.codes.apply(&self.scope, &effect, now);
        rows.events.push(EventRow {
            id: self.check.request_id,
            at: now,
            effect,
            caller: Some(self.check.caller),
            number: Some(self.phone.newest),
            scope: Some(self.scope.newest),
            sealed: None,
        });
    }

    fn note_call(&self, found: &Checked, rows: &mut Rows, now: Timestamp) {
        let Some(claim) = self.check.claim.clone() else {
            return;
        };
        let phone = &self.check.guess.phone;
        let call = DecidedCall::on_check(claim, phone, found, now, &self.sealer);
        call.into_iter().for_each(|call| rows.calls.decide(call));
    }
}

impl Judge for Checking {
    type Answer = Checked;

    fn places(&self) -> Vec<Place> {
        self.places.clone()
    }

    fn guesses(&self) -> Vec<Key> {
        let app = self.source.iter().filter_map(Source::app);
        app.flat_map(BucketKeys::all).collect()
    }

    fn day(&self) -> Option<Timestamp> {
        Some(self.check.request_id.made_at())
    }

    fn generation(&self) -> Option<u32> {
        Some(self.sealer.number)
    }

    fn repeat(&mut self) {
        if self.sealer.number != self.keyring.generation() {
            *self = Self::new(self.check.clone(), &self.keyring, Arc::clone(&self.clock));
        }
    }

    fn judge(&mut self, rows: &mut Rows) -> Result<Checked, StoreError> {
        let now = rows.now(&self.places);
        if self.check.is_too_late(self.clock.now()) {
            return Err(too_old());
        }
        if let Some(claim) = &self.check.claim {
            rows.calls.is_free(claim, &self.sealer, now)?;
        }
        let view = CheckView {
            codes: &rows.codes.of(&self.scope),
            failures: self.failures(rows, now),
            source: self.source(rows, now),
            now,
            dead_before: rows.dead_before,
            // A database has room for every number that is guessed at; its rows go when they count no more.
            counts_strangers: true,
        };
        let (found, effect) = check::judge(&self.check, &view);
        if let Some(effect) = effect {
            self.apply(effect, rows, now);
        }
        self.note_call(&found, rows, now);
        // Answers must not differ in speed, and a store that cannot write must not answer.
        rows.keep();
        Ok(found)
    }
}
