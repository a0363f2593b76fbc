//! The public keys of the service: when the client fetches them, and which keys it takes from the answer.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

use crate::Error;
use crate::call;
use crate::clock::Clock;
use crate::token::Algorithm;
use crate::transport::{Transport, outside};

/// The time for which keys are used before the client fetches them again.
const LIFE: Duration = Duration::from_secs(600);
/// The shortest time between two requests for keys, for any tokens: anyone can make up a key id.
const PAUSE: Duration = Duration::from_secs(30);
/// The shortest time between two requests while there are no keys at all.
const SHORT_PAUSE: Duration = Duration::from_secs(1);

pub(crate) struct Keys {
    /// The path of the application, which has its keys below it.
    application: String,
    transport: Transport,
    clock: Clock,
    known: RwLock<CachedKeys>,
    /// Held by the caller that asks the service.
    asking: Arc<Mutex<()>>,
}

/// The keys as last fetched. Times are since 1970.
#[derive(Default)]
struct CachedKeys {
    keys: Vec<Arc<Key>>,
    /// The time at which the keys came.
    since: Option<Duration>,
    /// The time of the last request for keys, successful or not.
    asked: Option<Duration>,
    /// The reason why the last request failed.
    failure: Option<Error>,
}

pub(crate) struct Key {
    id: String,
    public: Public,
}

/// The public half of a key, which is for one algorithm only.
enum Public {
    /// For RS256.
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    /// For ES256.
    P256(ParsedPublicKey),
}

/// The length of a coordinate of a point on P-256.
const COORDINATE: usize = 32;

impl Keys {
    pub(crate) fn new(app_id: &str, transport: Transport, clock: Clock) -> Self {
        Self {
            application: format!("/{app_id}"),
            transport,
            clock,
            known: RwLock::default(),
            asking: Arc::default(),
        }
    }

    /// Returns the key with this id. Where a request is due, one caller asks the service for all.
    pub(crate) async fn find(self: &Arc<Self>, id: &str) -> Result<Arc<Key>, Error> {
        if self.asking_is_due(id) {
            let runtime = Handle::try_current().map_err(|_| outside())?;
            let limit = self.transport.timeout;
            let turn = Arc::clone(&self.asking).lock_owned();
            match timeout(limit, turn).await {
                // The caller that had the turn before may have fetched the key.
                Ok(turn) if self.asking_is_due(id) => self.ask_on(&runtime, turn).await?,
                Ok(_) => {}
                Err(_) => {
                    let known = self.known().key(id).map(Arc::clone);
                    return known.ok_or_else(|| in_doubt(Error::timeout(limit)));
                }
            }
        }
        self.known().answer(id)
    }

    /// Runs the request in a task, so that a caller that goes away does not cancel it for the others.
    async fn ask_on(
        self: &Arc<Self>,
        runtime: &Handle,
        turn: OwnedMutexGuard<()>,
    ) -> Result<(), Error> {
        let keys = Arc::clone(self);
        let task = runtime.spawn(async move {
            keys.ask().await;
            drop(turn);
        });
        let ended = task.await;
        ended.map_err(|_| in_doubt(Error::interrupted(None)))
    }

    fn asking_is_due(&self, id: &str) -> bool {
        self.known().is_due(id, self.clock.unix())
    }

    async fn ask(&self) {
        let answer = self.transport.get(&self.application, &call::KEYS).await;
        let answer = answer.and_then(|answer| {
            read(&answer.body).ok_or_else(|| {
                answer.is_none_of_the_api(&call::KEYS, "a body without a key for RS256 or ES256")
            })
        });
        let now = self.clock.unix();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.asked = Some(now);
        known.failure = None;
        match answer {
            Ok(keys) => {
                known.keys = keys;
                known.since = Some(now);
            }
            Err(error) => known.failure = Some(error),
        }
    }

    fn known(&self) -> RwLockReadGuard<'_, CachedKeys> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CachedKeys {
    fn is_due(&self, id: &str, now: Duration) -> bool {
        let pause = if self.keys.is_empty() {
            SHORT_PAUSE
        } else {
            PAUSE
        };
        let wanted = self.key(id).is_none() || passed(self.since, now, LIFE);
        wanted && passed(self.asked, now, pause)
    }

    fn answer(&self, id: &str) -> Result<Arc<Key>, Error> {
        match (self.key(id), &self.failure) {
            (Some(key), _) => Ok(Arc::clone(key)),
            (None, Some(failure)) => Err(failure.again()),
            (None, None) => Err(Error::invalid_token(
                "the token must name a key of the service (kid)",
            )),
        }
    }

    fn key(&self, id: &str) -> Option<&Arc<Key>> {
        self.keys.iter().find(|key| key.id == id)
    }
}

impl Key {
    /// Returns whether the private half of this key made the signature, with the algorithm that the key is for.
    pub(crate) fn signed(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let verified = match (&self.public, algorithm) {
            (Public::Rsa(key), Algorithm::Rs256) => {
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (Public::P256(key), Algorithm::Es256) => key.verify_sig(message, signature),
            _ => return false,
        };
        verified.is_ok()
    }

    /// Reads a key; `None` for one that is not for signatures with RS256 or ES256.
    fn read(jwk: &Value) -> Option<Arc<Self>> {
        let text = |name: &str| jwk.get(name)?.as_str();
        let is = |name: &str, value: &str| jwk.get(name).is_none_or(|it| it == value);
        if !is("use", "sig") {
            return None;
        }
        let public = match text("kty")? {
            "RSA" if is("alg", "RS256") => {
                let (n, e) = (unsigned(text("n")?)?, unsigned(text("e")?)?);
                Public::Rsa(RsaPublicKeyComponents { n, e })
            }
            "EC" if is("alg", "ES256") && text("crv") == Some("P-256") => {
                Public::P256(point(text("x")?, text("y")?)?)
            }
            _ => return None,
        };
        Some(Arc::new(Self {
            id: text("kid")?.to_owned(),
            public,
        }))
    }
}

fn in_doubt(error: Error) -> Error {
    error.in_doubt(call::KEYS.doubt)
}

/// Returns whether `time` has passed since `then`, or never began. A clock that was set back starts it anew.
fn passed(then: Option<Duration>, now: Duration, time: Duration) -> bool {
    then.and_then(|then| now.checked_sub(then))
        .is_none_or(|age| age >= time)
}

fn read(body: &[u8]) -> Option<Vec<Arc<Key>>> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let keys: Vec<_> = body
        .get("keys")?
        .as_array()?
        .iter()
        .filter_map(Key::read)
        .collect();
    Some(keys).filter(|keys| !keys.is_empty())
}

/// Reads a point on the curve P-256; `None` where it is not on it.
fn point(x: &str, y: &str) -> Option<ParsedPublicKey> {
    let coordinate = |text| {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == COORDINATE).then_some(bytes)
    };
    // Uncompressed: a 4, then both coordinates (SEC 1).
    let point = [vec![4], coordinate(x)?, coordinate(y)?].concat();
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok()
}

/// Reads a number of a key, without leading zeros.
fn unsigned(text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
}
