//! The tokens that the client believes.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use countersign_client::{ErrorKind, VerificationClaims};
use serde_json::{Value, json};

use super::*;

const ISSUER: &str = "https://sms.example.com/oidc";

/// A service with one key, and a client of it.
struct Setup {
    signer: Signer,
    service: Service,
    client: AuthenticationClient,
}

impl Setup {
    fn new() -> Self {
        let signer = Signer::new("k1");
        let service = Service::start(Manner::Answer(200, "", signer.key_set()));
        let client = client(&service.url).issuer(ISSUER).build().unwrap();
        Self {
            signer,
            service,
            client,
        }
    }

    fn verify(&self, token: &str) -> Result<VerificationClaims, Error> {
        block_on(self.client.verify_token(token))
    }

    /// Returns the reason why the token is refused, and checks that no error shows the token.
    fn refusal(&self, token: &str) -> String {
        let error = self.verify(token).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidToken, "{error:?}");
        let shown = format!("{error} {error:?}");
        for part in token.split('.').filter(|part| part.len() > 3) {
            assert!(!shown.contains(part), "{shown}");
        }
        assert!(!shown.contains("8888"), "{shown}");
        let text = error.to_string();
        text.strip_prefix("the token must ").unwrap().to_owned()
    }
}

fn good() -> Value {
    claims(ISSUER, "dev-app", 300)
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = good();
    claims[name] = value;
    claims
}

/// The claims of a good token that lives for so many seconds.
fn living(seconds: i64) -> Value {
    let exp = good()["iat"].as_i64().unwrap() + seconds;
    with("exp", json!(exp))
}

/// The claims of a good token that is made in so many seconds.
fn made_in(seconds: i64) -> Value {
    let mut claims = good();
    for name in ["iat", "exp"] {
        claims[name] = json!(claims[name].as_i64().unwrap() + seconds);
    }
    claims
}

