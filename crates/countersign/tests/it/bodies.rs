//! Bodies that are compressed or marked, and heads that contradict themselves.

use insta::assert_snapshot;
use serde_json::json;

use crate::server::{Server, folder, number};

const APP: (&str, &str) = ("x-authing-app-id", "dev-app");
const EN: (&str, &str) = ("x-authing-lang", "en-US");

fn login(n: usize) -> String {
    json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number(n)}).to_string()
}

// shows: found-H1
#[tokio::test]
async fn a_caller_that_encodes_its_body_is_told_which_encoding_is_not_read() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    // The beginning of a gzip file.
    let body = vec![0x1f, 0x8b, 8, 0];
    let headers = [APP, EN, ("content-encoding", "gzip")];
    let refused = server.post("send-sms", &headers, body).await;
    assert_snapshot!(refused, @r#"
    HTTP 200
    {
      "statusCode": 415,
      "message": "The content encoding gzip is not supported: send the body as it is.",
      "requestId": "[request id]"
    }
    "#);
    let token = format!("Bearer {}", server.token());
    for (name, encoding) in [
        ("send-sms", "br"),
        ("send-sms", "identity, deflate"),
        ("pre-check-code", "zstd"),
        ("verify-code", "x-gzip"),
        ("create-application", "GZIP"),
    ] {
        let headers = [
            APP,
            EN,
            ("authorization", &token),
            ("content-encoding", encoding),
        ];
        let refused = server.post(name, &headers, login(1)).await;
        assert_eq!(refused.codes(), (415, None), "{name} {encoding}");
        let named = encoding.trim_start_matches("identity, ");
        assert!(refused.message().contains(named), "{refused}");
    }
    let headers = [APP, ("content-encoding", "identity")];
    let sent = server.post("send-sms", &headers, login(2)).await;
    assert_eq!(sent.status(), 200, "{sent}");
}

// shows: found-H1
#[tokio::test]
async fn a_caller_that_marks_its_body_as_utf_8_is_understood() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let sent = server
        .post("send-sms", &[APP], format!("\u{feff}{}", login(1)))
        .await;
    assert_eq!(sent.status(), 200, "{sent}");
    let twice = format!("\u{feff}\u{feff}{}", login(2));
    assert_eq!(server.post("send-sms", &[APP], twice).await.status(), 400);
}

// shows: found-R9
#[tokio::test]
async fn a_caller_that_names_two_applications_is_refused() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let app = server.operator().create_application("shop", "Shop").await;
    let shop = ("x-authing-app-id", "shop");
    for headers in [[APP, shop, EN], [shop, APP, EN]] {
        let refused = server.post("send-sms", &headers, login(1)).await;
        assert_eq!(refused.codes(), (400, None), "{refused}");
        assert_eq!(
            refused.message(),
            "x-authing-app-id is given more than once."
        );
    }
    let body = json!({
        "channel": "CHANNEL_LOGIN", "phoneNumber": number(1), "passCode": "123456",
        "client_id": "shop", "client_secret": app.secret,
    });
    let refused = server
        .post("verify-code", &[shop, APP], body.to_string())
        .await;
    assert_eq!(refused.codes(), (400, None), "{refused}");
    let sent = server.post("send-sms", &[APP, APP], login(1)).await;
    assert_eq!(sent.status(), 200, "one application, named twice: {sent}");
}
