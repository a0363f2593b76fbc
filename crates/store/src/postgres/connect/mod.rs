//! Sessions with the database: where it is, how a session is encrypted, and what each session promises.

mod pace;
mod session;
mod tls;
mod transactions;
mod url;

pub(crate) use pace::Pace;
pub(crate) use session::{Connected, Database, NotOpened, SCHEMA, Session, Work};
pub(crate) use transactions::Transactions;
pub use url::{DatabaseUrl, InvalidUrl};
