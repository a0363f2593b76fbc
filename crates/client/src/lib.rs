#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod builder;
mod call;
mod challenge;
mod client;
#[cfg(feature = "tokens")]
mod clock;
mod code;
mod error;
mod host;
mod introspect_token;
#[cfg(feature = "tokens")]
mod keys;
mod may_send;
mod pre_check_code;
mod repeat;
mod response;
mod send_sms;
#[cfg(feature = "rustls")]
mod tls;
#[cfg(feature = "tokens")]
mod token;
mod transport;
mod verify_code;

#[cfg(feature = "blocking")]
pub mod blocking;

pub use builder::AuthenticationClientBuilder;
pub use challenge::Challenge;
pub use client::AuthenticationClient;
pub use countersign_api::{Channel, Lang, VerificationClaims};
pub use error::{Error, ErrorKind};
pub use introspect_token::{IntrospectTokenResponse, IntrospectedToken};
pub use may_send::{MaySend, MaySendResponse, SendRule};
pub use pre_check_code::{PreCheckCode, PreCheckCodeResponse, PreCheckedCode};
pub use response::{Response, SendSmsResponse};
pub use send_sms::SendSms;
pub use verify_code::{InvalidReason, VerifiedCode, VerifyCode, VerifyCodeResponse};
