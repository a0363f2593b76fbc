//! Verification tokens: signed words that a phone proved a channel, and the keys that sign them.

mod keys;
mod minter;
mod schedule;
mod signing_key;
mod subject;

pub use keys::{RotateError, SigningKeys, SigningKeysError};
pub use minter::{MintError, Minted, Minter};
pub use schedule::{LEAD, MAX_AGE, TOKEN_LIFE};
pub use subject::SubjectKey;
