//! Who may manage with an access key: by a signature, once; by a token, while its key exists.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use countersign_client::{AuthenticationClient, Channel, SendSms, VerifyCode};
use reqwest::Method;
use serde_json::{Value, json};

use crate::server::{BINARY, Server, folder, number};
use crate::signed::{
    DEV, HEAD, PASSED, Signed, UNAUTHORIZED, answer, codes, date, millis, refused,
};

async fn exchange(server: &Server, (id, secret): (&str, &str)) -> Value {
    let body = json!({"accessKeyId": id, "accessKeySecret": secret}).to_string();
    // As the PHP SDK asks.
    let empty = [("authorization", "Bearer ")];
    let answer = server.post("get-management-token", &empty, body).await;
    answer.json().await.unwrap()
}

async fn token(server: &Server, key: (&str, &str)) -> String {
    let answer = exchange(server, key).await;
    assert_eq!(answer["data"]["expires_in"], 7200, "{answer}");
    answer["data"]["access_token"].as_str().unwrap().to_owned()
}

/// A management call with this `authorization`.
async fn list(server: &Server, authorization: &str) -> (u64, Option<u64>) {
    let url = format!("{}/api/v3/list-applications", server.url);
    let request = server.client().get(url);
    codes(&answer(request.header("authorization", authorization)).await)
}

/// `countersign access-key {words} --json`: what it prints, and whether it succeeds.
fn access_key(words: &[&str], data: &Path) -> (Value, bool) {
    let output = Command::new(BINARY)
        .arg("access-key")
        .args(words)
        .args(["--json", "--data"])
        .arg(data)
        .output()
        .unwrap();
    let done = output.status.success();
    let printed = if done { output.stdout } else { output.stderr };
    (serde_json::from_slice(&printed).unwrap(), done)
}

#[tokio::test]
async fn a_signed_call_passes_once() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let now = date(&server).await;
    let listed = Signed::list(DEV, &now, "one");
    let answer = listed.send(&server).await;
    assert_eq!(answer["data"][0]["appId"], "dev-app", "{answer}");
    assert_eq!(codes(&listed.send(&server).await), refused(1306));
    let created = Signed::create(&now, "two");
    let answer = created.send(&server).await;
    assert_eq!(answer["data"]["appName"], "商店", "{answer}");
    assert_eq!(codes(&created.send(&server).await), refused(1306));
    // However it is dressed.
    let mut other = listed.clone();
    other.target = "/api/v3/list-applications?limit=10&page=1".to_owned();
    assert_eq!(codes(&other.send(&server).await), refused(1306));
    let spelled = listed.headers[4].1.replace("authing ", "Authing  ");
    let other = listed.clone().with("authorization", Some(&spelled));
    assert_eq!(codes(&other.send(&server).await), refused(1306));
    // Another nonce is another request.
    let again = Signed::list(DEV, &now, "three").send(&server).await;
    assert_eq!(codes(&again), PASSED);

    // Over a kill.
    server.kill().await;
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(codes(&listed.send(&server).await), refused(1306));
    assert_eq!(codes(&created.send(&server).await), refused(1306));
}

#[tokio::test]
async fn of_any_number_of_the_same_signed_call_one_passes() {
    let data = folder();
    let server = std::sync::Arc::new(Server::start(data.path(), &["--quiet"]).await);
    let signed = Signed::create(&date(&server).await, "one");
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (server, signed) = (std::sync::Arc::clone(&server), signed.clone());
        calls.spawn(async move { codes(&signed.send(&server).await) });
    }
    let all = calls.join_all().await;
    assert_eq!(all.iter().filter(|codes| **codes == PASSED).count(), 1);
    let replays = all.iter().filter(|codes| **codes == refused(1306));
    assert_eq!(replays.count(), 49, "{all:?}");
}

