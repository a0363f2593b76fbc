//! Who may check a code, how it must be asked, and by which settings.

use serde_json::{Value, json};

use crate::checks::{LOGIN, is_valid, not};
use crate::server::{Server, folder, number};

#[tokio::test]
async fn only_the_application_itself_can_verify() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let code = server.code(LOGIN, &number(1)).await;
    let basic = |text: &str| {
        use base64::Engine as _;
        base64::prelude::BASE64_STANDARD.encode(text)
    };
    let own = format!("Basic {}", basic("dev-app:dev-app-secret"));
    let bearer = format!("Bearer {own}");
    let body = |passcode: &str, extra: Value| {
        let mut body = json!({"channel": LOGIN, "phoneNumber": number(1), "passCode": passcode});
        body["withToken"] = false.into();
        for (name, value) in extra.as_object().unwrap() {
            body[name] = value.clone();
        }
        body.to_string()
    };
    let wrong = format!("Basic {}", basic("dev-app:wrong"));
    let unknown = format!("Basic {}", basic("nobody:dev-app-secret"));
    let token = format!("Bearer {}", server.token());
    let none = json!({});
    for (headers, extra) in [
        (vec![], none.clone()),
        (vec![("x-authing-app-id", "dev-app")], none.clone()),
        (vec![("authorization", wrong.as_str())], none.clone()),
        (vec![("authorization", unknown.as_str())], none.clone()),
        (vec![("authorization", token.as_str())], none.clone()),
        (
            vec![("authorization", own.as_str())],
            json!({"client_id": "dev-app", "client_secret": "wrong"}),
        ),
        (
            vec![
                ("authorization", own.as_str()),
                ("x-authing-app-id", "other"),
            ],
            none.clone(),
        ),
        (vec![], json!({"client_id": "dev-app", "client_secret": ""})),
    ] {
        let answer = server
            .post("verify-code", &headers, body(&code, extra))
            .await;
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["statusCode"], 401, "{headers:?}: {answer}");
        assert_eq!(answer.get("data"), None);
    }
    for (headers, extra) in [
        (vec![("authorization", own.as_str())], none.clone()),
        (
            vec![
                ("authorization", bearer.as_str()),
                ("x-authing-app-id", "dev-app"),
            ],
            json!({"client_id": null, "client_secret": ""}),
        ),
        (
            vec![],
            json!({"client_id": "dev-app", "client_secret": "dev-app-secret"}),
        ),
    ] {
        let answer = server
            .post("verify-code", &headers, body(&not(&code), extra))
            .await;
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["data"]["reason"], "wrong", "{headers:?}: {answer}");
    }
}

#[tokio::test]
async fn what_is_no_code_is_never_right_and_costs_nothing() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let code = server.code(LOGIN, &number(1)).await;
    let spellings = [
        format!("{code} "),
        format!(" {code}"),
        format!("{}-{}", &code[..3], &code[3..]),
        code.chars()
            .map(|digit| char::from_u32(0xff10 + u32::from(digit) - 0x30).unwrap())
            .collect(),
        String::new(),
        "1".repeat(10_000),
        "12".to_owned(),
    ];
    for spelling in &spellings {
        assert!(!is_valid(
            &server
                .pre_check("dev-app", LOGIN, &number(1), spelling)
                .await
        ));
        let answer = server.verify(LOGIN, &number(1), spelling).await;
        assert_eq!(
            answer["data"],
            json!({"isValid": false, "reason": "malformed"})
        );
    }
    for (passcode, says) in [
        (json!(null), "passCode is required."),
        (json!(123_456), "passCode must be a string."),
        (json!([code]), "passCode must be a string."),
        (json!({"a": code}), "passCode must be a string."),
        (json!(true), "passCode must be a string."),
    ] {
        let body = json!({"channel": LOGIN, "phoneNumber": number(1), "passCode": passcode,
            "client_id": "dev-app", "client_secret": "dev-app-secret"});
        let headers = [("x-authing-lang", "en-US")];
        let answer = server.post("verify-code", &headers, body.to_string()).await;
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(
            (&answer["statusCode"], &answer["message"]),
            (&json!(400), &json!(says))
        );
    }
    assert!(server.timeline(&number(1)).await.checks.is_empty());
    assert!(is_valid(&server.verify(LOGIN, &number(1), &code).await));
}

