//! Fetching the keys of the service: when, and how often.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use countersign_client::ErrorKind;

use super::*;

const NOON: i64 = 1_795_003_200;

/// A service, and a client of it whose clock the test moves.
struct Setup {
    service: Service,
    client: AuthenticationClient,
    seconds: Arc<AtomicI64>,
}

fn answer(keys: &[&Signer]) -> Manner {
    let keys: Vec<_> = keys.iter().map(|signer| signer.jwk()).collect();
    Manner::Answer(200, "", key_set(&keys))
}

impl Setup {
    fn new(manner: Manner) -> Self {
        let service = Service::start(manner);
        let seconds = Arc::new(AtomicI64::new(NOON));
        let told = Arc::clone(&seconds);
        let client = client(&service.url).clock(move || {
            let seconds = told.load(Ordering::SeqCst).try_into().unwrap();
            SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
        });
        let client = client.build().unwrap();
        Self {
            service,
            client,
            seconds,
        }
    }

    fn pass(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    fn token(&self, signer: &Signer) -> String {
        let issuer = format!("{}/oidc", self.service.url);
        let now = self.seconds.load(Ordering::SeqCst);
        signer.token(&claims_at(now, &issuer, "dev-app", 300))
    }

    /// Verifies a token of this key. Returns the outcome, and the number of requests to the service so far.
    async fn verify(&self, signer: &Signer) -> (Result<(), ErrorKind>, usize) {
        let read = self.client.verify_token(&self.token(signer)).await;
        let read = read.map(|_| ()).map_err(|error| error.kind());
        (read, self.service.requests().len())
    }
}

const INVALID: Result<(), ErrorKind> = Err(ErrorKind::InvalidToken);

#[tokio::test]
async fn the_client_asks_for_keys_once_in_ten_minutes() {
    let key = Signer::new("k1");
    let setup = Setup::new(answer(&[&key]));
    assert_eq!(setup.service.connections(), 0);
    for _ in 0..5 {
        assert_eq!(setup.verify(&key).await, (Ok(()), 1));
    }
    setup.pass(599);
    assert_eq!(setup.verify(&key).await, (Ok(()), 1));
    setup.pass(1);
    for _ in 0..5 {
        assert_eq!(setup.verify(&key).await, (Ok(()), 2));
    }
    assert_eq!(setup.service.connections(), 2);
}

#[tokio::test]
async fn clones_share_keys_and_calls_at_the_same_time_share_one_request() {
    let key = Signer::new("k1");
    let setup = Setup::new(answer(&[&key]));
    let token = setup.token(&key);
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let (client, token) = (setup.client.clone(), token.clone());
            tokio::spawn(async move { client.verify_token(&token).await.is_ok() })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap());
    }
    assert_eq!(setup.service.requests().len(), 1);
}

#[tokio::test]
async fn the_client_asks_for_an_unknown_key_but_not_in_a_flood() {
    let (first, second, forger) = (Signer::new("k1"), Signer::new("k2"), Signer::new("k3"));
    let setup = Setup::new(answer(&[&first]));
    assert_eq!(setup.verify(&first).await, (Ok(()), 1));
    setup.service.change(answer(&[&second, &first]));
    setup.pass(29);
    assert_eq!(setup.verify(&second).await, (INVALID, 1));
    setup.pass(1);
    assert_eq!(setup.verify(&second).await, (Ok(()), 2));
    assert_eq!(setup.verify(&first).await, (Ok(()), 2));
    for _ in 0..100 {
        assert_eq!(setup.verify(&forger).await, (INVALID, 2));
    }
    for asked in 3..6 {
        setup.pass(30);
        for _ in 0..100 {
            assert_eq!(setup.verify(&forger).await, (INVALID, asked));
        }
        assert_eq!(setup.verify(&first).await, (Ok(()), asked));
    }
}

#[tokio::test]
async fn a_key_that_is_no_longer_published_is_good_for_ten_minutes_at_most() {
    let (old, new) = (Signer::new("k1"), Signer::new("k2"));
    let setup = Setup::new(answer(&[&old]));
    assert_eq!(setup.verify(&old).await, (Ok(()), 1));
    setup.service.change(answer(&[&new]));
    setup.pass(599);
    assert_eq!(setup.verify(&old).await, (Ok(()), 1));
    setup.pass(1);
    assert_eq!(setup.verify(&old).await, (INVALID, 2));
    assert_eq!(setup.verify(&new).await, (Ok(()), 2));
}

