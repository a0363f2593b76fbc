//! Numbers as people type them, in older forms and beside the codes of country pickers.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::actors::Public;
use crate::answer::Answer;
use crate::server::{Server, folder};

const CHANNELS: [&str; 4] = [
    "CHANNEL_LOGIN",
    "CHANNEL_REGISTER",
    "CHANNEL_BIND_PHONE",
    "CHANNEL_BIND_MFA",
];

async fn send(public: &Public, channel: &str, number: &str, code: Option<&str>) -> Answer {
    let body = json!({"channel": channel, "phoneNumber": number, "phoneCountryCode": code});
    public.post("send-sms", body).await
}

/// The number that the newest message went to.
async fn newest(server: &Server) -> Value {
    server.outbox("").await[0]["to"].clone()
}

// shows: found-T3
#[tokio::test]
async fn a_send_to_a_number_with_invisible_marks_reaches_that_number() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let public = server.public();
    for (n, around) in [
        ("\u{202a}+86", "\u{202c}"),
        ("\u{2066}+86", "\u{2069}"),
        ("+86\u{a0}", ""),
        ("+86\u{2011}", "\t"),
        ("tel:+86", ""),
        ("TEL:+86-", "\n"),
        ("\u{feff}", "\u{200b}"),
        ("", "\u{3164}"),
    ]
    .into_iter()
    .enumerate()
    {
        let number = format!("1391234{n:04}");
        let typed = format!("{}{number}{}", around.0, around.1);
        let answer = send(&public, CHANNELS[0], &typed, None).await;
        assert_eq!(answer.status(), 200, "{typed:?}: {answer}");
        assert_eq!(newest(&server).await, format!("+86{number}"), "{typed:?}");
    }
    let answer = send(&public, CHANNELS[0], "+8613912340\u{661}10", None).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "phoneNumber may have digits, spaces, - . ( ) and one leading + only, and not U+0661.",
      "apiCode": 2028,
      "requestId": "[request id]"
    }
    "#);
}

// shows: found-T4
#[tokio::test]
async fn a_number_in_an_older_form_is_the_number_of_today_in_every_rule() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let (public, app_server) = (server.public(), server.app_server());
    for (older, today) in [
        ("+52 1 55 1234 5678", "+525512345678"),
        ("+54 11 2345-6789", "+5491123456789"),
        ("+229 95 12 34 56", "+2290195123456"),
        ("+225 07 12 34 56", "+2250707123456"),
        ("+84 163 123 4567", "+84331234567"),
        ("+55 11 8765-4321", "+5511987654321"),
    ] {
        let answer = send(&public, CHANNELS[0], older, None).await;
        assert_eq!(answer.status(), 200, "{older}: {answer}");
        let arrived = &server.outbox("").await[0];
        assert_eq!(arrived["to"], today, "{older}");
        let again = send(&public, CHANNELS[0], today, None).await;
        assert_eq!(again.status(), 429, "{today} has its code of this minute");
        let code = arrived["passCode"].as_str().unwrap();
        let guess = crate::checks::not(code);
        let wrong = public.pre_check_code(CHANNELS[0], older, &guess).await;
        assert!(!wrong.is_valid(), "{older}");
        let checked = app_server.verify_code(CHANNELS[0], older, code).await;
        assert!(checked.is_valid(), "{older}: {checked}");
    }
}

// shows: found-T4
#[tokio::test]
async fn a_form_that_could_mean_several_numbers_is_refused_with_the_one_that_works() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let answer = send(&server.public(), CHANNELS[0], "+33 690 12 34 56", None).await;
    assert_snapshot!(answer, @r#"
    HTTP 200
    {
      "statusCode": 400,
      "message": "phoneNumber is not in a form of today: such a number is written +590 69xxxxxxx.",
      "apiCode": 2028,
      "requestId": "[request id]"
    }
    "#);
    let answer = send(&server.public(), CHANNELS[0], "11 2345-6789", Some("+54")).await;
    assert_snapshot!(answer["message"], @r#""phoneNumber is not in a form of today: such a number is written +54 9xxxxxxxxxx.""#);
}

// shows: found-T5
#[tokio::test]
async fn a_code_of_a_country_picker_names_the_country() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let public = server.public();
    for (codes, typed, number) in [
        (
            ["+1876", "+1-876"],
            ["8765551234", "555-1234"],
            "+18765551234",
        ),
        (
            ["+44-1481", "441481"],
            ["07781 123456", "7781123456"],
            "+447781123456",
        ),
        (
            ["+ 86", "+0086"],
            ["13800138000", "013800138000"],
            "+8613800138000",
        ),
        (
            ["(86)", "+(86)"],
            ["13800138001", "013800138001"],
            "+8613800138001",
        ),
    ] {
        let pairs = codes
            .iter()
            .flat_map(|code| typed.map(|typed| (*code, typed)));
        for ((code, typed), channel) in pairs.zip(CHANNELS) {
            let answer = send(&public, channel, typed, Some(code)).await;
            assert_eq!(answer.status(), 200, "{code} {typed}: {answer}");
            assert_eq!(newest(&server).await, number, "{code} {typed}");
        }
    }
    let answer = send(&public, CHANNELS[0], "4155552671", Some("+1-876")).await;
    assert_snapshot!(answer["message"], @r#""phoneNumber names another country than phoneCountryCode.""#);
}
