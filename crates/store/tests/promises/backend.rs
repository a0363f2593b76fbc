//! The interface by which the tests start, stop and hinder a store.

use std::sync::Arc;

use async_trait::async_trait;
use countersign_core::ports::answers::Answers;
use countersign_core::ports::audit::AuditLog;
use countersign_core::ports::erasure::Eraser;
use countersign_core::ports::ledger::Ledger;
use countersign_core::ports::records::Records;
use countersign_core::ports::setup::SetupStore;
use countersign_core::ports::staff::Staff;
use countersign_core::ports::tallies::TallyBook;
use countersign_core::retention::Retention;
use countersign_core::testing::HandClock;
use countersign_core::time::{Clock, Timestamp};
use countersign_store::Generations;

#[cfg(feature = "postgres")]
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;

/// Returns every backend. Each promise is tested on all of them; another backend is another line.
pub(crate) fn all() -> Vec<Box<dyn Backend>> {
    vec![
        Box::new(Sqlite::in_memory()),
        #[cfg(feature = "postgres")]
        Box::new(Postgres::new()),
    ]
}

/// The clock of every backend begins here.
pub(crate) const BEGINNING: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// A store that a test starts, stops and hinders. It is running until it is stopped.
#[async_trait]
pub(crate) trait Backend: Send + Sync {
    fn ledger(&self) -> Arc<dyn Ledger>;

    fn records(&self) -> Arc<dyn Records>;

    fn setups(&self) -> Arc<dyn SetupStore>;

    fn staff(&self) -> Arc<dyn Staff>;

    fn answers(&self) -> Arc<dyn Answers>;

    fn tally_book(&self) -> Arc<dyn TallyBook>;

    fn audit(&self) -> Arc<dyn AuditLog>;

    fn eraser(&self) -> Arc<dyn Eraser>;

    fn generations(&self) -> Arc<dyn Generations>;

    /// Adds a generation of keys, which the next start has, or [`Backend::begin_keys`] brings into use.
    fn add_keys(&mut self);

    /// Brings the newest keys into use while the store runs. Does nothing where a start has done so.
    async fn begin_keys(&self);

    /// Forgets all keys but the newest.
    fn drop_older_keys(&mut self);

    /// Starts a stopped store with its newest keys alone. Returns whether it is refused for want of older ones.
    fn lacks_older_keys(&self) -> bool;

    /// Returns whether a message that was under way can be settled after a start: other nodes were not stopped.
    fn settles_after_a_start(&self) -> bool;

    /// Returns the clock that the test moves.
    fn hand_clock(&self) -> Arc<HandClock>;

    /// Lets the store know that the test has moved the clock.
    fn follow_hand_clock(&self) {}

    /// Returns the clock by which the store decides. It may run ahead of the [`Backend::hand_clock`].
    fn clock(&self) -> Arc<dyn Clock>;

    /// Ends the process, in good order.
    fn stop(&mut self);

    /// Starts a process over the same data.
    fn start(&mut self);

    /// Lets go what is older than `retention`, until the process ends.
    fn keep_for(&self, retention: Retention);

    /// Refuses to write records of this kind, or allows it again.
    fn refuse_writes(&self, of: RecordKind, refuse: bool);

    /// Returns whether a guess, an unlock or a token use counts although it was answered with an error, since
    /// it could not be written. The port allows both.
    fn counts_failed_events(&self) -> bool;
}

/// The kinds of records that a backend may be unable to write.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RecordKind {
    Messages,
    Outcomes,
    /// Guesses, uses, unlocks and token uses.
    Events,
}

#[async_trait]
impl Backend for Box<dyn Backend> {
    fn follow_hand_clock(&self) {
        (**self).follow_hand_clock();
    }

    fn ledger(&self) -> Arc<dyn Ledger> {
        (**self).ledger()
    }

    fn records(&self) -> Arc<dyn Records> {
        (**self).records()
    }

    fn setups(&self) -> Arc<dyn SetupStore> {
        (**self).setups()
    }

    fn staff(&self) -> Arc<dyn Staff> {
        (**self).staff()
    }

    fn answers(&self) -> Arc<dyn Answers> {
        (**self).answers()
    }

    fn tally_book(&self) -> Arc<dyn TallyBook> {
        (**self).tally_book()
    }

    fn audit(&self) -> Arc<dyn AuditLog> {
        (**self).audit()
    }

    fn eraser(&self) -> Arc<dyn Eraser> {
        (**self).eraser()
    }

    fn generations(&self) -> Arc<dyn Generations> {
        (**self).generations()
    }

    fn add_keys(&mut self) {
        (**self).add_keys();
    }

    async fn begin_keys(&self) {
        (**self).begin_keys().await;
    }

    fn drop_older_keys(&mut self) {
        (**self).drop_older_keys();
    }

    fn lacks_older_keys(&self) -> bool {
        (**self).lacks_older_keys()
    }

    fn settles_after_a_start(&self) -> bool {
        (**self).settles_after_a_start()
    }

    fn hand_clock(&self) -> Arc<HandClock> {
        (**self).hand_clock()
    }

    fn clock(&self) -> Arc<dyn Clock> {
        (**self).clock()
    }

    fn stop(&mut self) {
        (**self).stop();
    }

    fn start(&mut self) {
        (**self).start();
    }

    fn keep_for(&self, retention: Retention) {
        (**self).keep_for(retention);
    }

    fn refuse_writes(&self, of: RecordKind, refuse: bool) {
        (**self).refuse_writes(of, refuse);
    }

    fn counts_failed_events(&self) -> bool {
        (**self).counts_failed_events()
    }
}
