//! The embedded database as an end of a [move](crate::moving).
//!
//! | room | what is in it |
//! |---|---|
//! | [`source`] | reading a database that is in use, while its process is stopped |
//! | [`target`] | bringing a file into a folder without a database |
//! | [`rows`] | reading rows of the log |
//! | [`counted`] | what limits count and which codes can be checked: out of the live state, and into what a start goes on with |

mod counted;
mod rows;
mod source;
mod target;
mod writing;

pub(crate) use source::SqliteSource;
pub(crate) use target::SqliteTarget;