#[tokio::test]
async fn each_reason_has_its_code() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let now = date(&server).await;
    let signed = |nonce| Signed::list(DEV, &now, nonce);
    let mut cases = vec![
        (
            signed("a").with("x-authing-signature-method", Some("HMAC-SHA256")),
            1301,
        ),
        (
            signed("b").with("x-authing-signature-version", Some("2.0")),
            1302,
        ),
        (signed("c").with("date", Some("yesterday")), 1303),
        (signed("d").with("date", None), 1304),
        (
            signed("e").with("x-authing-signature-nonce", Some("f")),
            1300,
        ),
        (signed("g").with("x-authing-lang", Some("en-US")), 1300),
        (Signed::list((DEV.0, "wrong"), &now, "h"), 1300),
        (Signed::list(("nobody", DEV.1), &now, "i"), 1300),
        (signed("j").with("authorization", Some("authing x")), 1300),
    ];
    for later in [-901_000, 902_000] {
        let then = millis(&server, later).await;
        cases.push((Signed::list(DEV, &then, "k"), 1305));
    }
    let mut query = signed("l");
    query.target = "/api/v3/list-applications?page=2&limit=10".to_owned();
    let mut path = signed("m");
    path.target = "/api/v3/list-signing-keys?page=1&limit=10".to_owned();
    let mut body = Signed::create(&now, "n");
    body.body = body.body.replace("商店", "商行");
    let mut order = Signed::create(&now, "o");
    order.body = order.body.replace("[1,null]", "[null,1]");
    let mut member = Signed::create(&now, "p");
    member.body = member.body.replacen('{', "{\"appId\":\"mine\",", 1);
    cases.extend([query, path, body, order, member].map(|signed| (signed, 1300)));
    for (n, (signed, api_code)) in cases.iter().enumerate() {
        let answer = signed.send(&server).await;
        assert_eq!(codes(&answer), refused(*api_code), "{n} {answer}");
    }
    let listed = Signed::list(DEV, &now, "q").send(&server).await;
    let apps = listed["data"].as_array().unwrap();
    assert_eq!(apps.len(), 1, "nothing was made: {listed}");
    // Times as milliseconds, a little off, are fine.
    for later in [-890_000, 890_000] {
        let then = millis(&server, later).await;
        let answer = Signed::list(DEV, &then, "r").send(&server).await;
        assert_eq!(codes(&answer), PASSED, "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_as_such() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let signed = Signed::create(&date(&server).await, "one");
    for (body, status) in [("{", 400), ("[]", 400), (r#"{"a":1,"a":2}"#, 400)] {
        let mut signed = signed.clone();
        signed.body = body.to_owned();
        assert_eq!(codes(&signed.send(&server).await), (status, None), "{body}");
    }
    let mut large = signed.clone();
    large.body = json!({"appName": "x".repeat(17_000)}).to_string();
    assert_eq!(codes(&large.send(&server).await), (413, None));
    // None of that used the signature up.
    assert_eq!(codes(&signed.send(&server).await), PASSED);
}

#[tokio::test]
async fn the_c_sharp_sdk_signs_in_another_way() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let now = millis(&server, 0).await;
    let [method, version] = HEAD;
    let headers = [
        ("x-authing-date", now.as_str()),
        ("x-authing-sdk-version", "authing-csharp-sdk:3.2.5.0"),
        method,
        ("x-authing-signature-nonce", "k3J9dQ"),
        version,
    ];
    let body = r#"{"appName":"Shop","asApp":true}"#;
    let resource = "/api/v3/create-application?appName=Shop&asApp=true";
    let target = (Method::POST, "/api/v3/create-application");
    let signed = Signed::new(DEV, target, (body, resource), &headers);
    let later = millis(&server, 1).await;
    let moved = signed.clone().with("x-authing-date", Some(&later));
    assert_eq!(codes(&moved.send(&server).await), refused(1300));
    // A header that it does not sign must not stand in for the time.
    let dated = signed.clone().with("date", Some(&date(&server).await));
    assert_eq!(codes(&dated.send(&server).await), refused(1300));
    // What it does not sign may be there.
    let signed = signed.with("x-authing-lang", Some("en-US"));
    assert_eq!(codes(&signed.send(&server).await), PASSED);
    assert_eq!(codes(&signed.send(&server).await), refused(1306));
}

#[tokio::test]
async fn a_token_is_shown_in_the_ways_of_the_sdks() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let token = token(&server, DEV).await;
    let payload = token.split('.').nth(1).unwrap();
    let padded = format!("{payload}{}", "=".repeat((4 - payload.len() % 4) % 4));
    let claims: Value = serde_json::from_slice(&BASE64_STANDARD.decode(padded).unwrap()).unwrap();
    assert_eq!(claims["sub"], DEV.0);
    assert_eq!(claims["iss"], format!("{}/oidc", server.url));
    assert!(claims["scoped_userpool_id"].is_string(), "{claims}");
    for shown in [
        format!("Bearer {token}"),
        format!("bearer  {token}"),
        token.clone(),
    ] {
        assert_eq!(list(&server, &shown).await, PASSED, "{shown}");
    }
    for bad in [
        "Bearer",
        "authing",
        "Bearer ",
        "",
        "x",
        &format!("Basic {token}"),
        &format!("Bearer {}", &token[1..]),
        &format!("Bearer {token}x"),
        &format!("authing {token}"),
    ] {
        let codes = list(&server, bad).await;
        let expected = if bad.starts_with("authing ") {
            refused(1301)
        } else {
            UNAUTHORIZED
        };
        assert_eq!(codes, expected, "{bad}");
    }
    // Beside the user pool, as the Java SDK does.
    let url = format!("{}/api/v3/list-applications", server.url);
    let request = server
        .client()
        .get(url)
        .header("authorization", &token)
        .header(
            "x-authing-userpool-id",
            claims["scoped_userpool_id"].as_str().unwrap(),
        )
        .header("date", "1795327947000");
    assert_eq!(codes(&answer(request).await), PASSED);

    // It outlives the process, on the same address.
    let address = server.url.trim_start_matches("http://").to_owned();
    server.kill().await;
    let server = Server::start_on(data.path(), &address, &["--quiet"]).await;
    assert_eq!(list(&server, &token).await, PASSED);
}

