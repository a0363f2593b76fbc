//! `GET /api/v3/system`: versions and public keys, without an envelope.

use axum::response::Response;
use countersign_api::{PublicKey, SystemInfo, SystemVersion};
use serde_json::json;

use crate::http::document::endpoint::{Answers, Asks, Audience, Endpoint, Shape, get};
use crate::http::request::context::Context;

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        name: "system",
        handler: get(handle),
        summary: "Tell versions and public keys",
        about: "Without an envelope. The keys are empty: they are for encrypting passwords, and no endpoint takes one. \
            So are the versions of a console and a login page, which there are not, and the list of addresses.",
        audience: Audience::Anyone,
        asks: Asks::Nothing,
        answers: Answers::Bare(Shape::of::<SystemInfo>(json!(info()))),
        faults: &[],
    }
}

pub(crate) async fn handle(cx: Context) -> Response {
    cx.answer_bare(&info())
}

fn info() -> SystemInfo {
    // Keys are for encrypting passwords, and no endpoint takes one.
    let no_key = PublicKey {
        public_key: String::new(),
    };
    SystemInfo {
        rsa: no_key.clone(),
        sm2: no_key,
        version: SystemVersion {
            server: env!("CARGO_PKG_VERSION").to_owned(),
            console: String::new(),
            login: String::new(),
        },
        public_ips: Vec::new(),
    }
}
