//! Tokens: signed words that a phone proved a channel, or that a program may manage; and the keys that sign them.

mod key_file;
mod key_ring;
mod keys;
mod management;
mod minter;
mod schedule;
mod shared_keys;
mod signing_key;
mod signing_room;
mod subject;

pub(crate) use key_file::KEY_FILE;
pub use keys::{RotateError, SigningKeys, SigningKeysError};
pub use management::ManagementClaims;
pub use minter::{MintError, Minted, Minter, Turn};
pub use schedule::{LEAD, MANAGEMENT_LIFE, MAX_AGE, TOKEN_LIFE};
pub use signing_room::SigningRoom;
pub use subject::SubjectKey;
