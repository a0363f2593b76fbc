//! The HTTP door. [`mod@router`] is the site map; each endpoint is one file.

mod admission;
mod application;
mod body;
mod channels;
mod context;
mod cors;
mod credentials;
mod dev;
mod endpoint;
mod faults;
mod gate;
mod oidc;
mod openapi;
mod operator;
mod receipts;
pub mod router;
mod schemas;
mod shape;
mod signature;
mod sms_provider;
mod sms_route;
mod sms_template;
mod state;
mod string_to_sign;
mod v3;

pub use gate::{Gate, Pass};
pub use router::Site;
pub use state::{AppState, Parts};
