//! The HTTP door. [`mod@router`] is the site map; each endpoint is one file.

mod body;
mod context;
mod dev;
mod faults;
mod operator;
pub mod router;
mod state;
mod v3;

pub use router::router;
pub use state::AppState;
