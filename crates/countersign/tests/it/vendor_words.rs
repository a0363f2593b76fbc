//! The words of a vendor, which may repeat anything that it was sent: on timelines, on terminals, in logs and in files.

use std::fs;

use countersign_api::MessageDto;
use serde_json::{Value, json};

use crate::actors::Terminal;
use crate::products::Product;
use crate::sandbox::Sandbox;
use crate::secrecy::holds;
use crate::server::{Server, folder, number};
use crate::vendor::{Manner, Vendor};

const TOKEN: &str = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";

/// Whether a text has a character that a terminal obeys.
fn moves_a_terminal(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && c != '\n')
}

/// Fails where a log or a file of `server` holds one of `secrets`.
async fn kept_out(server: Server, data: &std::path::Path, secrets: &[String]) {
    let logs = server.stop().await.stderr;
    assert!(logs.contains("answered"), "there are logs");
    let mut places = vec![("the log".to_owned(), logs.into_bytes())];
    for entry in fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        places.push((name, fs::read(&path).unwrap()));
    }
    for (place, bytes) in &places {
        for secret in secrets {
            assert!(!holds(bytes, secret), "{place} holds {secret}");
        }
    }
}

// shows: found-V4
#[tokio::test]
async fn an_id_that_repeats_code_and_number_and_clears_the_screen_is_kept_nowhere() {
    let body = |message: &Value| {
        let (to, code) = (&message["to"], &message["passCode"]);
        let id = format!("\u{1b}[2J code {code} to {to}");
        json!({ "providerMessageId": id }).to_string()
    };
    let (data, vendor) = (folder(), Vendor::start(Manner::Echo(body)).await);
    let server = Server::start(data.path(), &["--quiet", "--provider", &vendor.provider()]).await;
    assert_eq!(server.public().login(&number(1)).await, 200);
    let message = server.operator().messages().await.remove(0);
    assert_eq!(message.attempts[0].outcome, "accepted");
    assert_eq!(message.attempts[0].provider_message_id, None);
    let shown = Terminal::on(data.path()).ok(&["message", "show"]);
    let code = vendor.messages()[0]["passCode"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        !moves_a_terminal(&shown) && !shown.contains(&code),
        "{shown}"
    );
    kept_out(server, data.path(), &[code, number(1)]).await;
}

/// A server whose vendor answers with the request, and the message that it made of that under these rules.
async fn echoed(n: usize, rules: Value) -> (MessageDto, String, Server, tempfile::TempDir) {
    let (data, vendor) = (
        folder(),
        Vendor::start(Manner::Echo(Value::to_string)).await,
    );
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut settings = json!({
        "url": &vendor.url, "format": "json",
        "body": {"to": "{to}", "code": "{code}", "about": "no {code}", "token": "{secret.token}"},
    });
    settings
        .as_object_mut()
        .unwrap()
        .extend(rules.as_object().unwrap().clone());
    let operator = server.operator();
    let account =
        json!({"name": "acme", "kind": "http", "settings": settings, "secrets": {"token": TOKEN}});
    operator.set("set-sms-provider", account).await;
    let app = operator.create_application_through("app", &["acme"]).await;
    assert_eq!(app.public.login(&number(n)).await, 200);
    let message = operator.timeline(&number(n)).await;
    let code = vendor.messages()[0]["code"].as_str().unwrap().to_owned();
    (message, code, server, data)
}

// shows: found-V4
#[tokio::test]
async fn an_id_or_a_code_that_points_at_an_echo_is_kept_nowhere() {
    for (n, echo) in ["/to", "/code", "/about", "/token"].into_iter().enumerate() {
        let (message, code, server, data) = echoed(2 * n, json!({"message_id": echo})).await;
        let attempt = &message.attempts[0];
        assert_eq!(attempt.outcome, "accepted", "{echo}");
        assert_eq!(attempt.provider_message_id, None, "{echo}");
        kept_out(
            server,
            data.path(),
            &[code, number(2 * n), TOKEN.to_owned()],
        )
        .await;

        let success = json!({"pointer": "/ok", "equals": [true]});
        let rules = json!({"error_code": echo, "success": success});
        let (message, code, server, data) = echoed(2 * n + 1, rules).await;
        assert_eq!(message.attempts[0].outcome, "unknown", "{echo}");
        kept_out(
            server,
            data.path(),
            &[code, number(2 * n + 1), TOKEN.to_owned()],
        )
        .await;
    }
}

