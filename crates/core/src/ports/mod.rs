//! The interfaces between the rules and everything that does I/O.
//!
//! | port | what it is |
//! |---|---|
//! | [`ledger`] | decides on sends and checks, and keeps what it decided |
//! | [`records`] | reads timelines, and takes vendors' reports |
//! | [`setup`] | everything that an operator has set up, at one version |
//! | [`provider`] | an SMS vendor account |
//! | [`Clock`](crate::time::Clock), [`Entropy`](crate::entropy::Entropy) | time and randomness |

pub mod ledger;
pub mod provider;
pub mod records;
pub mod setup;

/// Why a store could not do as asked. The step may have been made all the same, where its answer was lost; see the
/// promises of [`ledger`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// More work is waiting than can be done in time.
    #[error("the store is overloaded")]
    Overloaded,
    /// It is down, or could not make a step durable.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
}
