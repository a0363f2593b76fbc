//! One code per application, channel and number per minute.

use std::sync::Arc;

use tokio::task::JoinSet;

#[path = "../../../core/tests/corpus/lines.rs"]
mod lines;

use crate::server::{Server, folder, number};
use crate::vendor::{Manner, Vendor};

#[tokio::test(flavor = "multi_thread")]
async fn of_200_concurrent_sends_one_goes_out_in_100_rounds() {
    let (data, vendor) = (folder(), Vendor::start(Manner::Answer(200, "")).await);
    let server =
        Arc::new(Server::start(data.path(), &["--quiet", "--provider", &vendor.provider()]).await);
    for round in 0..100 {
        let mut sends = JoinSet::new();
        for _ in 0..200 {
            let server = Arc::clone(&server);
            sends.spawn(async move { server.login(&number(round)).await });
        }
        let mut answers = sends.join_all().await;
        answers.sort_unstable();
        assert_eq!(answers[0], 200, "round {round}");
        assert!(
            answers[1..].iter().all(|status| *status == 429),
            "round {round}: {answers:?}"
        );
    }
    let counts = vendor.by_number();
    assert_eq!(counts.len(), 100);
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    assert_eq!(
        server.messages().await.len(),
        100,
        "refusals leave no message"
    );
}

#[tokio::test]
async fn channels_and_applications_have_minutes_of_their_own() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let token = format!("Bearer {}", server.token());
    let body = r#"{"appName":"Other","appId":"other"}"#;
    let created = server
        .post("create-application", &[("authorization", &token)], body)
        .await;
    assert_eq!(
        created.json::<serde_json::Value>().await.unwrap()["statusCode"],
        200
    );
    for channel in countersign_api::Channel::NAMES {
        assert_eq!(
            server.send(channel, &number(1)).await.status_code,
            200,
            "{channel}"
        );
        assert_eq!(
            server.send(channel, &number(1)).await.status_code,
            429,
            "{channel}"
        );
    }
    let body = format!(
        r#"{{"channel":"CHANNEL_LOGIN","phoneNumber":"{}"}}"#,
        number(1)
    );
    let answer = server
        .post("send-sms", &[("x-authing-app-id", "other")], body)
        .await;
    assert_eq!(
        answer.json::<serde_json::Value>().await.unwrap()["statusCode"],
        200
    );
    let outbox = server.outbox(&format!("+86{}", number(1))).await;
    assert_eq!(outbox.len(), 12);
    assert!(outbox[0]["text"].as_str().unwrap().starts_with("【Other】"));
}

/// The lines of a file of the corpus: number and country code.
fn corpus(text: &str) -> impl Iterator<Item = (String, Option<String>)> {
    let rows = text
        .lines()
        .filter(|row| !row.starts_with('#') && !row.is_empty());
    rows.map(|row| {
        let (number, code, _) = lines::pair(row).expect(row);
        (number, code)
    })
}

async fn send(server: &Server, number: &str, code: Option<&str>) -> serde_json::Value {
    let mut body = serde_json::json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number});
    if let Some(code) = code {
        body["phoneCountryCode"] = code.into();
    }
    let answer = server
        .post(
            "send-sms",
            &[("x-authing-app-id", "dev-app")],
            body.to_string(),
        )
        .await;
    answer.json().await.unwrap()
}

#[tokio::test]
async fn every_spelling_of_a_number_is_one_number() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut answers = Vec::new();
    for (number, code) in corpus(include_str!("../../../core/tests/corpus/spellings.txt")) {
        answers.push(
            send(&server, &number, code.as_deref()).await["statusCode"]
                .as_u64()
                .unwrap(),
        );
    }
    assert!(answers.len() > 40, "{} spellings", answers.len());
    assert_eq!(answers.remove(0), 200);
    assert!(answers.iter().all(|status| *status == 429), "{answers:?}");
    assert_eq!(server.outbox("").await.len(), 1);
}

#[tokio::test]
async fn a_malformed_spelling_is_400_within_the_minute_and_outside() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    for taken in [false, true] {
        let mut refused = 0;
        for (number, code) in corpus(include_str!("../../../core/tests/corpus/malformed.txt")) {
            let answer = send(&server, &number, code.as_deref()).await;
            assert_eq!(answer["statusCode"], 400, "{number:?} {code:?}: {answer}");
            refused += 1;
        }
        assert!(refused >= 100, "{refused} spellings");
        if !taken {
            assert_eq!(server.login("13800138000").await, 200);
        }
    }
    assert_eq!(server.messages().await.len(), 1);
}
