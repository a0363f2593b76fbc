//! Requests as the official SDK for Node (4.0.1) put them on the wire, with a made-up access key; and as the one for C# is
//! known to compose them.

use axum::http::{HeaderName, HeaderValue, Method, Uri};
use countersign_core::ports::setup::{AccessKey, Change, Setting};
use countersign_core::secret::Secret;

use super::*;

const KEY: &str = "64f0c0ffee64f0c0ffee64f0";
/// 06:12:27 on 22 November 2026.
const SIGNED_AT: Timestamp = Timestamp::from_millis(1_795_327_947_000);

fn setup() -> Setup {
    let mut setup = Setup::default();
    for (id, secret) in [
        (KEY, "0123456789abcdef0123456789abcdef"),
        ("other", "1123456789abcdef0123456789abcdef"),
    ] {
        let key = AccessKey {
            id: id.to_owned(),
            secret: Secret::new(secret.to_owned()),
            created_at: SIGNED_AT,
        };
        setup = setup.after(Change::Put(Setting::AccessKey(key)));
    }
    setup
}

/// A request, to be changed before it is judged.
#[derive(Clone)]
struct Sent {
    method: Method,
    uri: String,
    headers: HeaderMap,
    body: String,
    at: Timestamp,
}

impl Sent {
    fn judge(&self) -> Result<(), BadSignature> {
        let (uri, headers): (Uri, _) = (self.uri.parse().unwrap(), &self.headers);
        let signed = if self.method == Method::GET {
            SignedRequest::without_body(&self.method, &uri, headers)
        } else {
            SignedRequest::with_body(&self.method, &uri, headers, self.body.as_bytes()).unwrap()
        };
        let shown = Signature::shown(headers["authorization"].to_str().unwrap()).unwrap();
        let judged = shown.check(&signed, headers, &setup(), self.at);
        judged.map_err(|fault| match fault {
            Fault::BadSignature { why } => why,
            other => panic!("{other:?}"),
        })
    }

    fn with(&self, name: &'static str, value: &str) -> Self {
        let mut changed = self.clone();
        let value = HeaderValue::from_str(value).unwrap();
        changed.headers.insert(HeaderName::from_static(name), value);
        changed
    }

    fn without(&self, name: &'static str) -> Self {
        let mut changed = self.clone();
        changed.headers.remove(name);
        changed
    }
}

fn node(method: Method, uri: &str, nonce: &str, signature: &str, body: &str) -> Sent {
    let bare = Sent {
        method,
        uri: uri.to_owned(),
        headers: HeaderMap::new(),
        body: body.to_owned(),
        at: SIGNED_AT,
    };
    bare.with("accept", "application/json")
        .with("content-type", "application/json")
        .with("x-authing-signature-nonce", nonce)
        .with("x-authing-signature-method", "HMAC-SHA1")
        .with("x-authing-signature-version", "1.0")
        .with("x-authing-sdk-version", "authing-node-sdk:4.0.1")
        .with("x-authing-app-id", "tenant-7")
        .with("x-authing-lang", "en-US")
        .with("date", "Sun, 22 Nov 2026 06:12:27 GMT")
        .with("authorization", &format!("authing {KEY}:{signature}"))
}

