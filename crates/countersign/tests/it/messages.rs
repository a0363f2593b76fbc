//! The operator finds messages: by number, by request and by time.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::actors::Operator;
use crate::answer::Answer;
use crate::server::{Server, folder, number};

#[tokio::test]
async fn the_operator_reads_the_timeline_of_a_message() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let code = server.code("CHANNEL_LOGIN", &number(1)).await;
    let app_server = server.app_server();
    assert!(app_server.accepts(&number(1), &code).await);
    let found = json!({"phoneNumber": number(1)});
    let found = server.operator().post("find-messages", found).await;
    assert_snapshot!(found, @r#"
    HTTP 200
    {
      "statusCode": 200,
      "message": "Operation successful",
      "requestId": "[request id]",
      "data": [
        {
          "messageId": "[message id]",
          "requestId": "[request id]",
          "appId": "dev-app",
          "channel": "CHANNEL_LOGIN",
          "to": "+86138****0001",
          "decidedAt": "[time]",
          "verdicts": [
            {"rule": "minute", "allowed": true, "enforced": true, "mode": "enforce"},
            {"rule": "channel-hour", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "channel-waits", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "app-number-hour", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "app-number-day", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "number-minute", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "number-hour", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "number-day", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "address-burst", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "address-numbers", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "address-hour", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "address-day", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "block-numbers", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "prefix-home-hour", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "app-burst", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "app-day", "allowed": true, "enforced": false, "mode": "monitor"},
            {"rule": "deployment-day", "allowed": true, "enforced": false, "mode": "monitor"}
          ],
          "attempts": [
            {"provider": "outbox", "startedAt": "[time]", "endedAt": "[time]", "outcome": "accepted"}
          ],
          "receipts": [],
          "gaveBack": false,
          "checks": [
            {"at": "[time]", "requestId": "[request id]", "door": "application", "right": true}
          ],
          "code": "used"
        }
      ]
    }
    "#);
    let listed = server.operator().get("list-messages").await;
    assert_eq!(listed.to_string(), found.to_string());
}

/// A server that has sent three messages: to number 1, to number 2, and to number 1 again.
async fn with_three_messages(data: &std::path::Path) -> Server {
    let server = Server::start(data, &["--quiet"]).await;
    for (channel, n) in [
        ("CHANNEL_LOGIN", 1),
        ("CHANNEL_LOGIN", 2),
        ("CHANNEL_BIND_MFA", 1),
    ] {
        let sent = server.public().send_sms(channel, &number(n)).await;
        assert_eq!(sent.status(), 200, "{sent}");
    }
    server
}