#[tokio::test]
async fn a_wrong_pair_gets_no_token() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for pair in [
        (DEV.0, "wrong"),
        (DEV.0, ""),
        ("", DEV.1),
        ("nobody", DEV.1),
        ("dev-app", "dev-app-secret"),
    ] {
        let answer = exchange(&server, pair).await;
        assert_eq!(codes(&answer), UNAUTHORIZED, "{pair:?} {answer}");
        assert_eq!(answer["data"], Value::Null);
    }
    for body in ["{}", r#"{"accessKeyId":"dev-access-key"}"#] {
        let answer = server.post("get-management-token", &[], body).await;
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(codes(&answer), (400, None), "{answer}");
    }
}

#[tokio::test]
async fn a_verification_token_does_not_manage_and_the_other_way_round() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let sdk = AuthenticationClient::builder()
        .app_id("dev-app")
        .app_secret("dev-app-secret")
        .app_host(&server.url)
        .build()
        .unwrap();
    let sent = SendSms::new(Channel::Login, number(1));
    assert!(sdk.send_sms(sent).await.unwrap().is_success());
    let arrived = server.outbox(&format!("+86{}", number(1))).await;
    let code = arrived[0]["passCode"].as_str().unwrap();
    let used = VerifyCode::new(Channel::Login, number(1), code);
    let verified = sdk.verify_code(used).await.unwrap();
    let verified = verified.data.verification_token.unwrap();
    assert_eq!(
        list(&server, &format!("Bearer {verified}")).await,
        UNAUTHORIZED
    );
    assert_eq!(list(&server, &verified).await, UNAUTHORIZED);

    let token = token(&server, DEV).await;
    assert!(!sdk.introspect_token(&token).await.unwrap().is_active());
    assert!(sdk.verify_token(&token).await.is_err());
    assert!(sdk.introspect_token(&verified).await.unwrap().is_active());
}