#[test]
fn a_token_of_the_service_passes_every_kind_of_client() {
    let setup = Setup::new();
    let token = setup.signer.token(&good());
    let claims = setup.verify(&token).unwrap();
    assert_eq!(claims.phone_number, "+8618800008888");
    assert_eq!(claims.channel, Channel::Login);
    assert_eq!(
        (claims.iss.as_str(), claims.aud.as_str()),
        (ISSUER, "dev-app")
    );
    assert_eq!(setup.verify(&token).unwrap(), claims);
    let (head, _) = setup.service.requests()[0]
        .split_once("\r\n\r\n")
        .map(|(head, body)| (head.to_owned(), body.to_owned()))
        .unwrap();
    assert!(
        head.starts_with("GET /dev-app/oidc/.well-known/jwks.json HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(!head.contains("authorization"), "{head}");
    assert_eq!(setup.service.requests().len(), 1);

    #[cfg(feature = "blocking")]
    {
        let client = client(&setup.service.url).issuer(ISSUER);
        let client = client.build_blocking().unwrap();
        assert_eq!(client.verify_token(&token).unwrap(), claims);
        assert_eq!(
            client.verify_token_for(Channel::Login, &token).unwrap(),
            claims
        );
    }
}

#[test]
fn the_issuer_is_the_address_of_the_service_unless_it_is_named() {
    let signer = Signer::new("k1");
    let service = Service::start(Manner::Answer(200, "", signer.key_set()));
    let base = format!("{}/otp", service.url);
    let client = client(&format!("{base}/")).build().unwrap();
    let token = signer.token(&claims(&format!("{base}/oidc"), "dev-app", 300));
    block_on(client.verify_token(&token)).unwrap();
    let (first, ..) = super::wire::parts(&service.requests()[0]);
    assert_eq!(
        first,
        "GET /otp/dev-app/oidc/.well-known/jwks.json HTTP/1.1"
    );
    let error = block_on(client.verify_token(&signer.token(&good()))).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the token must be of the issuer {base}/oidc")
    );
}

// shows: found-R1
#[test]
fn a_token_with_claims_for_others_is_refused() {
    let setup = Setup::new();
    let form = "hold the claims of a verification token";
    for (claims, constraint) in [
        (
            with("aud", json!("other-app")),
            "be for the application dev-app",
        ),
        (with("aud", json!(["dev-app"])), form),
        (
            with("iss", json!("https://evil.example.com/oidc")),
            "be of the issuer https://sms.example.com/oidc",
        ),
        (
            with("iss", json!("https://sms.example.com/oidc/")),
            "be of the issuer https://sms.example.com/oidc",
        ),
        (claims(ISSUER, "dev-app", -31), "not have ended"),
        (with("exp", json!(-1)), "not have ended"),
        (with("exp", json!(i64::MIN)), "not have ended"),
        (with("exp", json!(i64::MAX)), "live for ten minutes at most"),
        (living(601), "live for ten minutes at most"),
        (made_in(90), "not be made in the future"),
        (
            with("phone_number_verified", json!(false)),
            "say that the number is verified",
        ),
        (with("phone_number_verified", json!("true")), form),
        (with("exp", json!("never")), form),
        (with("exp", Value::Null), form),
        (with("channel", json!("CHANNEL_VOTE")), form),
        (json!({}), form),
        (json!("18800008888"), form),
    ] {
        assert_eq!(
            setup.refusal(&setup.signer.token(&claims)),
            constraint,
            "{claims}"
        );
    }
    for claims in [claims(ISSUER, "dev-app", -25), living(600), made_in(50)] {
        assert!(
            setup.verify(&setup.signer.token(&claims)).is_ok(),
            "{claims}"
        );
    }
}

#[test]
fn a_token_of_another_channel_than_the_expected_one_is_refused() {
    let setup = Setup::new();
    let token = setup.signer.token(&good());
    for channel in Channel::ALL {
        let read = block_on(setup.client.verify_token_for(channel, &token));
        assert_eq!(read.is_ok(), channel == Channel::Login);
        if let Err(error) = read {
            assert_eq!(error.kind(), ErrorKind::InvalidToken);
        }
    }
}

#[test]
fn a_token_with_another_signature_is_refused() {
    let setup = Setup::new();
    let constraint = "have a signature of the key that it names";
    let token = setup.signer.token(&good());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (header, _) = message.split_once('.').unwrap();
    let tampered = with("phone_number", json!("+8618800009999")).to_string();
    let tampered = base64url(tampered.as_bytes());
    let forger = Signer::new("k2").called("k1");
    for forged in [
        // Another key of the same name, another payload, no signature, half of one.
        forger.token(&good()),
        format!("{header}.{tampered}.{signature}"),
        format!("{message}."),
        format!("{message}.{}", &signature[..128]),
        format!("{message}.{}", base64url(&[0; 256])),
        format!("{message}.{}", base64url(&[0; 100_000])),
    ] {
        assert_eq!(setup.refusal(&forged), constraint);
    }
    // Every byte of the signature counts.
    for at in (0..signature.len()).step_by(37) {
        let mut bytes = signature.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let forged = format!("{message}.{}", String::from_utf8(bytes).unwrap());
        setup.refusal(&forged);
    }
}

#[test]
fn a_token_of_another_algorithm_is_refused_without_a_look_at_keys() {
    let setup = Setup::new();
    for alg in [
        "none", "None", "NONE", "rs256", "RS384", "RS512", "PS256", "ES384", "",
    ] {
        let header = json!({"alg": alg, "kid": "k1"});
        assert_eq!(
            setup.refusal(&setup.signer.sign(&header, &good())),
            "be signed with RS256 or ES256"
        );
        let unsigned = format!("{}.", message(&header, &good()));
        assert_eq!(setup.refusal(&unsigned), "be signed with RS256 or ES256");
    }
    // HS256 with the public key as the secret, which confuses verifiers that trust `alg`.
    let jwk = setup.signer.jwk();
    let modulus = jwk["n"].as_str().unwrap();
    for secret in [
        modulus.as_bytes(),
        jwk.to_string().as_bytes(),
        setup.signer.key_set().as_bytes(),
    ] {
        let message = message(&json!({"alg": "HS256", "kid": "k1"}), &good());
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret);
        let tag = aws_lc_rs::hmac::sign(&key, message.as_bytes());
        let forged = format!("{message}.{}", base64url(tag.as_ref()));
        assert_eq!(setup.refusal(&forged), "be signed with RS256 or ES256");
    }
    assert_eq!(setup.service.requests().len(), 0);
}

/// A key on the curve, and its public half as a service publishes it.
fn key_on_the_curve() -> (EcdsaKeyPair, Value) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let jwk = json!({
        "kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": "e1",
        "x": base64url(x), "y": base64url(y),
    });
    (pair, jwk)
}

fn signed_on_the_curve(pair: &EcdsaKeyPair, header: &Value) -> String {
    let message = message(header, &good());
    let random = aws_lc_rs::rand::SystemRandom::new();
    let signature = pair.sign(&random, message.as_bytes()).unwrap();
    format!("{message}.{}", base64url(signature.as_ref()))
}

