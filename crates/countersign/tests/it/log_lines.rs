//! The lines of the log: each one object, whatever others wrote.

use serde_json::{Value, json};

use crate::actors::Public;
use crate::server::{Server, folder, number};
use crate::vendor::{Manner, Vendor};

/// A text that would end a line, begin another one, and colour a terminal.
const FORGED: &str =
    "x\r\n{\"level\":\"ERROR\",\"message\":\"forged\"}\n\u{1b}[31mred\u{9b}31m\u{2028}y";

/// A vendor's refusal whose code and sentence hold that text.
const REFUSAL: &str = r#"{"error":"x\r\n{\"level\":\"ERROR\"}","why":"a\n\u001b[31mb\u2028c"}"#;

// shows: E7
#[tokio::test]
async fn a_text_of_somebody_else_begins_no_line_of_the_log() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await; // logs at TRACE
    let vendor = Vendor::start(Manner::Answer(400, REFUSAL)).await;
    let operator = server.operator();
    let settings = json!({
        "url": &vendor.url, "format": "json", "body": {"to": "{to}", "code": "{code}"},
        "error_code": "/error", "error_message": "/why",
    });
    let account = json!({"name": "odd", "kind": "http", "settings": settings});
    operator.set("set-sms-provider", account).await;
    operator.create_application_through("shop", &["odd"]).await;
    let sent = Public::of(&server, "shop").login(&number(1)).await;
    assert!(sent >= 600, "{sent}");

    let odd = json!({"channel": FORGED, "phoneNumber": FORGED, FORGED: FORGED});
    for body in [
        odd.to_string(),
        format!("{{\"channel\": \"{FORGED}"),
        FORGED.to_owned(),
    ] {
        server
            .post("send-sms", &[("x-authing-app-id", "dev-app")], body)
            .await;
    }
    for path in [
        "/api/v3/%0a%0d%1b[31mx",
        "/receipts/%0a{%22level%22:1}",
        "/%E2%80%A8x?%0ay",
    ] {
        server.get(path).await;
    }
    let odd = json!({"appName": FORGED, "appId": FORGED});
    operator.post("create-application", odd).await;

    let logs = server.stop().await.stderr;
    let mut refused = 0;
    for line in logs.lines() {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        assert!(
            event["timestamp"].is_string() && event["message"].is_string(),
            "{line}"
        );
        assert_ne!(event["message"], "forged", "{line}");
        assert!(
            !line.contains(|c: char| c.is_control() || c == '\u{2028}'),
            "{line}"
        );
        refused += usize::from(line.contains("vendor_code"));
    }
    assert!(refused > 0, "the vendor's words are in the log");
}
