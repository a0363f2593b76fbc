//! Tokens: signed words that a phone proved a channel, or that a program may manage; and the keys that sign them.

mod key_file;
mod keys;
mod management;
mod minter;
mod schedule;
mod shared_keys;
mod signing_key;
mod subject;

pub(crate) use key_file::KEY_FILE;
pub use keys::{RotateError, SigningKeys, SigningKeysError};
pub use management::ManagementClaims;
pub use minter::{MintError, Minted, Minter};
pub use schedule::{LEAD, MANAGEMENT_LIFE, MAX_AGE, TOKEN_LIFE};
pub use subject::SubjectKey;
