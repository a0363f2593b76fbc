//! The port to the audit record: [acts](crate::audit) in a chain, which grows and is never changed.
//!
//! # What a store promises
//!
//! - **One commit.** [`SetupStore::change`](super::setup::SetupStore::change) and
//!   [`Ledger::unlock`](super::ledger::Ledger::unlock) make their act themselves, in the commit of the change: neither is
//!   on record without the other.
//! - **One chain.** Each act gets the next number and the hash of the act before ([`chain`](crate::audit::chain)), over
//!   all nodes of a deployment.
//! - **Only appended.** A store refuses to change or to delete an entry.

use async_trait::async_trait;

use super::StoreError;
use crate::audit::Act;
use crate::audit::chain::{Entry, Head};

/// Keeps the audit record.
#[async_trait]
pub trait AuditLog: Send + Sync + 'static {
    /// Records an act that changes nothing in the database. Do what is outside the database after this returns, so that
    /// it is never done without a record; where it fails then, record the [failed](Act::failed) act too.
    ///
    /// # Errors
    /// [`StoreError`] when the act could not be made durable. It may be on record all the same.
    async fn record(&self, act: Act) -> Result<(), StoreError>;

    /// Returns the newest entry's number and hash.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    async fn head(&self) -> Result<Head, StoreError>;

    /// Returns the entries after the number `seq`, oldest first, at most `limit`. An entry that was changed is returned
    /// as it is found: [`Verifier`](crate::audit::chain::Verifier) judges it.
    ///
    /// # Errors
    /// [`StoreError`] when the first of them cannot be read.
    async fn after(&self, seq: u64, limit: u16) -> Result<Vec<Entry>, StoreError>;

    /// Returns the entries before the number `seq`, or all where it is `None`, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the first of them cannot be read.
    async fn before(&self, seq: Option<u64>, limit: u16) -> Result<Vec<Entry>, StoreError>;
}
