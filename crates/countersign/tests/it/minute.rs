//! One code per application, channel and number per minute.

use serde_json::json;
use tokio::task::JoinSet;

#[path = "../../../core/tests/corpus/lines.rs"]
mod lines;

use crate::actors::Public;
use crate::answer::Answer;
use crate::server::{Server, folder, number};
use crate::vendor::{Manner, Vendor};

// shows: B1
#[tokio::test(flavor = "multi_thread")]
async fn of_200_concurrent_sends_to_a_number_one_goes_out() {
    let (data, vendor) = (folder(), Vendor::start(Manner::Answer(200, "")).await);
    let server = Server::start(data.path(), &["--quiet", "--provider", &vendor.provider()]).await;
    let sdk = server.public().sdk();
    for round in 0..100 {
        let mut sends = JoinSet::new();
        for _ in 0..200 {
            let sdk = sdk.clone();
            sends.spawn(async move { sdk.login(&number(round)).await });
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
    let messages = server.operator().messages().await;
    assert_eq!(messages.len(), 100, "a refused send is no message");
}

#[tokio::test]
async fn a_number_gets_one_code_per_channel_and_application_within_a_minute() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let other = server.operator().create_application("other", "Other").await;
    for channel in countersign_api::Channel::NAMES {
        let first = server.public().send_sms(channel, &number(1)).await;
        assert_eq!(first.status(), 200, "{channel}");
        let second = server.public().send_sms(channel, &number(1)).await;
        assert_eq!(second.status(), 429, "{channel}");
    }
    assert_eq!(other.public.login(&number(1)).await, 200);
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

/// Asks for a login code for `number` with the country code `code`.
async fn send(public: &Public, number: &str, code: Option<&str>) -> Answer {
    let mut body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number});
    if let Some(code) = code {
        body["phoneCountryCode"] = code.into();
    }
    public.post("send-sms", body).await
}

// shows: B5
#[tokio::test]
async fn a_number_in_any_spelling_gets_one_code_within_a_minute() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let mut answers = Vec::new();
    for (number, code) in corpus(include_str!("../../../core/tests/corpus/spellings.txt")) {
        let answer = send(&server.public(), &number, code.as_deref()).await;
        answers.push(answer.status());
    }
    assert!(answers.len() > 40, "{} spellings", answers.len());
    assert_eq!(answers.remove(0), 200);
    assert!(answers.iter().all(|status| *status == 429), "{answers:?}");
    assert_eq!(server.outbox("").await.len(), 1);
}

#[tokio::test]
async fn a_malformed_number_is_refused_with_400_within_the_minute_and_outside() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let public = server.public();
    for taken in [false, true] {
        let mut refused = 0;
        for (number, code) in corpus(include_str!("../../../core/tests/corpus/malformed.txt")) {
            let answer = send(&public, &number, code.as_deref()).await;
            assert_eq!(answer.status(), 400, "{number:?} {code:?}: {answer}");
            refused += 1;
        }
        assert!(refused >= 100, "{refused} spellings");
        if !taken {
            assert_eq!(public.login("13800138000").await, 200);
        }
    }
    assert_eq!(server.operator().messages().await.len(), 1);
}
