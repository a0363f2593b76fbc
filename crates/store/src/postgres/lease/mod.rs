//! Leases: the units of busy buckets that this node spends without locking their rows.
//!
//! [`countersign_core::limit::LeaseTerms`] has the rules. A send takes a [`Unit`] of every leased bucket before its batch is
//! made, and the batch does not lock that row. Where a lease is spent, or none fits, the send locks the row as if there were no
//! leases, so that it is never refused for want of a unit.
//!
//! A lease is never spent for longer than it is good: the node stops by its own clock, counted from before it asked; a send is
//! judged at its lease's end at the latest; and its write is refused by the database after that. The node gives back what it did
//! not spend of a lease that it spends no more, and asks for that once: where the answer is lost, the units count as spent.
//!
//! The first lease of a bucket is granted by a batch that has locked the row anyway. Those after it are granted by the
//! [`keeper`], in one statement on a session of its own, so that a node that stands still never holds a busy row.

mod demand;
mod held;
mod keeper;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_core::limit::{Lease, LeaseTerms};
use countersign_core::time::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::connect::Database;
use super::row::bucket::BucketRows;
use super::steady::Steady;
use crate::seal::Key;
use held::Held;

/// The number of buckets from which on those that nobody asks for are let go.
const MANY: usize = 4_096;

/// The leases of this node.
pub(crate) struct Leases {
    held: Mutex<HashMap<Key, Held>>,
    /// The buckets whose leases are nearly over.
    due: mpsc::UnboundedSender<Key>,
}

/// A unit of a lease. One that is not spent goes back to its lease.
pub(crate) struct Unit {
    leases: Arc<Leases>,
    bucket: Key,
    end: Timestamp,
    is_spent: bool,
}

impl Unit {
    /// Returns the last moment at which the unit may be spent, and the moment at which the bucket counts it.
    pub(crate) const fn end(&self) -> Timestamp {
        self.end
    }

    pub(crate) const fn spend(&mut self) {
        self.is_spent = true;
    }

    /// Takes back that the unit was spent: what was to be written certainly was not.
    pub(crate) const fn save(&mut self) {
        self.is_spent = false;
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        if !self.is_spent {
            self.leases.return_unit(self.bucket, self.end);
        }
    }
}

/// What the keeper asks of a bucket: the lease that this node wants, and what it gives back.
struct Call {
    terms: LeaseTerms,
    want: u64,
    rests: Vec<Lease>,
}

/// A lease that a bucket has granted to this node.
pub(crate) struct Granted {
    bucket: Key,
    lease: Lease,
    terms: LeaseTerms,
    /// The moment before the node asked for the lease.
    asked: Instant,
}

impl Leases {
    /// Starts to keep leases of buckets in a database.
    pub(crate) fn start(database: &Arc<Database>, steady: &Arc<Steady>) -> Arc<Self> {
        let (due, buckets) = mpsc::unbounded_channel();
        let leases = Arc::new(Self {
            held: Mutex::default(),
            due,
        });
        keeper::start(database, steady, &leases, buckets);
        leases
    }

    /// Takes a unit of the lease of a bucket for an event under these terms; `None` where the row of the bucket has to be
    /// locked.
    pub(crate) fn take(self: &Arc<Self>, bucket: Key, terms: &LeaseTerms) -> Option<Unit> {
        let now = Instant::now();
        let mut all = self.held();
        if all.len() >= MANY {
            all.retain(|_, held| !held.is_idle(now));
        }
        let held = all.entry(bucket).or_insert_with(|| Held::new(terms, now));
        held.ask(terms, now);
        let end = held.take(terms, now)?;
        if held.becomes_due(now) {
            // The keeper ends with the leases alone.
            let _ = self.due.send(bucket);
        }
        Some(Unit {
            leases: Arc::clone(self),
            bucket,
            end,
            is_spent: false,
        })
    }

    /// Grants leases of the buckets that a batch has locked and that many ask for, from `now` on. The batch was begun at
    /// `begun`. The leases hold once it is committed.
    pub(crate) fn grant_in(
        &self,
        rows: &mut BucketRows,
        now: Timestamp,
        begun: Instant,
    ) -> Vec<Granted> {
        let all = self.held();
        let leasable = rows.leasable().into_iter();
        let granted = leasable.filter_map(|bucket| {
            let (terms, want) = all.get(&bucket)?.wanted(begun)?;
            Some(Granted {
                bucket,
                lease: rows.lease(bucket, &terms, want, now)?,
                terms,
                asked: begun,
            })
        });
        granted.collect()
    }

    /// Spends leases from now on that were granted and committed.
    pub(crate) fn granted(&self, granted: Vec<Granted>) {
        let mut all = self.held();
        for granted in granted {
            if let Some(held) = all.get_mut(&granted.bucket) {
                held.granted(granted);
            }
        }
    }

    /// Asks for no lease of the buckets of now any more: the keys have changed, and their rows are known by others. Leases that run
    /// are given back once they are over.
    pub(crate) fn forget_demand(&self) {
        self.held().values_mut().for_each(Held::forget_demand);
    }

    fn return_unit(&self, bucket: Key, end: Timestamp) {
        if let Some(held) = self.held().get_mut(&bucket) {
            held.return_unit(end);
        }
    }

    /// Returns the buckets with leases that are over and that nobody renews.
    fn left_over(&self) -> Vec<Key> {
        let (mut all, now) = (self.held(), Instant::now());
        let left = all.iter_mut();
        let left = left.filter_map(|(bucket, held)| held.is_left_over(now).then_some(*bucket));
        let mut left: Vec<_> = left.collect();
        left.sort_unstable();
        left
    }

    fn call(&self, bucket: Key) -> Option<Call> {
        let mut all = self.held();
        Some(all.get_mut(&bucket)?.call(Instant::now()))
    }

    /// Ends a call of the keeper, which was granted this lease, and did not give back what it `kept`.
    fn called(&self, bucket: Key, kept: Vec<Lease>, granted: Option<Granted>) {
        if let Some(held) = self.held().get_mut(&bucket) {
            held.called(kept);
        }
        self.granted(granted.into_iter().collect());
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Key, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
