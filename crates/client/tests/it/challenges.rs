//! Challenges that a service demands.

use countersign_client::{AuthenticationClient, Channel, SendSms};

use crate::{Manner, Service};

/// An answer that demands a cheap challenge.
const DEMAND: &str = r#"{"statusCode":403,"apiCode":2000,"message":"Solve it.","requestId":"r","data":{"kind":"altcha",
    "expiresIn":300,"challenge":{"parameters":{"algorithm":"PBKDF2/SHA-256","cost":10,"keyLength":32,"keyPrefix":"00",
    "nonce":"93f6a6d3a7d7a7b0a2f1c4e5d6b7a8c9","salt":"0c1d2e3f405162738495a6b7c8d9eafb"},"signature":"b1"}}}"#;

/// An answer that demands more than any phone could do.
const TOO_DEAR: &str = r#"{"statusCode":403,"apiCode":2000,"message":"Solve it.","requestId":"r","data":{"kind":"altcha",
    "expiresIn":300,"challenge":{"parameters":{"algorithm":"PBKDF2/SHA-256","cost":4000000000,"keyLength":32,
    "keyPrefix":"00","nonce":"93f6a6d3a7d7a7b0a2f1c4e5d6b7a8c9","salt":"0c1d"},"signature":"b1"}}}"#;

fn client(service: &Service) -> countersign_client::AuthenticationClientBuilder {
    AuthenticationClient::builder()
        .app_id("dev-app")
        .app_host(service.url.clone())
}

#[tokio::test]
async fn a_client_hands_a_challenge_on_and_brings_the_solution_of_a_page() {
    let service = Service::start(Manner::Answer(200, "", DEMAND));
    let client = client(&service).build().unwrap();
    let sms = SendSms::new(Channel::Login, "18800008888");
    let answer = client.send_sms(sms.clone()).await.unwrap();
    assert_eq!((answer.status_code, answer.api_code), (403, Some(2000)));
    let challenge = answer.challenge.clone().unwrap();
    assert!(challenge.for_widget().contains(r#""cost":10"#));
    assert_eq!(format!("{challenge:?}"), "Challenge(..)");
    let error = answer.into_result().unwrap_err();
    assert_eq!(error.refusal().unwrap().challenge, Some(challenge));
    let _ = client
        .send_sms(sms.challenge_solution("eyJ="))
        .await
        .unwrap();
    let requests = service.requests();
    assert!(!requests[0].contains("challengeSolution"), "{requests:?}");
    assert!(
        requests[1].contains(r#""challengeSolution":"eyJ=""#),
        "{requests:?}"
    );
}

#[cfg(feature = "challenges")]
#[tokio::test]
async fn a_client_that_is_told_to_solves_one_challenge_for_each_call() {
    use altcha::types::Payload;
    use base64::Engine as _;

    let service = Service::start(Manner::Answer(200, "", DEMAND));
    let solving = client(&service).solve_challenges(true).build().unwrap();
    let sms = SendSms::new(Channel::Login, "18800008888");
    let answer = solving.send_sms(sms.clone()).await.unwrap();
    assert!(answer.challenge.is_some(), "the service demands another");
    let requests = service.requests();
    assert_eq!(requests.len(), 2);
    let solution = requests[1]
        .split("\"challengeSolution\":\"")
        .nth(1)
        .unwrap();
    let solution = solution.split('"').next().unwrap();
    let json = base64::engine::general_purpose::STANDARD
        .decode(solution)
        .unwrap();
    let payload: Payload = serde_json::from_slice(&json).unwrap();
    assert_eq!(payload.challenge.signature.as_deref(), Some("b1"));
    assert!(payload.solution.derived_key.starts_with("00"));
    service.change(Manner::Answer(200, "", TOO_DEAR));
    let answer = solving.send_sms(sms).await.unwrap();
    assert_eq!(answer.status_code, 403, "it stays the answer");
    assert_eq!(service.requests().len(), 3, "and is not solved");
}
