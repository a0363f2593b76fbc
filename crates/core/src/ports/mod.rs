//! The interfaces between the rules and everything that does I/O.
//!
//! | port | what it is |
//! |---|---|
//! | [`ledger`] | decides on sends and checks, and keeps what it decided |
//! | [`answers`] | keeps the answers of calls with idempotency keys |
//! | [`records`] | reads timelines, and takes vendors' reports |
//! | [`refusals`] | the sends that limits refused lately |
//! | [`tallies`] | counts of messages by time, application, channel, country and provider |
//! | [`audit`] | the acts of operators, in a chain |
//! | [`setup`] | everything that an operator has set up, at one version |
//! | [`staff`] | sessions, used codes and tries of the people who work with the console |
//! | [`erasure`] | takes a number out of everything that holds it |
//! | [`nodes`] | the processes that share a store, and which of them are alive |
//! | [`provider`] | an SMS vendor account |
//! | [`Clock`](crate::time::Clock), [`Entropy`](crate::entropy::Entropy) | time and randomness |
//!
//! Users of applications (sign-up, sign-in, second factors) get a port and rules of their own when they come, `users`,
//! and never a method of the ledger: an account call checks a code through
//! [`Checker`](crate::code::checker::Checker) like everybody else, in a durable step of its own, and then makes its
//! session.

pub mod answers;
pub mod audit;
pub mod erasure;
pub mod ledger;
pub mod nodes;
pub mod provider;
pub mod records;
pub mod refusals;
pub mod setup;
pub mod staff;
pub mod tallies;

use std::time::Duration;

/// The reason why a store failed. The step may have been made all the same, if its answer was lost; see the
/// promises of [`ledger`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The store has more work waiting than it can do in time.
    #[error("the store is overloaded")]
    Overloaded,
    /// Sends are held, since the database was put back: minutes taken before may not be on record. Nothing was decided.
    #[error("the database was put back, and sends are held for {} ms more", wait.as_millis())]
    Held {
        /// The time until sends are decided on again.
        wait: Duration,
    },
    /// The store is down, or could not make a step durable.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
}