fn captured() -> Vec<Sent> {
    let list = "/api/v3/list-applications?page=1&limit=10&isIntegrateApp=false&isSelfBuiltApp=false&\
        ssoEnabled=false&keywords=%E5%95%86%E5%BA%97+%26+co%2F%C3%BC%2B%3F";
    let create = "{\"appName\":\"商店 \\\"x\\\"\\n\",\"appLogo\":null,\"redirectUris\":[\"https://a.example/回调\",\
        \"b\\\\c\u{2028}\"],\"nested\":{\"z\":1,\"a\":{\"n\":1e+21,\"s\":0.1,\"e\":[]}},\"asApp\":true,\"n\":0,\
        \"big\":1e+21,\"ä\":\"\",\"😀\":1,\"ｚ\":2}";
    let unlocks = "/api/v3/list-unlocks";
    let (post, get) = (Method::POST, Method::GET);
    vec![
        node(
            get.clone(),
            list,
            "cce45c1cbdfa84bb73319dc0c5738320",
            "vGXNLLjKffbp7cVx3a2cnPdkTdY=",
            "",
        ),
        node(
            post.clone(),
            "/api/v3/create-application",
            "b25eb57bc771edb5ed9f2cea6b4ee982",
            "dILbBNrxrwnSnzbvSZpYpOQPaq8=",
            create,
        ),
        // The same body of one member that is undefined, and of none.
        node(
            post.clone(),
            "/api/v3/create-access-key",
            "695812b2bd481af400d7afabb4788cfa",
            "UXH9VIIZTQc2yRdC4qUH6TM3EaQ=",
            "{}",
        ),
        node(
            post.clone(),
            "/api/v3/create-access-key",
            "410817448dba2c7b2e911ce0f4626755",
            "8cMGibYuj7JPM+TECsQBP4Bt6wQ=",
            "{}",
        ),
        node(
            post,
            "/api/v3/rotate-signing-key",
            "e859bde9ade359e8f8cfc432d1ebea02",
            "Fm/B8ReKzGbI1DOFaa2ZUVeMFZw=",
            "",
        ),
        node(
            get,
            unlocks,
            "38bcc5da88fee97527c7bb72d8308a65",
            "Y5S9PrRPATRJLThUvCwRxXR3DXw=",
            "",
        ),
    ]
}

fn of_c_sharp() -> [Sent; 2] {
    let sent = |method, uri, body, signature: &str| {
        node(method, uri, "k3J9dQ", signature, body)
            .without("date")
            .without("x-authing-lang")
            .without("x-authing-app-id")
            .with("x-authing-date", "1795327947000")
            .with("x-authing-sdk-version", "authing-csharp-sdk:3.2.5.0")
    };
    [
        sent(
            Method::POST,
            "/api/v3/create-application",
            r#"{"nested":{"z":1.50,"a":[null,"é"]},"asApp":true,"appName":"商店","gone":null}"#,
            "CU6giSdMLEeghYBsrE3uNr3S1HE=",
        ),
        sent(
            Method::GET,
            "/api/v3/list-applications?page=1&keywords=%E5%95%86%E5%BA%97%20%26%20co",
            "",
            "OhWGtkhUjG1fxdAjXIDI2Eyr5ZQ=",
        ),
    ]
}

#[test]
fn what_the_official_sdks_sign_passes() {
    for (n, sent) in captured().into_iter().chain(of_c_sharp()).enumerate() {
        assert_eq!(sent.judge(), Ok(()), "{n}");
    }
}

#[test]
fn whatever_is_changed_afterwards_is_seen() {
    for sent in captured().into_iter().chain(of_c_sharp()) {
        let mut changed = vec![
            sent.with("x-authing-signature-nonce", "another"),
            sent.with("x-authing-sdk-version", "another"),
        ];
        let time = if sent.headers.contains_key("date") {
            changed.push(sent.with("x-authing-lang", "ja-JP"));
            changed.push(sent.without("x-authing-app-id"));
            changed.push(sent.with("x-authing-new", "x"));
            sent.with("date", "Sun, 22 Nov 2026 06:12:28 GMT")
        } else {
            // Another time must not stand in for the one that was signed.
            changed.push(sent.with("date", "Sun, 22 Nov 2026 06:12:27 GMT"));
            sent.with("x-authing-date", "1795327947001")
        };
        changed.push(time);
        for (from, to) in [("page=1", "page=2"), ("/api/v3/", "/api/v4/")] {
            let mut other = sent.clone();
            other.uri = sent.uri.replace(from, to);
            changed.extend((other.uri != sent.uri).then_some(other));
        }
        for (from, to) in [("商店", "商行"), ("true", "false"), ("\"z\":1", "\"z\":2")] {
            let mut other = sent.clone();
            other.body = sent.body.replace(from, to);
            changed.extend((other.body != sent.body).then_some(other));
        }
        let shown = sent.headers["authorization"].to_str().unwrap();
        changed.push(sent.with("authorization", &shown.replace(KEY, "other")));
        changed.push(sent.with("authorization", &shown.replace(KEY, "nobody")));
        changed.push(sent.with("authorization", &format!("authing {KEY}:")));
        changed.push(sent.with("authorization", &format!("authing {KEY}")));
        changed.push(sent.with("authorization", &shown[..shown.len() - 4]));
        changed.push(sent.with("authorization", "authing :"));
        for (n, other) in changed.iter().enumerate() {
            let judged = other.judge();
            assert_eq!(judged, Err(BadSignature::NotValid), "{n} {}", other.uri);
        }
    }
}

