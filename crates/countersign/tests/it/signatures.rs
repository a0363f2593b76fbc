//! Management calls that an access key signs: each signature passes once.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use reqwest::Method;
use serde_json::json;

use crate::server::{Server, folder};
use crate::signed::{DEV, HEAD, PASSED, Signed, date, millis, refused};

#[tokio::test]
async fn an_operator_with_a_signature_calls_once() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let now = date(&server).await;
    let listed = Signed::list(DEV, &now, "one");
    let answer = listed.send(&server).await;
    assert_eq!(answer.data()[0]["appId"], "dev-app", "{answer}");
    let again = listed.clone().with("accept-language", Some("en-US"));
    assert_snapshot!(again.send(&server).await, @r#"
    HTTP 200
    {
      "statusCode": 401,
      "message": "This signature was used before: sign every request anew, with a nonce of its own.",
      "apiCode": 1306,
      "requestId": "[request id]"
    }
    "#);
    let created = Signed::create(&now, "two");
    let answer = created.send(&server).await;
    assert_eq!(answer.data()["appName"], "商店", "{answer}");
    assert_eq!(created.send(&server).await.codes(), refused(1306));
    // Neither another order of the query nor another spelling of the scheme makes it a new one.
    let mut other = listed.clone();
    other.target = "/api/v3/list-applications?limit=10&page=1".to_owned();
    assert_eq!(other.send(&server).await.codes(), refused(1306));
    let spelled = listed.headers[4].1.replace("authing ", "Authing  ");
    let other = listed.clone().with("authorization", Some(&spelled));
    assert_eq!(other.send(&server).await.codes(), refused(1306));
    // Another nonce is another request.
    let again = Signed::list(DEV, &now, "three").send(&server).await;
    assert_eq!(again.codes(), PASSED);

    // Over a kill.
    server.kill().await;
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(listed.send(&server).await.codes(), refused(1306));
    assert_eq!(created.send(&server).await.codes(), refused(1306));
}

#[tokio::test]
async fn of_50_concurrent_calls_with_one_signature_one_passes() {
    let data = folder();
    let server = std::sync::Arc::new(Server::start(data.path(), &["--quiet"]).await);
    let signed = Signed::create(&date(&server).await, "one");
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (server, signed) = (std::sync::Arc::clone(&server), signed.clone());
        calls.spawn(async move { signed.send(&server).await.codes() });
    }
    let all = calls.join_all().await;
    assert_eq!(all.iter().filter(|codes| **codes == PASSED).count(), 1);
    let replays = all.iter().filter(|codes| **codes == refused(1306));
    assert_eq!(replays.count(), 49, "{all:?}");
}

#[tokio::test]
async fn a_call_with_a_wrong_signature_is_refused_with_the_code_of_its_reason() {
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
    let mut sentences = BTreeSet::new();
    for (n, (signed, api_code)) in cases.iter().enumerate() {
        let english = signed.clone().with("accept-language", Some("en-US"));
        let answer = english.send(&server).await;
        assert_eq!(answer.codes(), refused(*api_code), "{n} {answer}");
        sentences.insert(format!("{api_code} {}", answer.message()));
    }
    let sentences: Vec<_> = sentences.into_iter().collect();
    assert_snapshot!(sentences.join("\n"), @"
    1300 The signature is not that of this request by this access key.
    1301 x-authing-signature-method must be HMAC-SHA1.
    1302 x-authing-signature-version must be 1.0.
    1303 date or x-authing-date must be an HTTP date in GMT, or milliseconds since 1970.
    1304 The signed request has neither date nor x-authing-date.
    1305 The time of the signed request is 15 minutes or more from that of this service.
    ");
    let listed = Signed::list(DEV, &now, "q").send(&server).await;
    let apps = listed.data().as_array().unwrap();
    assert_eq!(apps.len(), 1, "nothing was made: {listed}");
    // Times as milliseconds, a little off, are fine.
    for later in [-890_000, 890_000] {
        let then = millis(&server, later).await;
        let answer = Signed::list(DEV, &then, "r").send(&server).await;
        assert_eq!(answer.codes(), PASSED, "{answer}");
    }
}

#[tokio::test]
async fn a_signed_call_with_an_unreadable_body_is_refused_and_keeps_its_signature() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let signed = Signed::create(&date(&server).await, "one");
    for (body, status) in [("{", 400), ("[]", 400), (r#"{"a":1,"a":2}"#, 400)] {
        let mut signed = signed.clone();
        signed.body = body.to_owned();
        assert_eq!(signed.send(&server).await.codes(), (status, None), "{body}");
    }
    let mut large = signed.clone();
    large.body = json!({"appName": "x".repeat(17_000)}).to_string();
    assert_eq!(large.send(&server).await.codes(), (413, None));
    // None of that used the signature up.
    assert_eq!(signed.send(&server).await.codes(), PASSED);
}

#[tokio::test]
async fn an_operator_with_the_c_sharp_sdk_calls_once() {
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
    assert_eq!(moved.send(&server).await.codes(), refused(1300));
    // A header that it does not sign must not stand in for the time.
    let dated = signed.clone().with("date", Some(&date(&server).await));
    assert_eq!(dated.send(&server).await.codes(), refused(1300));
    // A header that it does not sign may be there.
    let signed = signed.with("x-authing-lang", Some("en-US"));
    assert_eq!(signed.send(&server).await.codes(), PASSED);
    assert_eq!(signed.send(&server).await.codes(), refused(1306));
}
