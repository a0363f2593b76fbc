//! The store of several nodes: a PostgreSQL database that they share.
//!
//! No node holds a counter of its own. A [`batch`] of decisions is one short transaction of two round trips: the first
//! locks and reads every row that the decisions are about, together with the clock of the database; then the node judges
//! by the rules of [`countersign_core`]; the second writes what came of it and commits. The next batch is what was asked
//! for meanwhile. No rule is written in SQL (`docs/decisions/0031-postgresql.md`).
//!
//! | room | what is in it |
//! |---|---|
//! | [`connect`] | sessions: the address of the database, TLS, time limits, what a session promises |
//! | [`schema`] | the tables, and how a start brings a database to them |
//! | [`start`] | opening a store: the schema, then the keys |
//! | [`ports`] | the store as the ports that a service is made of |
//! | [`inspect`](mod@inspect) | a look at the database by a process that has no store open |
//! | [`keys`] | the keys that the database was written with |
//! | [`shared_secrets`] | the secrets that nodes share, such as the keys that sign tokens |
//! | [`clock`] | reading times |
//! | [`steady`] | the clock that decides: that of the database, without its leaps |
//! | [`batch`] | deciding in batches: places, rows, the two round trips, what is under way |
//! | [`lease`] | units of busy buckets that a node spends without locking their rows |
//! | [`row`] | the rows that a batch changes, packed and unpacked |
//! | [`setup`] | everything that an operator has set up, and hearing of changes by other nodes |
//! | [`staff`] | sessions, used steps and tries of people |
//! | [`audit`] | the acts of operators, one chain of all nodes |
//! | [`nodes`] | which nodes there are, and who is alive |
//! | [`refusals`] | the sends that limits refused lately, on all nodes |
//! | [`ledger`] | sends, settlements, checks, unlocks and tokens, each a step of a batch |
//! | [`mark`] | noticing that a database was put back |
//! | [`gauges`] | the figures of a database |
//! | [`answers`] | answers under idempotency keys |
//! | [`records`] | timelines, reports of vendors, unlocks |
//! | [`replica`] | a standby that answers those who only look |
//! | [`tallies`] | reading tallies |
//! | [`erase`] | taking a number out of everything |
//! | [`upkeep`] | tallies, retention and cleaning, by one node at a time |
//! | [`moving`] | the database as an end of a move |
//! | [`outage`] | telling once that work nobody waits for does not go on |
//! | [`partitions`] | a table a day for messages, attempts and events |

mod answers;
mod audit;
mod batch;
mod clock;
mod connect;
mod days;
mod erase;
mod gauges;
mod inspect;
mod keys;
mod lease;
mod ledger;
mod mark;
pub(crate) mod moving;
mod nodes;
mod outage;
mod partitions;
mod ports;
mod records;
mod refusals;
mod replica;
mod row;
mod schema;
mod setup;
mod shared_secrets;
mod staff;
mod start;
mod steady;
mod tallies;
mod upkeep;
mod words;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use countersign_core::ports::StoreError;
use countersign_core::retention::Retention;
use countersign_core::time::Clock;

use crate::held::HeldKeys;
use batch::Batches;
use connect::{Database, Session, Transactions};
use gauges::Gauges;
use keys::Keyring;
use lease::Leases;
use ledger::Undecided;
use nodes::Life;
use replica::Replica;
use setup::{Follower, Setups};
use upkeep::Upkeep;

pub(crate) use audit::StandingAudit;
pub use connect::{DatabaseUrl, InvalidUrl};
pub(crate) use inspect::inspect;
pub(crate) use ports::open;
pub use refusals::SharedRefusals;
pub use start::OpenError;

/// The store of a deployment whose nodes share a PostgreSQL database.
pub struct PostgresStore {
    /// The task of upkeep, which ends when this is dropped.
    _upkeep: Upkeep,
    retention: Arc<OnceLock<Retention>>,
    database: Arc<Database>,
    batches: Arc<Batches>,
    leases: Arc<Leases>,
    undecided: Arc<Undecided>,
    gauges: Arc<Gauges>,
    setups: Arc<Setups>,
    /// The sign of life of this node.
    life: Life,
    /// Hears of changes of the setup until the store is dropped.
    _follower: Follower,
    /// The session for what is only read.
    reading: Session,
    /// The session for records: somebody who reads many timelines holds up no settlement.
    records: Session,
    /// A standby that is asked in their place by those who only look.
    replica: Option<Arc<Replica>>,
    /// The session for what is locked beside the batches.
    transactions: Transactions,
    /// The idempotency keys that calls of this node hold.
    held: HeldKeys,
    keyring: Arc<Keyring>,
    /// The clock of this node: it judges what comes too late, and decides nothing else.
    clock: Arc<dyn Clock>,
}

/// The time that a decision may take to become durable before its caller gets "unavailable".
const DECISION: Duration = Duration::from_millis(1_500);

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Lets go what is older than `retention`, from now on: before this is called, this node lets nothing go. Another call
    /// changes nothing.
    pub fn keep_for(&self, retention: Retention) {
        let _ = self.retention.set(retention);
    }
}

fn unsealed() -> StoreError {
    StoreError::Unavailable("what is secret could not be sealed".to_owned())
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the store has stopped".to_owned())
}