#[tokio::test]
async fn a_pre_check_is_refused_by_the_name_of_its_field() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let payload = json!({"phone": number(1), "passCode": "123456", "channel": LOGIN});
    let with = |change: Value| {
        let mut body = json!({"codeType": "SMS", "smsCodePayload": payload});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let part = |name: &str, value: Value| {
        let mut payload = payload.clone();
        payload[name] = value;
        with(json!({"smsCodePayload": payload}))
    };
    for (body, says) in [
        (with(json!({"codeType": null})), "codeType is required."),
        (
            with(json!({"codeType": "EMAIL", "smsCodePayload": null})),
            "codeType must be SMS: codes by e-mail are not served here.",
        ),
        (with(json!({"codeType": 1})), "codeType must be a string."),
        (
            with(json!({"smsCodePayload": null})),
            "smsCodePayload is required.",
        ),
        (
            with(json!({"smsCodePayload": "x"})),
            "smsCodePayload must be a JSON object.",
        ),
        (
            with(json!({"smsCodePayload": [1]})),
            "smsCodePayload must be a JSON object.",
        ),
        (
            part("phone", json!(null)),
            "smsCodePayload.phone is required.",
        ),
        (
            part("passCode", json!(1)),
            "smsCodePayload.passCode must be a string.",
        ),
    ] {
        let headers = [("x-authing-app-id", "dev-app"), ("x-authing-lang", "en-US")];
        let answer = server
            .post("pre-check-code", &headers, body.to_string())
            .await;
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(
            (&answer["statusCode"], &answer["message"]),
            (&json!(400), &json!(says))
        );
    }
    let missing = r#"{"codeType":"SMS","smsCodePayload":{"phone":"1","passCode":"1"}}"#;
    let headers = [("x-authing-app-id", "dev-app"), ("x-authing-lang", "en-US")];
    let answer = server.post("pre-check-code", &headers, missing).await;
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["message"], "smsCodePayload.channel is required.");
    let unknown = server
        .pre_check("dev-app", "CHANNEL_X", &number(1), "123456")
        .await;
    let says = unknown["message"].as_str().unwrap();
    assert!(
        says.starts_with("smsCodePayload.channel must be one of"),
        "{says}"
    );
    let bad_number = server.pre_check("dev-app", LOGIN, "12345", "123456").await;
    assert_eq!(
        (&bad_number["statusCode"], &bad_number["apiCode"]),
        (&json!(400), &json!(2028))
    );
    let no_app = server
        .pre_check("nobody", LOGIN, &number(1), "123456")
        .await;
    assert_eq!(
        (&no_app["statusCode"], &no_app["apiCode"]),
        (&json!(404), &json!(2011))
    );
    // As the Go SDK sends it.
    let mut both = with(json!({"emailCodePayload": {"email": "", "passCode": "", "channel": ""}}));
    both["smsCodePayload"]["phoneCountryCode"] = "".into();
    let answer = server
        .post("pre-check-code", &headers, both.to_string())
        .await;
    assert!(!is_valid(&answer.json().await.unwrap()));
}

#[tokio::test]
async fn a_resend_goes_by_the_rule_of_its_channel() {
    let data = folder();
    let settings = data.path().join("settings.toml");
    let text = "[codes.channels.login]\nresend = \"reuse\"\ndigits = 8\n\
        [applications.dev-app.codes.channels.register]\ntries = 2";
    std::fs::write(&settings, text).unwrap();
    let config = settings.to_str().unwrap();
    let server = Server::start(data.path(), &["--quiet", "--config", config]).await;
    let code = server.code(LOGIN, &number(1)).await;
    assert_eq!(code.len(), 8);
    let code = server.code("CHANNEL_REGISTER", &number(1)).await;
    let wrong = server
        .verify("CHANNEL_REGISTER", &number(1), &not(&code))
        .await;
    assert_eq!(wrong["data"]["triesLeft"], 1);
    let code = server.code("CHANNEL_RESET_PASSWORD", &number(1)).await;
    let wrong = server
        .verify("CHANNEL_RESET_PASSWORD", &number(1), &not(&code))
        .await;
    assert_eq!(wrong["data"]["triesLeft"], 2, "three on a strict channel");
}

#[tokio::test]
async fn settings_beyond_their_bounds_stop_the_start() {
    let data = folder();
    let settings = data.path().join("settings.toml");
    std::fs::write(&settings, "[codes]\nlife_seconds = 601\n").unwrap();
    let output = tokio::process::Command::new(crate::server::BINARY)
        .args(["dev", "--listen", "127.0.0.1:0", "--config"])
        .arg(&settings)
        .arg("--data")
        .arg(data.path().join("data"))
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let says = String::from_utf8(output.stderr).unwrap();
    assert!(
        says.trim_end()
            .ends_with("codes: a code lives 60 to 600 seconds, not 601"),
        "{says}"
    );
    assert!(!data.path().join("data").exists(), "nothing was made");
}
