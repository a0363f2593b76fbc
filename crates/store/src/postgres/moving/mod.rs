//! The database of several nodes as an end of a [move](crate::moving).
//!
//! Rows travel as JSON, which PostgreSQL makes and reads itself: a statement for each kind and direction. What is packed in a column
//! is packed and unpacked here.
//!
//! | room | what is in it |
//! |---|---|
//! | [`source`] | reading a database whose nodes have all ended |
//! | [`target`] | bringing a file into a database that holds nothing |
//! | [`reading`] | reading rows, kind by kind |
//! | [`writing`] | writing rows, kind by kind |
//! | [`packed`] | what limits count and which codes can be checked |
//! | [`statements`] | the statements of both |

mod packed;
mod reading;
mod source;
mod statements;
mod target;
mod writing;

use tokio_postgres::Client;

use super::words;
use crate::home;
use crate::moving::MoveError;

pub(crate) use source::PostgresSource;
pub(crate) use target::PostgresTarget;

/// Returns whether an import into the database has begun and not ended.
pub(super) async fn is_half(client: &Client) -> Result<bool, tokio_postgres::Error> {
    let half = "SELECT EXISTS (SELECT FROM import WHERE ended_at IS NULL)";
    client.query_one(half, &[]).await?.try_get(0)
}

impl From<tokio_postgres::Error> for MoveError {
    fn from(error: tokio_postgres::Error) -> Self {
        MoveError::Database(words::of(&error))
    }
}

impl From<super::OpenError> for MoveError {
    fn from(error: super::OpenError) -> Self {
        MoveError::Open(home::OpenError::Postgres(error))
    }
}