#[tokio::test]
async fn a_failing_service_leaves_the_known_keys_in_use() {
    let (known, unknown) = (Signer::new("k1"), Signer::new("k2"));
    for failure in [
        Manner::Close,
        Manner::Answer(503, "", ""),
        Manner::Answer(200, "", "{}"),
        Manner::Answer(200, "", r#"{"keys":[]}"#),
        Manner::Answer(200, "", r#"{"statusCode":501,"message":"not served"}"#),
    ] {
        let setup = Setup::new(answer(&[&known]));
        assert_eq!(setup.verify(&known).await, (Ok(()), 1));
        setup.service.change(failure);
        setup.pass(600);
        for asked in 2..4 {
            for _ in 0..10 {
                assert_eq!(setup.verify(&known).await, (Ok(()), asked), "{failure:?}");
            }
            // A client that gets no new keys cannot tell whether a token of an unknown key is forged.
            let (kind, count) = setup.verify(&unknown).await;
            assert!(kind.is_err() && kind != INVALID, "{failure:?} {kind:?}");
            assert_eq!(count, asked);
            setup.pass(30);
        }
        setup.service.change(answer(&[&known, &unknown]));
        assert_eq!(setup.verify(&known).await, (Ok(()), 4));
        assert_eq!(setup.verify(&unknown).await, (Ok(()), 4));
    }
}

#[tokio::test]
async fn a_client_without_keys_fails_with_the_reason_and_asks_again_after_a_second() {
    let key = Signer::new("k1");
    let setup = Setup::new(Manner::Answer(502, "", "042137"));
    let token = setup.token(&key);
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (client, token) = (setup.client.clone(), token.clone());
            tokio::spawn(async move { client.verify_token(&token).await.unwrap_err() })
        })
        .collect();
    for call in calls {
        let error = call.await.unwrap();
        assert_eq!(
            (error.kind(), error.http_status()),
            (ErrorKind::BadAnswer, Some(502))
        );
        assert_eq!(
            error.to_string(),
            "HTTP 502 is no answer of the API: the keys of the service are not known"
        );
    }
    assert_eq!(setup.service.requests().len(), 1);
    setup.service.change(answer(&[&key]));
    assert_eq!(setup.verify(&key).await, (Err(ErrorKind::BadAnswer), 1));
    setup.pass(1);
    assert_eq!(setup.verify(&key).await, (Ok(()), 2));
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_the_answer_to_the_others() {
    let key = Signer::new("k1");
    let setup = Setup::new(answer(&[&key]));
    let token = setup.token(&key);
    let mut first = Box::pin(setup.client.verify_token(&token));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(first.as_mut().poll(&mut context).is_pending());
    drop(first);
    assert_eq!(setup.verify(&key).await, (Ok(()), 1));
}

#[test]
fn a_runtime_that_ends_during_a_request_lets_others_ask() {
    let key = Signer::new("k1");
    let setup = Setup::new(Manner::Silence);
    let token = setup.token(&key);
    block_on(async {
        let mut first = Box::pin(setup.client.verify_token(&token));
        std::future::poll_fn(|context| {
            assert!(first.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    });
    setup.service.change(answer(&[&key]));
    block_on(async {
        assert_eq!(setup.verify(&key).await.0, Ok(()));
    });
}

#[tokio::test]
async fn a_client_whose_clock_is_set_back_asks_for_keys_again() {
    let key = Signer::new("k1");
    let setup = Setup::new(answer(&[&key]));
    assert_eq!(setup.verify(&key).await, (Ok(()), 1));
    setup.pass(-3600);
    assert_eq!(setup.verify(&key).await, (Ok(()), 2));
    assert_eq!(setup.verify(&key).await, (Ok(()), 2));
}

#[tokio::test]
async fn the_client_skips_keys_of_another_use_or_algorithm() {
    let key = Signer::new("k1");
    let good = key.jwk();
    let change = |name: &str, value: serde_json::Value| {
        let mut jwk = good.clone();
        jwk[name] = value;
        jwk
    };
    let without = |name: &str| {
        let mut jwk = good.clone();
        jwk.as_object_mut().unwrap().remove(name);
        jwk
    };
    let zeros = format!("AAAA{}", good["n"].as_str().unwrap());
    for (jwk, usable) in [
        (good.clone(), true),
        (without("use"), true),
        (without("alg"), true),
        (change("n", zeros.into()), true),
        (change("x5c", serde_json::json!(["AAAA"])), true),
        (change("use", "enc".into()), false),
        (change("alg", "RS512".into()), false),
        (change("kty", "EC".into()), false),
        (change("n", "!".into()), false),
        (change("e", 3.into()), false),
        (without("kid"), false),
        (without("n"), false),
    ] {
        let other = serde_json::json!({"kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": "AAAA"});
        let keys = key_set(&[other, serde_json::Value::Null, jwk.clone()]);
        let setup = Setup::new(Manner::Answer(200, "", keys));
        let expected = if usable {
            Ok(())
        } else {
            Err(ErrorKind::BadAnswer)
        };
        assert_eq!(setup.verify(&key).await, (expected, 1), "{jwk}");
    }
}

#[tokio::test]
async fn a_token_of_a_short_key_is_refused() {
    let key = Signer::new("k1");
    let mut jwk = key.jwk();
    // 1024 bits, which an attacker with enough time can factor.
    jwk["n"] = base64url(&[0xc1; 128]).into();
    let setup = Setup::new(Manner::Answer(200, "", key_set(&[jwk])));
    assert_eq!(setup.verify(&key).await, (INVALID, 1));
}

#[test]
fn a_client_outside_of_a_runtime_fails_without_a_panic() {
    let setup = Setup::new(Manner::Close);
    let token = setup.token(&Signer::new("k1"));
    let mut verifying = std::pin::pin!(setup.client.verify_token(&token));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = verifying.as_mut().poll(&mut context) else {
        panic!("no error");
    };
    assert_eq!(error.kind(), ErrorKind::Configuration);
}
