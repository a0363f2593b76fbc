//! Tests of the SDK against a local service that behaves, or misbehaves, as told. Each test runs both clients
//! of the SDK: the async one and, where it is built, the blocking one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use countersign_client::{
    AuthenticationClient, AuthenticationClientBuilder, Channel, Error, SendSms, SendSmsResponse,
};

include!("service.rs");
#[cfg(feature = "tokens")]
include!("signer.rs");

mod answers;
#[cfg(feature = "blocking")]
mod blocking;
mod challenges;
mod checks;
mod failures;
#[cfg(feature = "tokens")]
mod keys;
mod readme;
mod repeats;
mod setup;
#[cfg(feature = "rustls")]
mod tls;
#[cfg(feature = "tokens")]
mod tokens;
mod wire;

type Way = fn(AuthenticationClientBuilder, SendSms) -> Result<SendSmsResponse, Error>;

/// The clients of the SDK.
const WAYS: &[Way] = &[
    in_async,
    #[cfg(feature = "blocking")]
    in_blocking,
];

fn in_async(client: AuthenticationClientBuilder, sms: SendSms) -> Result<SendSmsResponse, Error> {
    let client = client.build()?;
    block_on(client.send_sms(sms))
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}

#[cfg(feature = "blocking")]
fn in_blocking(
    client: AuthenticationClientBuilder,
    sms: SendSms,
) -> Result<SendSmsResponse, Error> {
    client.build_blocking()?.send_sms(sms)
}

fn client(app_host: &str) -> AuthenticationClientBuilder {
    AuthenticationClient::builder()
        .app_id("dev-app")
        .app_secret("dev-app-secret")
        .app_host(app_host)
}

fn sms() -> SendSms {
    SendSms::new(Channel::Login, "18800008888")
}