// shows: found-V4
#[tokio::test]
async fn the_command_line_shows_no_character_that_a_terminal_obeys() {
    let data = folder();
    let printed =
        Terminal::on(data.path()).run(&["provider", "add", "--file", "\u{1b}[2J\u{9b}31m\u{202e}"]);
    assert_eq!(printed.code, 1, "{printed}");
    assert!(
        printed
            .stderr
            .contains(r"\u001b[2J\u009b31m\u202e cannot be read"),
        "{printed}"
    );
    assert!(!moves_a_terminal(&printed.stderr), "{printed}");
    let printed =
        Terminal::on(data.path()).run(&["provider", "add", "--json", "--file", "\u{9b}31m"]);
    let read: Value = serde_json::from_str(&printed.stderr).expect("JSON as before");
    assert!(
        read["error"].as_str().unwrap().starts_with("\u{9b}31m"),
        "{printed}"
    );
    assert!(!moves_a_terminal(&printed.stderr), "{printed}");
}

/// A server whose provider `acme` sends to `url`, with more `settings`, and its answer to a send: the `statusCode`, the
/// header `Retry-After`, the outcome and the detail.
async fn told(url: &str, settings: &Value) -> (u64, Option<String>, String, String) {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (status, retry_after) = sent(&server, url, settings.clone()).await;
    let mut timelines = server.operator().timelines(&number(1)).await;
    let mut attempt = timelines.remove(0).attempts.remove(0);
    let shown = Terminal::on(data.path()).ok(&["message", "show"]);
    let detail = attempt.detail.take().expect("a detail");
    let line = format!("{}, {detail}", attempt.outcome);
    assert!(shown.contains(&line), "{shown}");
    let logs = server.stop().await.stderr;
    if attempt.outcome == "unreachable" {
        let line = format!(r#""vendor_code":"{detail}""#);
        assert!(logs.contains(&line), "the log tells {detail}");
    }
    (status, retry_after, attempt.outcome, detail)
}

/// Sends a code through an account of the kind `http` that sends to `url`, with more `settings`: the `statusCode` and the
/// header `Retry-After` of the answer.
async fn sent(server: &Server, url: &str, settings: Value) -> (u64, Option<String>) {
    let operator = server.operator();
    let mut all = json!({"url": url, "format": "json", "body": {"to": "{to}", "code": "{code}"}});
    all.as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    let account = json!({"name": "acme", "kind": "http", "settings": all});
    operator.set("set-sms-provider", account).await;
    let app = operator.create_application_through("app", &["acme"]).await;
    let answer = app.public.send_sms("CHANNEL_LOGIN", &number(1)).await;
    let retry_after = answer.headers.get("retry-after");
    let retry_after = retry_after.map(|seconds| seconds.to_str().unwrap().to_owned());
    (answer.status(), retry_after)
}

// shows: found-W3
#[tokio::test]
async fn the_operator_reads_why_a_vendor_could_not_be_reached() {
    let plain_data = folder();
    let plain = Server::start(plain_data.path(), &["--quiet"]).await;
    let nobody = crate::sandbox::nobody();
    let unknown = "https://no-such-host.invalid/".to_owned();
    for (url, cause) in [
        (unknown, "dns"),
        (nobody, "refused"),
        (
            plain.url.replace("http:", "https:"),
            "tls: no TLS is spoken there",
        ),
    ] {
        let (status, _, outcome, detail) = told(&url, &json!({})).await;
        assert_eq!(
            (status, &*outcome, &*detail),
            (601, "unreachable", cause),
            "{url}"
        );
    }
}

// shows: found-W3
#[tokio::test]
async fn a_refusal_brings_the_vendors_sentence_and_the_wait_that_it_tells_of() {
    let settings = json!({
        "success": {"statuses": [201]}, "error_code": "/code", "error_message": "/message",
        "errors": {"LIMIT": "recipient_limited", "EMPTY": "config_error"},
    });
    for (body, wait, outcome, said) in [
        (
            r#"{"code":"LIMIT","message":"触发分钟级流控Permits:1"}"#,
            Some("60"),
            "recipient_limited",
            "LIMIT: 触发分钟级流控Permits:1",
        ),
        (
            r#"{"code":"LIMIT","message":"触发小时级流控Permits:5"}"#,
            Some("3600"),
            "recipient_limited",
            "LIMIT: 触发小时级流控Permits:5",
        ),
        (
            r#"{"code":"LIMIT","message":"触发天级流控Permits:10"}"#,
            Some("86400"),
            "recipient_limited",
            "LIMIT: 触发天级流控Permits:10",
        ),
        (
            r#"{"code":"EMPTY","message":"no money for today, call 13912345678\r\n"}"#,
            None,
            "config_error",
            "EMPTY: no money for today, call ****",
        ),
    ] {
        let vendor = Vendor::start(Manner::Answer(200, body)).await;
        let (status, retry_after, kind, detail) = told(&vendor.url, &settings).await;
        assert_eq!((status, &*kind, &*detail), (602, outcome, said));
        assert_eq!(retry_after.as_deref(), wait, "{said}");
    }
}

// shows: found-W6
#[tokio::test]
async fn a_mainland_template_for_a_number_abroad_is_no_template_and_the_operator_reads_which_one() {
    let (data, sandbox) = (folder(), Sandbox::start().await);
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    operator
        .set_up_provider("tencent", Product::Tencent, &sandbox.url, None)
        .await;
    let app = operator
        .create_application_through("app", &["tencent"])
        .await;
    let answer = app.public.send_sms("CHANNEL_LOGIN", "+85261234567").await;
    assert_eq!(answer.status(), 602);
    let told = "Nothing was sent. Quote the requestId when you ask for help.";
    assert_eq!(answer.message(), told);
    let attempt = operator.timeline("+85261234567").await.attempts.remove(0);
    assert_eq!(attempt.outcome, "no_template");
    let detail = attempt.detail.expect("a detail");
    let start = "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone: ";
    let end = ": template 449740 does not serve HK: set another for zh-TW";
    assert!(
        detail.starts_with(start) && detail.ends_with(end),
        "{detail}"
    );
}

// shows: found-V1
#[tokio::test]
async fn an_answer_in_text_or_xml_or_with_a_byte_order_mark_has_its_outcome() {
    let text = json!({"success": {"pattern": "0: *"}, "error_code": "ERR: {}"});
    let xml = json!({
        "success": {"pointer": "/response/code", "equals": ["0"]}, "error_code": "/response/code",
        "errors": {"102": "throttled"},
    });
    let marked = json!({"success": {"statuses": [201]}, "error_code": "/code", "errors": {"9": "transient"}});
    for (settings, body, outcome, said) in [
        (&text, "ERR: 102", "other", "102"),
        (
            &xml,
            "<?xml version='1.0'?><response><code>102</code></response>",
            "throttled",
            "102",
        ),
        (&marked, "\u{feff}{\"code\":\"9\"}", "transient", "9"),
    ] {
        let vendor = Vendor::start(Manner::Answer(200, body)).await;
        let (status, _, kind, detail) = told(&vendor.url, settings).await;
        assert_eq!((status, &*kind, &*detail), (602, outcome, said), "{body}");
    }
    for (settings, body) in [
        (&text, "0: Accepted for delivery"),
        (&xml, "<response><code>0</code></response>"),
    ] {
        let vendor = Vendor::start(Manner::Answer(200, body)).await;
        let (data, settings) = (folder(), settings.clone());
        let server = Server::start(data.path(), &["--quiet"]).await;
        let outcome = sent(&server, &vendor.url, settings).await.0;
        assert_eq!(outcome, 200, "{body}");
    }
}

// shows: found-V1
#[tokio::test]
async fn a_sentence_in_an_east_asian_charset_is_read_whole() {
    let settings = |code: &str, say: &str| {
        json!({
            "success": {"statuses": [201]}, "error_code": code, "error_message": say,
            "errors": {"9": "transient"},
        })
    };
    let (json, xml) = (settings("/code", "/say"), settings("/r/@code", "/r/say"));
    for (settings, content_type, body, detail) in [
        (
            &json,
            "application/json; charset=GBK",
            b"{\"code\":\"9\",\"say\":\"\xd5\xcb\xbb\xa7\xe4\x5c\"}".as_slice(),
            "9: 账户鋅",
        ),
        (
            &json,
            "text/html; charset=big5",
            b"{\"code\":\"9\",\"say\":\"\xbe\x6c\xc3\x42\xa4\xa3\xa8\xac\"}",
            "9: 餘額不足",
        ),
        (
            &json,
            "application/json;charset=euc-kr",
            b"{\"code\":\"9\",\"say\":\"\xc0\xdc\xbe\xd7 \xba\xce\xc1\xb7\"}",
            "9: 잔액 부족",
        ),
        (
            &xml,
            "text/xml",
            b"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><r code='9'><say>\x8e\x63\x8d\x82</say></r>",
            "9: 残高",
        ),
        (
            &json,
            "application/json",
            b"\xff\xfe{\0\"\0c\0o\0d\0e\0\"\0:\0\"\09\0\"\0}\0",
            "9",
        ),
    ] {
        let vendor = Vendor::start(Manner::Bytes(content_type, body)).await;
        let (status, _, _, told) = told(&vendor.url, settings).await;
        assert_eq!((status, &*told), (602, detail), "{content_type}");
    }
}
