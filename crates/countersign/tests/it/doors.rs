//! Checks of codes: the callers that may ask, the forms of a request, and the settings that apply.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::actors::check_body;
use crate::answer::Answer;
use crate::checks::{LOGIN, not};
use crate::server::{Server, folder, number};

const EN: (&str, &str) = ("x-authing-lang", "en-US");

fn basic(app: &str, secret: &str) -> String {
    let pair = BASE64_STANDARD.encode(format!("{app}:{secret}"));
    format!("Basic {pair}")
}

/// Asks `verify-code` with exactly these headers, and with `proof` in the body.
async fn verify(server: &Server, headers: &[(&str, &str)], code: &str, proof: &Value) -> Answer {
    let mut body = json!({
        "channel": LOGIN, "phoneNumber": number(1), "passCode": code, "withToken": false,
    });
    let proof = proof.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(proof);
    let headers = [headers, &[EN]].concat();
    server.post("verify-code", &headers, body.to_string()).await
}

#[tokio::test]
async fn a_caller_without_the_applications_secret_verifies_nothing() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let code = server.code(LOGIN, &number(1)).await;
    let own = basic("dev-app", "dev-app-secret");
    let wrong = basic("dev-app", "wrong");
    let unknown = basic("nobody", "dev-app-secret");
    let token = format!("Bearer {}", server.token());
    let none = json!({});
    let refused = verify(&server, &[], &code, &none).await;
    assert_snapshot!(refused, @r#"
    HTTP 200
    {
      "statusCode": 401,
      "message": "The credentials are missing or wrong.",
      "requestId": "[request id]"
    }
    "#);
    for (headers, proof) in [
        (vec![("x-authing-app-id", "dev-app")], &none),
        (vec![("authorization", &*wrong)], &none),
        (vec![("authorization", &*unknown)], &none),
        (vec![("authorization", &*token)], &none),
        (
            vec![("authorization", &*own)],
            &json!({"client_id": "dev-app", "client_secret": "wrong"}),
        ),
        (
            vec![("authorization", &*own), ("x-authing-app-id", "other")],
            &none,
        ),
        (
            vec![],
            &json!({"client_id": "dev-app", "client_secret": ""}),
        ),
    ] {
        let answer = verify(&server, &headers, &code, proof).await;
        assert_eq!(answer.to_string(), refused.to_string(), "{headers:?}");
    }
    let timeline = server.operator().timeline(&number(1)).await;
    assert!(timeline.checks.is_empty(), "nothing was compared");
}

#[tokio::test]
async fn the_app_server_shows_its_secret_in_a_header_or_in_the_body() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let code = server.code(LOGIN, &number(1)).await;
    let own = basic("dev-app", "dev-app-secret");
    let bearer = format!("Bearer {own}");
    for (headers, proof) in [
        (vec![("authorization", &*own)], json!({})),
        (
            vec![("authorization", &*bearer), ("x-authing-app-id", "dev-app")],
            json!({"client_id": null, "client_secret": ""}),
        ),
        (
            vec![],
            json!({"client_id": "dev-app", "client_secret": "dev-app-secret"}),
        ),
    ] {
        let answer = verify(&server, &headers, &not(&code), &proof).await;
        assert_eq!(answer.data()["reason"], "wrong", "{headers:?}: {answer}");
    }
}

// shows: A13
#[tokio::test]
async fn a_passcode_of_another_form_than_a_code_is_never_right_and_costs_no_try() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (public, app_server) = (server.public(), server.app_server());
    let code = server.code(LOGIN, &number(1)).await;
    let spellings = [
        format!("{code}O"),
        format!("{code}0"),
        code.replace(|digit: char| digit.is_ascii_digit(), "٤"),
        String::new(),
        "1".repeat(10_000),
        "12".to_owned(),
    ];
    for spelling in &spellings {
        let seen = public.pre_check_code(LOGIN, &number(1), spelling).await;
        assert!(!seen.is_valid(), "{spelling}");
        let checked = app_server.verify_code(LOGIN, &number(1), spelling).await;
        let malformed = json!({"isValid": false, "reason": "malformed"});
        assert_eq!(*checked.data(), malformed, "{spelling}");
    }
    let mut sentences = Vec::new();
    for passcode in [
        json!(null),
        json!(123_456),
        json!([123_456]),
        json!({"a": 123_456}),
        json!(true),
    ] {
        let body = json!({"channel": LOGIN, "phoneNumber": number(1), "passCode": passcode});
        let answer = app_server.post("verify-code", body).await;
        assert_eq!(answer.codes(), (400, None), "{passcode}");
        sentences.push(answer.message().to_owned());
    }
    assert_snapshot!(sentences.join("\n"), @"
    passCode is required.
    passCode must be a string.
    passCode must be a string.
    passCode must be a string.
    passCode must be a string.
    ");
    let timeline = server.operator().timeline(&number(1)).await;
    assert!(timeline.checks.is_empty());
    assert!(app_server.accepts(&number(1), &code).await);
}

