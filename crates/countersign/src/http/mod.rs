//! The HTTP interface. [`mod@router`] lists the endpoints; each endpoint is one file.

pub(crate) mod dev;
mod document;
mod keyed;
mod management;
mod monitor;
mod not_found;
mod oidc;
pub(crate) mod owner;
pub(crate) mod page;
mod proof;
mod receipts;
mod reference;
mod refusals;
pub(crate) mod request;
pub mod router;
mod safety;
mod site;
mod state;
mod this_machine;
pub(crate) mod v3;
pub(crate) mod wire;

pub use dev::Development;
pub use monitor::monitor;
pub use refusals::refusals;
pub use router::{of_console as console, site};
pub use site::Site;
pub use state::{AppState, Services};
pub(crate) use this_machine::ThisMachine;
