#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod builder;
mod client;
mod error;
mod host;
mod response;
mod send_sms;
#[cfg(feature = "rustls")]
mod tls;
mod transport;

#[cfg(feature = "blocking")]
pub mod blocking;

pub use builder::AuthenticationClientBuilder;
pub use client::AuthenticationClient;
pub use countersign_api::{Channel, Lang};
pub use error::{Error, ErrorKind};
pub use response::SendSmsResponse;
pub use send_sms::SendSms;
