//! Access keys, and the management tokens that they are exchanged for.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use countersign_client::{AuthenticationClient, Channel, SendSms, VerifyCode};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::server::{BINARY, Server, folder, number};
use crate::signed::{DEV, PASSED, Signed, UNAUTHORIZED, date, refused};

/// Asks for a management token by the access key.
async fn exchange(server: &Server, (id, secret): (&str, &str)) -> Answer {
    let body = json!({"accessKeyId": id, "accessKeySecret": secret}).to_string();
    // As the PHP SDK asks.
    let headers = [("authorization", "Bearer "), ("x-authing-lang", "en-US")];
    server.post("get-management-token", &headers, body).await
}

/// A management token of the access key.
async fn token(server: &Server, key: (&str, &str)) -> String {
    exchange(server, key).await.text("access_token")
}

/// The codes that answer `list-applications` with this `authorization`.
async fn list(server: &Server, authorization: &str) -> (u64, Option<u64>) {
    list_with(server, &[("authorization", authorization)]).await
}

/// The codes that answer `list-applications` with these headers.
async fn list_with(server: &Server, headers: &[(&str, &str)]) -> (u64, Option<u64>) {
    let mut request = server
        .client()
        .get(format!("{}/api/v3/list-applications", server.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::read(request.send().await.unwrap()).await.codes()
}

/// `countersign access-key {words} --json`: the JSON that it prints, and whether it succeeds.
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
async fn an_operator_shows_a_management_token_as_each_sdk_does() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let answer = exchange(&server, DEV).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": {"access_token": "[JWT]", "expires_in": 7200}
    }
    "#);
    let token = answer.text("access_token");
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
    let headers = [
        ("authorization", &*token),
        (
            "x-authing-userpool-id",
            claims["scoped_userpool_id"].as_str().unwrap(),
        ),
        ("date", "1795327947000"),
    ];
    assert_eq!(list_with(&server, &headers).await, PASSED);

    // It outlives the process, on the same address.
    let address = server.address().to_owned();
    server.kill().await;
    let server = Server::start_on(data.path(), &address, &["--quiet"]).await;
    assert_eq!(list(&server, &token).await, PASSED);
}

#[tokio::test]
async fn an_operator_with_a_wrong_pair_gets_no_token() {
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
        assert_eq!(answer.codes(), UNAUTHORIZED, "{pair:?} {answer}");
        assert_eq!(answer["data"], Value::Null);
    }
    for body in ["{}", r#"{"accessKeyId":"dev-access-key"}"#] {
        let answer = server.post("get-management-token", &[], body).await;
        assert_eq!(answer.codes(), (400, None), "{answer}");
    }
}

#[tokio::test]
async fn a_verification_token_cannot_manage_and_a_management_token_verifies_no_code() {
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
async fn an_operator_that_deletes_an_access_key_ends_its_tokens_and_signatures() {
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
    assert_eq!(signed.codes(), PASSED);

    let (gone, done) = access_key(&["delete", id], data.path());
    assert!(done, "{gone}");
    assert_eq!(list(&server, &token).await, UNAUTHORIZED);
    let signed = Signed::list((id, secret), &now, "two").send(&server).await;
    assert_eq!(signed.codes(), refused(1300));
    assert_eq!(exchange(&server, (id, secret)).await.codes(), UNAUTHORIZED);
    let (refusal, done) = access_key(&["delete", id], data.path());
    assert!(!done);
    let says = refusal["error"].as_str().unwrap();
    assert!(says.contains("no access key"), "{says}");
    let others = self::token(&server, DEV).await;
    assert_eq!(list(&server, &others).await, PASSED, "another key's stay");

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

// shows: found-W11
#[tokio::test]
async fn the_access_key_that_every_start_makes_cannot_be_deleted_and_is_good_afterwards() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let before = token(&server, DEV).await;
    let refused = server.terminal().run(&["access-key", "delete", DEV.0]);
    insta::assert_snapshot!(refused, @"
    exit code 1
    countersign: It cannot be deleted, because it is in use by countersign dev, which makes it again at every start. (statusCode 409)
    ");
    assert_eq!(list(&server, &before).await, PASSED);
}
