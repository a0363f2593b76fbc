//! Limit B: decides on a send as countersign does, keeps it in memory, and drops it at its end.

use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use countersign_core::code::passcode::Passcode;
use countersign_core::entropy::{Entropy, EntropyError};
use countersign_core::id::RequestId;
use countersign_core::phone::{self, PhoneNumber};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

use super::{is_app, serve};
use crate::clock::today;

const SHARDS: usize = 64;
const MINUTE: i64 = 60_000;

struct Live {
    mac: [u8; 32],
    sent_at: i64,
}

struct Memory {
    shards: Vec<Mutex<HashMap<String, Live>>>,
    hasher: RandomState,
    key: Hmac<Sha256>,
}

struct System;

impl Entropy for System {
    #[expect(
        clippy::disallowed_methods,
        reason = "the random source of the limit, as the product's is"
    )]
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(buffer).map_err(|_| EntropyError)
    }
}

pub(crate) fn run(address: SocketAddr) -> anyhow::Result<()> {
    phone::warm_up();
    let memory = Memory {
        shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        hasher: RandomState::new(),
        key: Hmac::<Sha256>::new_from_slice(&[7; 32])?,
    };
    let router = Router::new()
        .route("/api/v3/send-sms", post(send))
        .with_state(Arc::new(memory));
    serve(address, router)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Send<'a> {
    channel: &'a str,
    phone_number: &'a str,
}

async fn send(State(memory): State<Arc<Memory>>, headers: HeaderMap, body: Bytes) -> Response {
    let asked = serde_json::from_slice::<Send<'_>>(&body).ok();
    let decided = asked
        .filter(|_| is_app(&headers))
        .and_then(|asked| decide(&memory, &asked));
    let Some((id, admitted)) = decided else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let code = if admitted { 200 } else { 429 };
    let body = format!(r#"{{"statusCode":{code},"message":"操作成功","requestId":"{id}"}}"#);
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn decide(memory: &Memory, asked: &Send<'_>) -> Option<(RequestId, bool)> {
    let phone = PhoneNumber::parse(asked.phone_number, None).ok()?;
    let now = today();
    let id = RequestId::generate(now, &System).ok()?;
    let passcode = Passcode::generate(6, &System).ok()?;
    let mut mac = memory.key.clone();
    for part in [asked.channel, phone.e164(), passcode.reveal()] {
        mac.update(part.as_bytes());
        mac.update(&[0]);
    }
    mac.update(id.as_bytes());
    let live = Live {
        mac: mac.finalize().into_bytes().into(),
        sent_at: now.as_millis(),
    };
    Some((id, memory.admit(phone.e164(), live)))
}

impl Memory {
    /// Returns whether the last code for `number` is a minute old. If so, `live` takes its place.
    fn admit(&self, number: &str, live: Live) -> bool {
        let hash = usize::try_from(self.hasher.hash_one(number) % SHARDS as u64);
        let Some(shard) = hash.ok().and_then(|hash| self.shards.get(hash)) else {
            return false;
        };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        match shard.entry(number.to_owned()) {
            Entry::Occupied(entry) if live.sent_at - entry.get().sent_at < MINUTE => false,
            mut entry => {
                if let Entry::Occupied(old) = &mut entry {
                    // Read the old code, so that the compiler cannot drop the store of the new one.
                    std::hint::black_box(old.get().mac);
                }
                entry.insert_entry(live);
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_gets_one_code_a_minute() {
        let memory = Memory {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            key: Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap(),
        };
        let at = |sent_at| Live {
            mac: [0; 32],
            sent_at,
        };
        assert!(memory.admit("+8618800000000", at(0)));
        assert!(!memory.admit("+8618800000000", at(MINUTE - 1)));
        assert!(memory.admit("+8618800000000", at(MINUTE)));
        assert!(memory.admit("+8618800000001", at(MINUTE)));
    }
}