/// `pre-check-code` with a right body to which `change` is applied; `smsCodePayload.x` names a member within.
async fn pre_check(server: &Server, change: Value) -> Answer {
    let mut body = check_body(LOGIN, &number(1), "123456");
    for (name, value) in change.as_object().unwrap() {
        match name.split_once('.') {
            Some((outer, inner)) => body[outer][inner] = value.clone(),
            None => body[name] = value.clone(),
        }
    }
    server.public().post("pre-check-code", body).await
}

#[tokio::test]
async fn a_malformed_pre_check_is_refused_by_the_name_of_its_field() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let answer = pre_check(&server, json!({"codeType": null})).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "codeType is required.",
      "requestId": "[request id]"
    }
    "#);
    let mut sentences = Vec::new();
    for change in [
        json!({"codeType": "EMAIL", "smsCodePayload": null}),
        json!({"codeType": 1}),
        json!({"smsCodePayload": null}),
        json!({"smsCodePayload": "x"}),
        json!({"smsCodePayload": [1]}),
        json!({"smsCodePayload.phone": null}),
        json!({"smsCodePayload.passCode": 1}),
        json!({"smsCodePayload": {"phone": "1", "passCode": "1"}}),
        json!({"smsCodePayload.channel": "CHANNEL_X"}),
    ] {
        let answer = pre_check(&server, change.clone()).await;
        assert_eq!(answer.codes(), (400, None), "{change}: {answer}");
        sentences.push(answer.message().to_owned());
    }
    assert_snapshot!(sentences.join("\n"), @"
    codeType must be SMS: codes by e-mail are not served here.
    codeType must be a string.
    smsCodePayload is required.
    smsCodePayload must be a JSON object.
    smsCodePayload must be a JSON object.
    smsCodePayload.phone is required.
    smsCodePayload.passCode must be a string.
    smsCodePayload.channel is required.
    smsCodePayload.channel must be one of CHANNEL_LOGIN, CHANNEL_REGISTER, CHANNEL_RESET_PASSWORD, CHANNEL_BIND_PHONE, CHANNEL_UNBIND_PHONE, CHANNEL_BIND_MFA, CHANNEL_VERIFY_MFA, CHANNEL_UNBIND_MFA, CHANNEL_COMPLETE_PHONE, CHANNEL_IDENTITY_VERIFICATION, CHANNEL_DELETE_ACCOUNT.
    ");
}

#[tokio::test]
async fn a_pre_check_of_a_wrong_number_or_application_is_refused() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let answer = pre_check(&server, json!({"smsCodePayload.phone": "12345"})).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "phoneNumber is not a valid number of its country.",
      "apiCode": 2028,
      "requestId": "[request id]"
    }
    "#);
    let nobody = crate::actors::Public::of(&server, "nobody");
    let answer = nobody.pre_check_code(LOGIN, &number(1), "123456").await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 404,
      "message": "There is no application with this x-authing-app-id or appId.",
      "apiCode": 2011,
      "requestId": "[request id]"
    }
    "#);
}

#[tokio::test]
async fn a_pre_check_in_the_form_of_the_go_sdk_is_decided() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let both = json!({
        "emailCodePayload": {"email": "", "passCode": "", "channel": ""},
        "smsCodePayload.phoneCountryCode": "",
    });
    assert!(!pre_check(&server, both).await.is_valid());
}

// shows: A1
#[tokio::test]
async fn a_channel_has_its_own_digits_and_tries() {
    let data = folder();
    let settings = data.path().join("settings.toml");
    let text = "[codes.channels.login]\nresend = \"reuse\"\ndigits = 8\n\
        [applications.dev-app.codes.channels.register]\ntries = 2";
    std::fs::write(&settings, text).unwrap();
    let config = settings.to_str().unwrap();
    let server = Server::start(data.path(), &["--quiet", "--config", config]).await;
    let code = server.code(LOGIN, &number(1)).await;
    assert_eq!(code.len(), 8);
    // Reset-password is a strict channel and has three tries.
    for (channel, left) in [("CHANNEL_REGISTER", 1), ("CHANNEL_RESET_PASSWORD", 2)] {
        let code = server.code(channel, &number(1)).await;
        let app_server = server.app_server();
        let wrong = app_server
            .verify_code(channel, &number(1), &not(&code))
            .await;
        assert_eq!(wrong.data()["triesLeft"], left, "{channel}");
    }
}

// shows: A6
#[tokio::test]
async fn a_start_with_settings_beyond_their_bounds_is_refused() {
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