#[test]
fn a_token_with_es256_passes_by_its_own_key_only() {
    let rsa = Signer::new("k1");
    let (pair, jwk) = key_on_the_curve();
    let (stranger, _) = key_on_the_curve();
    let service = Service::start(Manner::Answer(200, "", key_set(&[rsa.jwk(), jwk])));
    let client = client(&service.url).issuer(ISSUER).build().unwrap();
    let verify = |token: &str| block_on(client.verify_token(token));
    let own = json!({"alg": "ES256", "kid": "e1"});
    let token = signed_on_the_curve(&pair, &own);
    assert_eq!(verify(&token).unwrap().phone_number, "+8618800008888");
    verify(&rsa.token(&good())).unwrap();

    let mixed = json!({"alg": "ES256", "kid": "k1"});
    let other = json!({"alg": "RS256", "kid": "e1"});
    for forged in [
        signed_on_the_curve(&stranger, &own),
        signed_on_the_curve(&pair, &mixed),
        signed_on_the_curve(&pair, &other),
        rsa.sign(&mixed, &good()),
        rsa.sign(&other, &good()),
        rsa.sign(&own, &good()),
        format!("{}.{}", message(&own, &good()), base64url(&[0; 64])),
        token[..token.len() - 2].to_owned(),
    ] {
        let error = verify(&forged).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidToken, "{error:?}");
    }
}

#[test]
fn a_key_that_is_not_on_the_curve_is_left_out() {
    let (pair, jwk) = key_on_the_curve();
    let mut elsewhere = jwk.clone();
    elsewhere["y"] = jwk["x"].clone();
    let mut short = jwk.clone();
    short["x"] = json!("AQAB");
    let mut other_curve = jwk;
    other_curve["crv"] = json!("P-384");
    let rsa = Signer::new("k1");
    let keys = key_set(&[elsewhere, short, other_curve, rsa.jwk()]);
    let service = Service::start(Manner::Answer(200, "", keys));
    let client = client(&service.url).issuer(ISSUER).build().unwrap();
    let token = signed_on_the_curve(&pair, &json!({"alg": "ES256", "kid": "e1"}));
    let error = block_on(client.verify_token(&token)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the token must name a key of the service (kid)"
    );
    block_on(client.verify_token(&rsa.token(&good()))).unwrap();
}

#[test]
fn a_token_whose_header_names_no_key_or_too_much_is_refused() {
    let setup = Setup::new();
    let sign = |header: Value| setup.signer.sign(&header, &good());
    for kid in [
        json!({"alg": "RS256"}),
        json!({"alg": "RS256", "kid": null}),
    ] {
        assert_eq!(
            setup.refusal(&sign(kid)),
            "name the key that signed it (kid)"
        );
    }
    let header = json!({"alg": "RS256", "kid": "k1", "crit": ["b64"], "b64": false});
    assert_eq!(setup.refusal(&sign(header)), "need no extension (crit)");
    let form = "begin with a header in JSON that names alg";
    for header in [
        json!({"kid": "k1"}),
        json!([]),
        json!({"alg": ["RS256"], "kid": "k1"}),
        json!({"alg": "RS256", "kid": 1}),
    ] {
        assert_eq!(setup.refusal(&sign(header)), form);
    }
    let twice = base64url(br#"{"alg":"RS256","kid":"k1","alg":"RS256"}"#);
    assert_eq!(setup.refusal(&format!("{twice}.e30.AA")), form);
    assert_eq!(setup.service.requests().len(), 0);
}

#[test]
fn a_text_that_is_no_token_is_refused() {
    let setup = Setup::new();
    let token = setup.signer.token(&good());
    let form = "be three parts in base64url, divided by dots";
    for text in [
        "",
        ".",
        "..",
        "...",
        "a",
        "eyJ",
        "042137",
        "a.b.c.d",
        "令.牌.！",
        &format!("{token}="),
        &format!("{token} "),
        &format!(" {token}"),
        &format!("Bearer {token}"),
        &format!("{token}\n"),
        &token.replace('.', ".."),
        &token.replacen('.', "+", 1),
    ] {
        let refusal = setup.verify(text).unwrap_err();
        assert_eq!(refusal.kind(), ErrorKind::InvalidToken, "{text:?}");
        assert!(
            text.is_empty()
                || text.contains("..")
                || text == "."
                || refusal.to_string().ends_with(form),
            "{text:?} {refusal}"
        );
    }
    // Four parts: the signed text would have a dot too many.
    assert!(setup.verify(&format!("{token}.AAAA")).is_err());
    assert_eq!(setup.service.requests().len(), 1);
}
