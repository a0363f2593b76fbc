//! Sessions with the database: where it is, how a session is encrypted, and what each session promises.

mod pace;
mod session;
mod tls;
mod url;

pub(crate) use session::{Connected, Database, NotOpened, SCHEMA, Session, Work};
pub use url::{DatabaseUrl, InvalidUrl};
