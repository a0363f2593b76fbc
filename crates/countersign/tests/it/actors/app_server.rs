use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::Caller;
use crate::answer::Answer;
use crate::server::Server;

/// The application's own server, which proves itself by the application's secret (HTTP Basic).
#[derive(Clone)]
pub(crate) struct AppServer(Caller);

impl AppServer {
    /// The server of the application `app`, in English.
    pub(crate) fn of(server: &Server, app: &str, secret: &str) -> Self {
        Self::by(Caller::of(server), app, secret)
    }

    pub(super) fn by(caller: Caller, app: &str, secret: &str) -> Self {
        let pair = BASE64_STANDARD.encode(format!("{app}:{secret}"));
        Self(caller.with("authorization", format!("Basic {pair}")))
    }

    /// The server that sends this `Idempotency-Key` with every request.
    pub(crate) fn with_key(self, key: &str) -> Self {
        Self(self.0.with("idempotency-key", key))
    }

    /// The server, which names the end user at `address`.
    pub(crate) fn naming(&self, address: &str) -> Self {
        Self(self.0.clone().with("x-real-ip", address))
    }

    /// `POST /api/v3/{name}`.
    pub(crate) async fn post(&self, name: &str, body: Value) -> Answer {
        self.0.post(name, body).await
    }

    /// `POST /api/v3/verify-code`, without asking for a token.
    pub(crate) async fn verify_code(&self, channel: &str, number: &str, code: &str) -> Answer {
        let body = json!({
            "channel": channel, "phoneNumber": number, "passCode": code, "withToken": false,
        });
        self.post("verify-code", body).await
    }

    /// `POST /api/v3/introspect-verification-token`.
    pub(crate) async fn introspect(&self, token: &str) -> Answer {
        let body = json!({"token": token});
        self.post("introspect-verification-token", body).await
    }

    /// Whether the login code is right; it is used up then.
    pub(crate) async fn accepts(&self, number: &str, code: &str) -> bool {
        self.verify_code("CHANNEL_LOGIN", number, code)
            .await
            .is_valid()
    }
}
