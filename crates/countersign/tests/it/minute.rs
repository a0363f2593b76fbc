//! One code per application, channel and number per minute.

use std::sync::Arc;

use tokio::task::JoinSet;

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

#[tokio::test]
async fn every_spelling_of_a_number_is_one_number() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut answers = Vec::new();
    for code in [
        "",
        r#","phoneCountryCode":null"#,
        r#","phoneCountryCode":"""#,
        r#","phoneCountryCode":"86""#,
        r#","phoneCountryCode":"086""#,
        r#","phoneCountryCode":"0086""#,
        r#","phoneCountryCode":"+86""#,
    ] {
        for number in [
            "18800008888",
            "188 0000 8888",
            "188-0000-8888",
            "+8618800008888",
            "008618800008888",
            "１８８００００８８８８",
        ] {
            let body = format!(r#"{{"channel":"CHANNEL_LOGIN","phoneNumber":"{number}"{code}}}"#);
            let answer = server
                .post("send-sms", &[("x-authing-app-id", "dev-app")], body)
                .await;
            answers.push(
                answer.json::<serde_json::Value>().await.unwrap()["statusCode"]
                    .as_u64()
                    .unwrap(),
            );
        }
    }
    assert_eq!(answers.remove(0), 200);
    assert_eq!(answers, vec![429; 41]);
    assert_eq!(server.outbox("+8618800008888").await.len(), 1);
}