#[tokio::test]
async fn a_deleted_key_ends_with_its_tokens_and_signatures() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (made, done) = access_key(&["create"], data.path());
    assert!(done, "{made}");
    let [id, secret] = ["accessKeyId", "accessKeySecret"].map(|name| made[name].as_str().unwrap());
    assert_eq!((id.len(), secret.len()), (24, 64));
    let (listed, _) = access_key(&["list"], data.path());
    let listed = listed.as_array().unwrap();
    let of = |key: &str| {
        let mut all = listed.iter();
        all.find(|listed| listed["accessKeyId"] == key).unwrap()
    };
    assert_eq!(of(id)["secretHint"], secret[60..]);
    assert_eq!(of(DEV.0)["secretHint"], "cret");
    assert_eq!(of(id).as_object().unwrap().len(), 3, "{listed:?}");

    let token = token(&server, (id, secret)).await;
    let now = date(&server).await;
    assert_eq!(list(&server, &token).await, PASSED);
    let signed = Signed::list((id, secret), &now, "one").send(&server).await;
    assert_eq!(codes(&signed), PASSED);

    let (gone, done) = access_key(&["delete", id], data.path());
    assert!(done, "{gone}");
    assert_eq!(list(&server, &token).await, UNAUTHORIZED);
    let signed = Signed::list((id, secret), &now, "two").send(&server).await;
    assert_eq!(codes(&signed), refused(1300));
    assert_eq!(codes(&exchange(&server, (id, secret)).await), UNAUTHORIZED);
    let (refusal, done) = access_key(&["delete", id], data.path());
    assert!(!done);
    let says = refusal["error"].as_str().unwrap();
    assert!(says.contains("no access key"), "{says}");
    let others = exchange(&server, DEV).await;
    let others = others["data"]["access_token"].as_str().unwrap();
    assert_eq!(list(&server, others).await, PASSED, "another key's stay");

    // Neither secret nor token is in a log, and the secret in no file.
    let stopped = server.stop().await;
    assert!(!stopped.stderr.contains(secret) && !stopped.stderr.contains(&token));
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let mut parts = bytes.windows(secret.len());
        assert!(
            !parts.any(|part| part == secret.as_bytes()),
            "{}",
            path.display()
        );
    }
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(list(&server, &token).await, UNAUTHORIZED);
}

#[tokio::test]
async fn the_development_key_that_was_deleted_comes_back_without_its_tokens() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let before = token(&server, DEV).await;
    let (_, done) = access_key(&["delete", DEV.0], data.path());
    assert!(done);
    let address = server.url.trim_start_matches("http://").to_owned();
    server.stop().await;
    let server = Server::start_on(data.path(), &address, &["--quiet"]).await;
    assert_eq!(list(&server, &before).await, UNAUTHORIZED);
    let after = token(&server, DEV).await;
    assert_eq!(list(&server, &after).await, PASSED);
}

#[tokio::test]
async fn the_development_key_is_for_whoever_asks_this_machine_by_name() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let bearer = format!("Bearer {}", token(&server, DEV).await);
    let asked_of = async |host: &str| {
        let request = server
            .client()
            .get(format!("{}/api/v3/list-applications", server.url))
            .header("authorization", &bearer)
            .header("host", host);
        codes(&answer(request).await)
    };
    for here in [
        "localhost:8480",
        "LOCALHOST",
        "127.0.0.1",
        "127.1.2.3:1",
        "[::1]:8480",
    ] {
        assert_eq!(asked_of(here).await, PASSED, "{here}");
    }
    for elsewhere in [
        "rebound.example:8480",
        "localhost.rebound.example",
        "127.0.0.1.rebound.example",
        "192.168.0.7:8480",
    ] {
        assert_eq!(asked_of(elsewhere).await, UNAUTHORIZED, "{elsewhere}");
    }
}
