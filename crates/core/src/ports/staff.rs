//! The port to what changes with every visit of the people who work with the console: their sessions, the codes that they used,
//! and their tries. The people themselves are settings ([`setup`](super::setup)).
//!
//! # What a store promises
//!
//! - **One truth.** What one node has written, every other node reads at once: a session that was ended is over everywhere.
//! - **A step passes once.** Of two who use one step of a person, on any nodes, one wins ([`Staff::use_step`]).
//! - **Tries are counted once.** [`Staff::count`] judges and counts in one atomic step, over nodes and restarts.
//! - **Unreadable at rest.** Sessions are sealed, so that nobody can make one up in the database; what tries are counted by is
//!   digested.

use std::time::Duration;

use async_trait::async_trait;

use super::StoreError;
use crate::id::RequestId;
use crate::staff::pace::Tried;
use crate::staff::person::PersonId;
use crate::staff::session::Session;
use crate::staff::token::TokenHash;
use crate::time::Timestamp;

/// Keeps what changes with every visit of a person.
///
/// Each method fails with [`StoreError`] when the store cannot read or write; what was to be written may be on record then.
#[async_trait]
pub trait Staff: Send + Sync + 'static {
    /// Begins a session. The store may forget sessions that are over at `now`.
    async fn begin_session(&self, session: Session, now: Timestamp) -> Result<(), StoreError>;

    /// Returns the session with this id, whether or not it is over: [`Session::is_alive`] judges that.
    async fn session(&self, id: TokenHash) -> Result<Option<Session>, StoreError>;

    /// Returns the sessions of a person, in any order, whether or not they are over.
    async fn sessions_of(&self, person: &PersonId) -> Result<Vec<Session>, StoreError>;

    /// Puts `session` in place of the one with its id. Does nothing where that was ended meanwhile.
    async fn keep_session(&self, session: Session) -> Result<(), StoreError>;

    /// Ends the session with this id.
    async fn end_session(&self, id: TokenHash) -> Result<(), StoreError>;

    /// Ends all sessions of a person, except the one with the id `but`.
    async fn end_sessions(
        &self,
        person: &PersonId,
        but: Option<TokenHash>,
    ) -> Result<(), StoreError>;

    /// Returns the last step of [codes](crate::staff::totp) that the person has used.
    async fn used_step(&self, person: &PersonId) -> Result<Option<u64>, StoreError>;

    /// Uses a step of a person. Returns false, and changes nothing, where that step or a later one was used.
    async fn use_step(&self, person: &PersonId, step: u64) -> Result<bool, StoreError>;

    /// Counts a try of the request `id` under every rule in `tried`. Where a rule allows none at `now`, counts nothing, and
    /// returns the longest time until all of them allow one.
    async fn count(
        &self,
        tried: Vec<Tried>,
        id: RequestId,
        now: Timestamp,
    ) -> Result<Option<Duration>, StoreError>;

    /// Takes back the tries of the request `id`, since it was right.
    async fn take_back(&self, id: RequestId) -> Result<(), StoreError>;
}