#[test]
fn the_order_of_parameters_and_members_is_nobodys_business() {
    let mut sent = captured().remove(0);
    let (path, query) = sent.uri.split_once('?').unwrap();
    let turned: Vec<_> = query.split('&').rev().collect();
    sent.uri = format!("{path}?{}", turned.join("&"));
    assert_eq!(sent.judge(), Ok(()));
}

#[test]
fn a_signature_is_good_for_less_than_fifteen_minutes_before_and_after() {
    for sent in [captured().remove(0), of_c_sharp()[0].clone()] {
        for (millis, judged) in [
            (-900_000, Err(BadSignature::Skew)),
            (-899_999, Ok(())),
            (899_999, Ok(())),
            (900_000, Err(BadSignature::Skew)),
        ] {
            let at = Timestamp::from_millis(SIGNED_AT.as_millis() + millis);
            assert_eq!(Sent { at, ..sent.clone() }.judge(), judged, "{millis}");
        }
    }
    assert!(REMEMBERED > 2 * WINDOW);
}

#[test]
fn what_cannot_be_judged_is_told_apart() {
    let sent = captured().remove(0);
    for (changed, why) in [
        (
            sent.with("x-authing-signature-method", "HMAC-SHA256"),
            BadSignature::Method,
        ),
        (
            sent.without("x-authing-signature-method"),
            BadSignature::Method,
        ),
        (
            sent.with("x-authing-signature-version", "2.0"),
            BadSignature::Version,
        ),
        (
            sent.without("x-authing-signature-version"),
            BadSignature::Version,
        ),
        (sent.with("date", "22.11.2026"), BadSignature::Date),
        (sent.with("date", "-1"), BadSignature::Date),
        (
            sent.with("date", "99999999999999999999"),
            BadSignature::Date,
        ),
        (sent.with("date", ""), BadSignature::NoDate),
        (sent.without("date"), BadSignature::NoDate),
    ] {
        assert_eq!(changed.judge(), Err(why));
    }
}

#[test]
fn one_signature_is_one_however_it_is_spelled() {
    let shown = |text: &str| Signature::shown(text).map(|signature| signature.token());
    let one = shown("authing k:vGXNLLjKffbp7cVx3a2cnPdkTdY=");
    assert!(one.is_some());
    assert_eq!(shown("AUTHING  k:vGXNLLjKffbp7cVx3a2cnPdkTdY= "), one);
    assert_ne!(shown("authing j:vGXNLLjKffbp7cVx3a2cnPdkTdY="), one);
    // The bits that base64 does not use are not there to be changed.
    let none = Signature::shown("authing k:vGXNLLjKffbp7cVx3a2cnPdkTdZ=").unwrap();
    assert!(none.mac.is_empty());
    for other in ["", "authing", "Bearer x", "Basic k:s", "authingk:s"] {
        assert_eq!(Signature::shown(other), None, "{other}");
    }
}