/// The ids of the messages in an answer.
fn ids(answer: &Answer) -> Vec<&str> {
    let found = answer.data().as_array().unwrap().iter();
    found
        .map(|message| message["messageId"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn the_operator_finds_messages_by_number() {
    let data = folder();
    let server = with_three_messages(data.path()).await;
    let all = server.operator().messages().await;
    for (before, expected) in [
        ("", vec![&all[0], &all[2]]),
        (&all[0].message_id, vec![&all[2]]),
        (&all[2].message_id, vec![]),
    ] {
        let body = json!({"phoneNumber": number(1), "before": before});
        let found = server.operator().post("find-messages", body).await;
        let expected: Vec<_> = expected
            .iter()
            .map(|message| &*message.message_id)
            .collect();
        assert_eq!(ids(&found), expected, "{before}");
    }
    let body = json!({"phoneNumber": "18800008888"});
    let refused = server.public().post("find-messages", body).await;
    assert_eq!(refused.codes(), (401, None));
}

#[tokio::test]
async fn a_number_beside_no_application_is_refused_by_the_country_that_was_assumed() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    assert_eq!(server.public().login("+14155550132").await, 200);
    let operator = server.operator();
    for name in ["find-messages", "find-refusals", "unlock-phone"] {
        let body = json!({"phoneNumber": "4155550132"});
        let refused = operator.post(name, body).await;
        assert_eq!(refused.codes(), (400, Some(2028)), "{name}");
        let says = "phoneNumber is not a mobile number of China (+86), which was assumed: name its country with \
            phoneCountryCode, or begin with +.";
        assert_eq!(refused.message(), says, "{name}");
        let body = json!({"phoneNumber": "4155550132", "phoneCountryCode": "+1"});
        assert_eq!(operator.post(name, body).await.status(), 200, "{name}");
        let body = json!({"phoneNumber": "+1415"});
        let refused = operator.post(name, body).await;
        assert!(refused.message().ends_with("of its country."), "{refused}");
    }
    let outbox = async |query| {
        server
            .get(&format!("/dev/outbox?phoneNumber={query}"))
            .await
    };
    let refused = outbox("4155550132").await;
    assert_eq!(refused.http, 400);
    assert!(refused.body.contains("China, +86"), "{refused}");
    let found = outbox("4155550132&phoneCountryCode=%2B1").await;
    assert!(found.body.contains("+14155550132"), "{found}");
}

#[tokio::test]
async fn the_operator_finds_messages_by_id_by_request_and_by_time() {
    let data = folder();
    let server = with_three_messages(data.path()).await;
    let all = server.operator().messages().await;
    for (query, expected) in [
        (format!("requestId={}", all[1].request_id), &[1][..]),
        (format!("messageId={}", all[2].message_id), &[2]),
        (format!("requestId={}", all[1].message_id), &[]),
        ("decidedBefore=2020-01-01T00:00:00Z".to_owned(), &[]),
        (
            "decidedBefore=2999-01-01T08:00:00%2B08:00".to_owned(),
            &[0, 1, 2],
        ),
    ] {
        let found = list(&server.operator(), &query).await;
        let expected = expected.iter().map(|n| &*all[*n].message_id);
        assert_eq!(ids(&found), expected.collect::<Vec<_>>(), "{query}");
    }
    let query = format!("decidedBefore={}", all[0].decided_at);
    let found = list(&server.operator(), &query).await;
    let newest = &*all[0].message_id;
    assert!(!ids(&found).contains(&newest), "not before itself");
}

#[tokio::test]
async fn the_operator_finds_messages_by_what_they_have_in_common() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let shop = server.operator().create_application("shop", "Shop").await;
    let american = "+14155550132";
    assert_eq!(server.public().login(&number(1)).await, 200);
    let sent = shop.public.send_sms("CHANNEL_REGISTER", american).await;
    assert_eq!(sent.status(), 200, "{sent}");
    let all = server.operator().messages().await;
    let begun = format!("from={}", all[1].decided_at);
    for (query, expected) in [
        ("appId=shop", &[0][..]),
        ("appId=", &[0, 1]),
        ("channel=CHANNEL_LOGIN", &[1]),
        ("country=us", &[0]),
        ("provider=outbox", &[0, 1]),
        ("provider=nobody", &[]),
        ("outcome=accepted&country=CN", &[1]),
        ("outcome=pending", &[]),
        ("outcome=bad_number", &[]),
        (&begun, &[0, 1]),
        ("from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z", &[]),
        ("appId=shop&limit=1", &[0]),
    ] {
        let found = list(&server.operator(), query).await;
        let expected = expected.iter().map(|n: &usize| &*all[*n].message_id);
        assert_eq!(ids(&found), expected.collect::<Vec<_>>(), "{query}");
        assert_eq!(found["searchedTo"], Value::Null, "{query}");
    }
    let listed = ["message", "list", "--app", "shop", "--outcome", "accepted"];
    let listed = server.terminal().ok(&listed);
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(listed.contains(&all[0].message_id), "{listed}");
}

async fn list(operator: &Operator, query: &str) -> Answer {
    operator.get(&format!("list-messages?{query}")).await
}

#[tokio::test]
async fn a_malformed_query_is_refused_by_the_name_of_its_parameter() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let operator = server.operator();
    let mut sentences = Vec::new();
    for query in [
        "limit=0",
        "limit=1001",
        "limit=x",
        "before=x",
        "messageId=1",
        "requestId=",
        "decidedBefore=yesterday",
        "from=x",
        "appId=a.b",
        "channel=LOGIN",
        "country=China",
        "outcome=sent",
    ] {
        let answer = list(&operator, query).await;
        assert_eq!(answer.codes(), (400, None), "{query}: {answer}");
        assert_eq!(answer["data"], Value::Null);
        sentences.push(format!("{query}: {}", answer.message()));
    }
    assert_snapshot!(sentences.join("\n"), @"
    limit=0: limit must be a whole number from 1 to 1000.
    limit=1001: limit must be a whole number from 1 to 1000.
    limit=x: limit must be a whole number from 1 to 1000.
    before=x: before must be a UUID.
    messageId=1: messageId must be a UUID.
    requestId=: requestId must be a UUID.
    decidedBefore=yesterday: decidedBefore must be an RFC 3339 time, such as 2026-11-21T20:00:00Z.
    from=x: from must be an RFC 3339 time, such as 2026-11-21T20:00:00Z.
    appId=a.b: appId must have 1 to 64 characters of A-Z a-z 0-9 - _.
    channel=LOGIN: channel must be one of CHANNEL_LOGIN, CHANNEL_REGISTER, CHANNEL_RESET_PASSWORD, CHANNEL_BIND_PHONE, CHANNEL_UNBIND_PHONE, CHANNEL_BIND_MFA, CHANNEL_VERIFY_MFA, CHANNEL_UNBIND_MFA, CHANNEL_COMPLETE_PHONE, CHANNEL_IDENTITY_VERIFICATION, CHANNEL_DELETE_ACCOUNT.
    country=China: country: not a two-letter country code such as CN.
    outcome=sent: outcome: must be one of pending, accepted, unknown, not_sent, delivered, failed, verified, unreachable, bad_number, recipient_limited, route_unavailable, throttled, config_error, content_rejected, transient, no_template, same_content, circuit_open, busy, too_late, other.
    ");
}
