//! `may-send-sms`: what would become of a send, without sending.

use countersign_client::{AuthenticationClient, Channel, SendSms};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::actors::AppServer;
use crate::answer::Answer;
use crate::deployment::{Deployment, in_service};
use crate::server::{Server, folder, number};

/// What the application's server is told about a login code for `number`.
async fn may_send(server: &AppServer, number: &str) -> Answer {
    let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number});
    server.post("may-send-sms", body).await
}

/// The rule of this name in an answer.
fn rule<'a>(answer: &'a Answer, name: &str) -> &'a Value {
    let mut rules = answer.data()["rules"].as_array().unwrap().iter();
    rules.find(|rule| rule["name"] == name).expect(name)
}

#[tokio::test]
async fn the_server_of_an_application_hears_every_rule_and_nothing_is_sent_or_counted() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let app = server.app_server();
    for _ in 0..3 {
        let answer = may_send(&app, &number(1)).await;
        assert_eq!(answer.data()["allowed"], true, "{answer}");
        assert!(answer.data()["refusal"].is_null(), "{answer}");
        let rules = answer.data()["rules"].as_array().unwrap();
        assert!(rules.len() >= 8, "{answer}");
        for rule in rules {
            let enforced = rule["name"] == "minute";
            assert_eq!(rule["mode"], if enforced { "enforce" } else { "monitor" });
            assert_eq!(
                (&rule["count"], &rule["nextAllowedAt"]),
                (&json!(0), &Value::Null)
            );
        }
    }
    assert!(server.outbox("").await.is_empty());
    assert!(server.operator().messages().await.is_empty());

    assert_eq!(server.public().login(&number(1)).await, 200);
    let answer = may_send(&app, &number(1)).await;
    assert_eq!(answer.data()["allowed"], false, "{answer}");
    assert_eq!(answer.data()["refusal"]["statusCode"], 429, "{answer}");
    let minute = rule(&answer, "minute");
    assert_eq!((&minute["count"], &minute["max"]), (&json!(1), &json!(1)));
    assert_eq!(minute["windowSeconds"], 60);
    assert!(minute["nextAllowedAt"].is_string(), "{answer}");
    let day = rule(&answer, "number-day");
    assert_eq!((&day["count"], &day["max"]), (&json!(1), &json!(20)));
    assert_eq!(server.operator().messages().await.len(), 1);
    assert!(server.operator().list("list-refusals").await.is_empty());
}

#[tokio::test]
async fn a_refusal_is_told_with_the_codes_and_the_sentence_of_send_sms() {
    let deployment = Deployment::new();
    let (server, app, vendor) = in_service(&deployment).await;
    let abroad = may_send(&app.server, "+85251234567").await;
    assert_snapshot!(abroad.data()["refusal"].to_string(), @r#"{"apiCode":2990002,"message":"Codes are not sent to the country of this number (HK).","statusCode":422}"#);
    let change = json!({"name": "number-day", "max": 0});
    server.operator().set("set-sms-limit", change).await;
    let closed = may_send(&app.server, &number(1)).await;
    assert_snapshot!(closed.data()["refusal"].to_string(), @r#"{"apiCode":2990003,"message":"No codes are sent to this number.","statusCode":429}"#);
    let rule = rule(&closed, "number-day");
    assert_eq!(
        (&rule["max"], &rule["nextAllowedAt"]),
        (&json!(0), &Value::Null)
    );
    let sent = app.public.send_sms("CHANNEL_LOGIN", &number(1)).await;
    let refusal = &closed.data()["refusal"];
    assert_eq!(refusal["apiCode"], sent["apiCode"], "{sent}");
    assert_eq!(refusal["message"], sent["message"], "{sent}");
    assert!(vendor.messages().is_empty());
}

#[tokio::test]
async fn a_caller_without_the_secret_hears_401() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let stranger = AppServer::of(&server, "dev-app", "another-secret");
    let answer = may_send(&stranger, &number(1)).await;
    assert_eq!(answer.status(), 401, "{answer}");
    let body = json!({"channel": "CHANNEL_LOGIN", "phoneNumber": number(1)});
    let public = server.public().post("may-send-sms", body.clone()).await;
    assert_eq!(public.status(), 401, "{public}");
    let mut proved = body;
    proved["client_id"] = json!("dev-app");
    proved["client_secret"] = json!("dev-app-secret");
    let answer = server.post("may-send-sms", &[], proved.to_string()).await;
    assert_eq!(answer.data()["allowed"], true, "{answer}");
}

#[tokio::test]
async fn the_rust_sdk_hears_the_rules_of_a_send() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let sdk = AuthenticationClient::builder()
        .app_id("dev-app")
        .app_secret("dev-app-secret")
        .app_host(&server.url)
        .build()
        .unwrap();
    let sms = SendSms::new(Channel::Login, number(1));
    let before = sdk.may_send(&sms).await.unwrap();
    assert!(before.is_allowed(), "{before:?}");
    assert!(sdk.send_sms(sms.clone()).await.unwrap().is_success());
    let after = sdk.may_send(&sms).await.unwrap();
    assert!(!after.is_allowed(), "{after:?}");
    assert_eq!(after.data.refusal, Some((429, None)));
    let minute = &after.data.rules[0];
    assert_eq!((&*minute.name, &*minute.mode), ("minute", "enforce"));
    assert_eq!(
        (minute.count, minute.max, minute.window.as_secs()),
        (1, 1, 60)
    );
    assert!(minute.next_allowed_at.is_some());
}
